"""Commands over runs, against a fake service on a real port."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import Result

from spanloom.http import create_app
from spanloom.lifecycle import Service
from spanloom.own_key import with_own_key
from spanloom.settings import load_settings
from spanloom_cli.follow import Lines, rows_of
from support.fake_service import FakeService, snapshot

Command = Callable[..., Result]
SPEC = """
name: small
languages: [{code: da, gold: {demo: da}}]
sources: [{kind: organic}]
training: {settings: [from_scratch]}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    """A specification's file."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    return str(tmp_path / "spec.yaml")


def test_run_prints_the_id_for_scripts(service: FakeService, spanloom: Command, spec: str) -> None:
    result = spanloom("run", spec)
    assert (result.exit_code, result.stdout) == (0, "r1\n")
    assert json.loads(spanloom("run", spec, "--json").stdout) == {"id": "r1", "state": "running", "new": True}


def test_a_run_for_each_fold(service: FakeService, spanloom: Command, tmp_path: Path) -> None:
    path = tmp_path / "folds.yaml"
    path.write_text(SPEC.replace("demo: da", "file: mine.iob2, folds: {count: 3}"))
    result = spanloom("run", str(path), "--all-folds", "--idempotency-key", "mine")
    assert (result.exit_code, len(result.stdout.split())) == (0, 3)
    assert service.keys == ["mine-0", "mine-1", "mine-2"]
    together = spanloom("run", str(path), "--all-folds", "--follow")
    assert together.exit_code != 0
    assert "one by one" in together.stderr


def test_folds_that_are_not_there(service: FakeService, spanloom: Command, spec: str) -> None:
    result = spanloom("run", spec, "--all-folds")
    assert result.exit_code != 0
    assert "gold.folds" in result.stderr
    assert service.keys == []


def test_run_reads_standard_input(service: FakeService, spanloom: Command) -> None:
    assert spanloom("run", "-", input=SPEC).stdout == "r1\n"


def test_a_key_is_always_sent_and_kept_over_retries(service: FakeService, spanloom: Command, spec: str) -> None:
    service.refuse = [503, 429]
    assert spanloom("run", spec).exit_code == 0
    assert spanloom("run", spec, "--idempotency-key", "mine").exit_code == 0
    assert len(service.keys) == 2
    assert service.keys[0]
    assert service.keys[1] == "mine"


def test_follow_goes_to_the_end(service: FakeService, spanloom: Command, spec: str) -> None:
    result = spanloom("run", spec, "--follow")
    assert result.exit_code == 0
    assert "complete: calls 4/4, judged 4/4 (36 of 40 samples accepted (90%)), jobs 1/1" in result.stderr
    assert "samples 36 accepted, 4 rejected" in result.stdout


def test_follow_does_without_events(service: FakeService, spanloom: Command) -> None:
    service.events = False
    result = spanloom("follow", "r1", "--json")
    assert (result.exit_code, json.loads(result.stdout)["state"]) == (0, "complete")


@pytest.mark.parametrize("state", ["complete_with_failures", "cancelled"])
def test_a_run_that_did_not_end_well_is_exit_code_1(service: FakeService, spanloom: Command, state: str) -> None:
    service.snapshots = [snapshot("running", 0), snapshot(state, 2)]
    assert spanloom("follow", "r1").exit_code == 1


def test_a_service_away_for_a_moment_does_not_end_the_following(service: FakeService, spanloom: Command) -> None:
    service.refuse = [503, 503]
    assert spanloom("follow", "r1").exit_code == 0


def test_runs_are_listed_over_pages(service: FakeService, spanloom: Command) -> None:
    listed = json.loads(spanloom("runs", "--json").stdout)
    assert [row["id"] for row in listed] == ["r0", "r1", "r2", "r3", "r4"]
    assert [row["id"] for row in json.loads(spanloom("runs", "--json", "-n", "3").stdout)] == ["r0", "r1", "r2"]
    assert "complete" in spanloom("runs").stdout


def test_show_prints_counts_and_datasets(service: FakeService, spanloom: Command) -> None:
    shown = spanloom("show", "r1").stdout
    assert "calls 1 judged of 4" in shown
    assert "r1.da.llm.train.v1" in shown


def test_cancel_and_its_kin(service: FakeService, spanloom: Command) -> None:
    assert spanloom("cancel", "r1").stdout == "r1: cancelled\n"
    assert json.loads(spanloom("retry", "r1", "--json").stdout)["state"] == "cancelled"
    refused = spanloom("resume", "r1")
    assert (refused.exit_code, refused.stderr) == (
        4,
        "Error: the run is running; only a cancelled one can be resumed\n",
    )


def test_a_missing_run_is_refused(service: FakeService, spanloom: Command) -> None:
    result = spanloom("show", "nowhere/../r1")
    assert (result.exit_code, "there is no run" in result.stderr or "no such route" in result.stderr) == (4, True)


def test_a_mistake_in_yaml_shows_file_line_and_caret(service: FakeService, spanloom: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("name: x\nlabels: [PER\nlanguages: [da]\n")
    for command in ("run", "plan", "spec"):
        told = spanloom(command, str(path))
        assert told.exit_code == 2
        assert f"{path}, line 3, column 10: not YAML or JSON" in told.stderr.replace("\n  ", "")
        assert "    languages: [da]\n             ^" in told.stderr


def test_a_field_that_is_wrong_is_told_with_its_line(service: FakeService, spanloom: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SPEC.replace("{settings: [from_scratch]}", "\n  settings: [from_scratch]\n  sizes: [-1]"))
    assert f"({path}, line 7)" in spanloom("run", str(path)).stderr


def test_the_same_again_and_a_small_dev_set_are_told(service: FakeService, spanloom: Command, spec: str) -> None:
    service.told = {"earlier": {"id": "r0", "state": "complete"}, "warnings": ["da: 4 dev sentences"]}
    result = spanloom("run", spec, "--no-check")
    assert result.stdout == "r1\n"
    assert "run before: r0 (complete)" in result.stderr
    assert "note: da: 4 dev sentences" in result.stderr
    assert service.checked == ["false"]


def test_a_refused_specification_shows_every_path(service: FakeService, spanloom: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SPEC.replace("settings: [from_scratch]", "subset_seed: -1, colour: red"))
    result = spanloom("run", str(tmp_path / "bad.yaml"))
    assert result.exit_code == 2
    assert "2 mistakes" in result.stderr
    assert "  training.subset_seed: " in result.stderr
    assert "  training.colour: no such field" in result.stderr


def test_a_missing_file_is_a_usage_error(spanloom: Command) -> None:
    result = spanloom("run", "nowhere.yaml")
    assert (result.exit_code, result.stderr) == (2, "Error: nowhere.yaml: No such file or directory\n")


def test_nobody_there(spanloom: Command) -> None:
    result = spanloom("runs", "--url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "cannot reach http://127.0.0.1:9" in result.stderr
    assert "spanloom up" in result.stderr


def test_an_address_that_is_none(spanloom: Command) -> None:
    assert spanloom("runs", "--url", "localhost:8000").exit_code == 2
    assert spanloom("runs", "--url", "http://[").exit_code == 2


def test_results_in_every_format(service: FakeService, spanloom: Command) -> None:
    for form, begin in (
        ("json", "["),
        ("csv", "language,source,size,f1"),
        ("markdown", "| language"),
        ("latex", r"\begin"),
    ):
        assert spanloom("results", "r1", "--format", form).stdout.startswith(begin)
    assert "0.143" in spanloom("results", "--view", "evaluations").stdout
    empty = spanloom("results", "empty")
    assert (empty.exit_code, empty.stdout, empty.stderr) == (0, "", "no results yet\n")
    assert spanloom("results", "empty", "--format", "json").stdout == "[]\n"


def test_samples_are_shown_with_their_entities_and_no_control_characters(
    service: FakeService, spanloom: Command
) -> None:
    shown = spanloom("samples", "r1.da.llm.train.v1").stdout
    assert "3.1" in shown
    assert "[Anna Li](PER)" in shown
    assert "\x1b[2J" not in shown
    assert json.loads(spanloom("samples", "x", "--format", "json").stdout)[0]["tokens"][2] == "\x1b[2J"


def test_wait_says_ready(service: FakeService, spanloom: Command) -> None:
    assert spanloom("wait", "--timeout-s", "5").exit_code == 0
    late = spanloom("wait", "--timeout-s", "0.1", "--url", "http://127.0.0.1:9")
    assert (late.exit_code, "not ready after 0.1 s" in late.stderr) == (3, True)


def test_a_key_is_sent_and_a_digest_is_not(
    service: FakeService, spanloom: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLOOM_API_KEY", "sha256:" + "0" * 64)
    result = spanloom("runs")
    assert (result.exit_code, "cannot send" in result.stderr) == (2, True)


def test_progress_rows_name_jobs_with_their_f1() -> None:
    rows = rows_of(snapshot("running", 3, running=True))
    assert rows[-1] == ("job 12345678", 5, 10, "da llm from_scratch 30, dev F1 0.500")


def test_lines_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for judged in (0, 0, 1, 2):
        lines.show(snapshot("running", judged))
    lines.show(snapshot("complete", 4))
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == ["running", "complete"]


def test_the_key_of_a_machine_of_ones_own_is_found_by_itself(
    spanloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = with_own_key(load_settings(port=0, home=tmp_path / "mine"))
    app = create_app("fake", settings=settings, routers=[FakeService().router()])
    with capture_logs(), Service("fake", settings=settings, app=app) as served:
        monkeypatch.setenv("SPANLOOM_URL", served.url)
        monkeypatch.setenv("SPANLOOM_HOME", str(tmp_path / "mine"))
        assert spanloom("runs").exit_code == 0
        monkeypatch.setenv("SPANLOOM_HOME", str(tmp_path / "of-another-user"))
        refused = spanloom("runs")
        assert refused.exit_code == 4
        assert "SPANLOOM_API_KEY" in refused.stderr
