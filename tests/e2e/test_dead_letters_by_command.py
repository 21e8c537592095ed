"""`spanloom dlq ls|show|replay` end to end: a completion that could not be judged is listed, read and sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from spanloom.bus import COMPLETIONS, Record, open_bus
from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom_cli.app import app
from spanloom_embedded.app import embedded
from spanloom_validator import worker as validating
from support.cluster import demo_language, replay_source, tiny_training
from support.common import wait_for
from support.recordings import write_recording

BUS, CALLS = "memory://dlq", 3


@pytest.fixture
def service(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    settings = load_settings(database_url=database_url, bus=BUS, home=tmp_path, cache=tmp_path, port=0, data="/")
    # The services' log lines would run into what the command prints in this process.
    with capture_logs(), embedded(settings) as service, service:
        monkeypatch.setenv("SPANLOOM_URL", service.url)
        yield service


def spanloom(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def letters(*more: str) -> list[dict[str, Any]]:
    return list(json.loads(spanloom("dlq", "ls", "--json", *more).stdout))


def calls_of(run: str) -> dict[str, int]:
    return dict(httpx.get(run, timeout=30).json()["calls"])


@pytest.mark.slow
def test_what_could_not_be_judged_is_listed_shown_and_replayed(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise ValueError("a mistake of ours")

    judge = validating.judge_completion
    monkeypatch.setattr(validating, "judge_completion", broken)
    recording = write_recording(tmp_path / "recording.jsonl", calls=CALLS, objects=2)
    spec = {
        "name": "dead-letters",
        "languages": [demo_language()],
        "sources": [replay_source(recording, calls=CALLS)],
        "training": tiny_training(sizes=[2]),
    }
    answer = httpx.post(f"{service.url}/v1/runs", content=yaml.safe_dump(spec), timeout=60)
    assert answer.status_code == 202, answer.text
    run = f"{service.url}/v1/runs/{answer.json()['id']}"
    wait_for(lambda: len(letters()) == CALLS, timeout_s=90, every_s=0.5, what="dead letters")
    assert {row["reason"] for row in letters()} == {"ValueError: a mistake of ours"}

    first, *others = (row["id"] for row in letters("--topic", COMPLETIONS))
    shown = spanloom("dlq", "show", first)
    assert (shown.exit_code, "reason: ValueError" in shown.stdout, "run_id" in shown.stdout) == (0, True, True)
    wait_for(lambda: calls_of(run)["failed"] == CALLS, what="failed calls, so that the dataset completes")

    monkeypatch.setattr(validating, "judge_completion", judge)
    assert spanloom("dlq", "replay", first).exit_code == 0
    assert spanloom("dlq", "replay", first).exit_code == 4, "each is sent once"
    assert [row["id"] for row in letters()] == others
    assert spanloom("dlq", "replay", "--all").exit_code == 0
    assert (letters(), len(letters("--all"))) == ([], CALLS)
    assert calls_of(run) == {**calls_of(run), "judged": CALLS, "failed": CALLS}, "what was given up is not judged twice"


@pytest.mark.slow
def test_what_cannot_be_read_dies_again_at_a_place_of_its_own(service: Service) -> None:
    with open_bus(BUS) as bus:
        (receipt,) = bus.producer().publish([Record(COMPLETIONS, "k", b'{"v": 1, "id"')])
    place = f"{COMPLETIONS}/{receipt.partition}/{receipt.offset}"
    wait_for(lambda: [row["id"] for row in letters()] == [place], timeout_s=60, every_s=0.5, what="the dead letter")
    assert spanloom("dlq", "replay", place).exit_code == 0
    again = f"{COMPLETIONS}/{receipt.partition}/{receipt.offset + 1}"
    wait_for(lambda: [row["id"] for row in letters()] == [again], timeout_s=60, every_s=0.5, what="its second death")
