"""Calls made elsewhere, through the commands: a batch file out, its answers in; each call answered once, whatever
comes of the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom.store import work
from spanloom.store.work import Lease
from spanloom.workers.runtime import open_runtime, service_of
from spanloom_cli.app import app
from spanloom_generator import records
from spanloom_generator import service as generator
from spanloom_generator.engines.port import CallResult
from support.common import wait_for
from support.smollm2 import smollm2
from support.stored import execute, select, store_run

Command = Callable[..., Result]
ENGINE = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "small-model"}
LLM = {"kind": "synthetic", "name": "llm", "engine": ENGINE, "stop": {"after_calls": 6}, "n": 5, "m": 2, "dev_calls": 0}


@pytest.fixture
def api(db: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The generator's routes on a port, and no engine: its calls wait."""
    settings = load_settings(port=0, keyless=True, bus="memory://elsewhere", role="api")
    runtime = open_runtime(settings, database_url)
    with capture_logs(), service_of(runtime, [generator.build(runtime)], name="generator", port=0) as service:
        monkeypatch.setenv("SPANLOOM_URL", service.url)
        yield service


@pytest.fixture
def spanloom(api: Service) -> Command:
    return lambda *words, **options: CliRunner().invoke(
        app, ["calls", *map(str, words)], catch_exceptions=False, **options
    )


@pytest.fixture
def dataset(db: Engine) -> str:
    """A dataset of six calls that wait."""
    run = store_run(db, LLM)
    (row,) = select(db, "SELECT id FROM datasets WHERE run_id = :run AND source = 'llm'", run=run)
    return str(row.id)


def exported(spanloom: Command, dataset: str, *options: object) -> tuple[list[dict[str, Any]], str]:
    """The lines of a file that holds calls for a day, and the file's name."""
    done = spanloom("export", dataset, "--days", "1", *options)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.partition(":")[0]


def answer(custom_id: str, text: str = "[]") -> dict[str, Any]:
    """A line of a batch's output, as the API and `vllm run-batch` write it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    return {"id": "x", "custom_id": custom_id, "response": {"status_code": 200, "body": body}, "error": None}


def output(folder: Path, *lines: object) -> Path:
    file = folder / "out.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return file


def stored(db: Engine) -> dict[str, tuple[str | None, str | None]]:
    """Text and error of each completion."""
    return {row.id: (row.text, row.error) for row in select(db, "SELECT id, text, error FROM completions")}


def test_a_file_goes_out_and_its_answers_come_in(db: Engine, spanloom: Command, dataset: str, tmp_path: Path) -> None:
    lines, file = exported(spanloom, dataset)
    assert [line["custom_id"] for line in lines] == [f"{dataset}.{n}" for n in range(6)]
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert lines[0]["body"]["model"] == "small-model"
    assert lines[0]["body"]["messages"][-1]["role"] == "user"
    rows = select(db, "SELECT state, holder, lease_until > now() + interval '23 hours' AS held FROM prompts")
    assert {(row.state, row.holder, row.held) for row in rows} == {("claimed", file, True)}
    done = spanloom("import", output(tmp_path, *(answer(line["custom_id"], "[1]") for line in lines)))
    assert (done.exit_code, done.stdout) == (0, "6 answers stored, 0 stored before\n")
    assert f"{file} is answered" in done.stderr
    assert set(stored(db).values()) == {("[1]", None)}
    (row,) = select(db, "SELECT DISTINCT model, tokens_in, tokens_out, notes FROM completions")
    assert tuple(row) == ("m", 7, 3, "answered elsewhere, from a file")
    assert {row.state for row in select(db, "SELECT state FROM prompts")} == {"done"}


def test_a_partial_file_a_repeated_one_and_the_rest(
    db: Engine, spanloom: Command, dataset: str, tmp_path: Path
) -> None:
    lines, file = exported(spanloom, dataset, "--limit", 4)
    some = [answer(line["custom_id"], "first") for line in lines[:3]]
    done = spanloom("import", output(tmp_path, *some, some[0]))
    assert done.stdout == "3 answers stored, 1 stored before\n"
    assert f"{file} still holds 1 calls" in done.stderr
    again = [answer(line["custom_id"], "second") for line in lines]
    assert spanloom("import", output(tmp_path, *again)).stdout == "1 answers stored, 3 stored before\n"
    assert sorted(text or "" for text, _ in stored(db).values()) == ["first"] * 3 + ["second"]
    rest, _ = exported(spanloom, dataset)
    assert [line["custom_id"] for line in rest] == [f"{dataset}.{n}" for n in (4, 5)]
    assert spanloom("export", dataset, "--days", 1).exit_code == 1, "none waits"


def test_a_foreign_file_and_lines_that_are_none(db: Engine, spanloom: Command, dataset: str, tmp_path: Path) -> None:
    exported(spanloom, dataset)
    file = output(tmp_path, answer("somebody-elses-1"), "{ torn", '["a list"]', "", answer(f"{dataset}.0"))
    done = spanloom("import", file)
    assert (done.exit_code, done.stdout) == (1, "1 answers stored, 0 stored before\n")
    assert "1 answers are to no call of this service: somebody-elses-1" in done.stderr
    assert "2 lines are no answers (JSON with custom_id): 2, 3" in done.stderr
    assert list(stored(db)) == [f"{dataset}.0"]
    told = json.loads(spanloom("import", file, "--json").stdout)
    assert (told["stored"], told["already"], told["unreadable"]) == (0, 1, [2, 3])
    missing = spanloom("import", tmp_path / "none.jsonl")
    assert missing.exit_code == 2
    assert "No such file" in missing.stderr


def test_calls_that_failed_elsewhere(db: Engine, spanloom: Command, dataset: str, tmp_path: Path) -> None:
    exported(spanloom, dataset)
    refused = {
        "custom_id": f"{dataset}.0",
        "response": {"status_code": 400, "body": None},
        "error": {"message": "too long"},
    }
    expired = {"custom_id": f"{dataset}.1", "response": None, "error": {"code": "batch_expired", "message": "late"}}
    odd = {"custom_id": f"{dataset}.2", "response": {"status_code": 200, "body": {"choices": []}}, "error": None}
    done = spanloom("import", output(tmp_path, refused, expired, odd))
    assert (done.exit_code, done.stdout) == (
        0,
        "0 answers stored, 0 stored before, 2 calls failed, 1 handed back, to be made again\n",
    )
    errors = {name: error for name, (_, error) in stored(db).items()}
    assert errors.keys() == {f"{dataset}.0", f"{dataset}.2"}
    assert "too long" in (errors[f"{dataset}.0"] or "")
    (row,) = select(db, "SELECT state, attempt - forgiven AS spent FROM prompts WHERE id = :id", id=f"{dataset}.1")
    assert tuple(row) == ("queued", 0)


def test_whoever_answers_first_has_answered(db: Engine, spanloom: Command, dataset: str, tmp_path: Path) -> None:
    """The lease ran out, a generator took the call; then the file's answer came, and the generator's after it."""
    exported(spanloom, dataset, "--limit", 1)
    execute(db, "UPDATE prompts SET lease_until = now() - interval '1 h' WHERE state = 'claimed'")
    call = f"{dataset}.0"
    with db.begin() as connection:
        (claim,) = work.claim(connection, "prompts", [call], holder="generator", lease=Lease(lease_s=0.0))
    assert spanloom("import", output(tmp_path, answer(call, "the file's"))).exit_code == 0
    with pytest.raises(Exception, match="no longer holds it"), db.begin() as connection:
        records.write_completion(connection, claim, CallResult("the generator's", "stop", 1, 1, 0.1, "m"))
    assert stored(db) == {call: ("the file's", None)}
    assert spanloom("import", output(tmp_path, answer(call, "again"))).stdout == "0 answers stored, 1 stored before\n"
    assert stored(db) == {call: ("the file's", None)}


def test_the_same_file_imported_by_many_at_once(db: Engine, spanloom: Command, dataset: str, tmp_path: Path) -> None:
    lines, _ = exported(spanloom, dataset)
    file = output(tmp_path, *(answer(line["custom_id"]) for line in lines))
    told: list[dict[str, Any]] = []
    from spanloom_cli.options import client

    answers = [json.loads(line) for line in file.read_text().splitlines()]

    def store() -> None:
        with client(None) as api:
            told.append(api.store_answers(answers))

    threads = [threading.Thread(target=store) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["stored"] for one in told) == [0, 0, 0, 0, 6]
    assert len(stored(db)) == 6


RENEWING = "from spanloom_cli import app, calls; calls.RENEW_S = 0.1; app.main()"


@contextmanager
def holding(dataset: str, batch: Path) -> Iterator[subprocess.Popen[str]]:
    """`spanloom calls export` in a process of its own, once it has written its file."""
    command = [sys.executable, "-c", RENEWING, "calls", "export", dataset, "--output", str(batch)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(lambda: batch.exists() and len(batch.read_text().splitlines()) == 6, what="the file")
            yield process
        finally:
            process.kill()


def test_the_command_holds_its_calls_until_they_are_answered(
    db: Engine, spanloom: Command, dataset: str, tmp_path: Path
) -> None:
    with holding(dataset, tmp_path / "batch.jsonl") as process:
        (before,) = select(db, "SELECT max(lease_until) AS at FROM prompts")
        wait_for(lambda: select(db, "SELECT max(lease_until) AS at FROM prompts")[0].at > before.at, what="a renewal")
        assert process.poll() is None
        lines = [json.loads(line) for line in (tmp_path / "batch.jsonl").read_text().splitlines()]
        assert spanloom("import", output(tmp_path, *(answer(line["custom_id"]) for line in lines))).exit_code == 0
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "all calls are answered" in told
    assert len(stored(db)) == 6


def test_ended_early_it_hands_back_what_is_not_answered(
    db: Engine, spanloom: Command, dataset: str, tmp_path: Path
) -> None:
    with holding(dataset, tmp_path / "batch.jsonl") as process:
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "6 calls handed back" in told
    rows = select(db, "SELECT DISTINCT state, holder, attempt - forgiven AS spent FROM prompts")
    assert [tuple(row) for row in rows] == [("queued", None, 0)]


def test_released_calls_wait_again(db: Engine, spanloom: Command, dataset: str) -> None:
    _, file = exported(spanloom, dataset)
    assert spanloom("release", file).stdout == "6 calls handed back\n"
    assert spanloom("release", file).stdout == "0 calls handed back\n"
    assert len(exported(spanloom, dataset, "--model", "/models/x", "--max-tokens", 9)[0]) == 6


def test_model_and_cap_of_the_command_stand_for_the_specifications(spanloom: Command, dataset: str) -> None:
    lines, _ = exported(spanloom, dataset, "--model", "/models/x", "--max-tokens", 9)
    assert {(line["body"]["model"], line["body"]["max_tokens"]) for line in lines} == {("/models/x", 9)}


def test_calls_of_other_engines_stay_here(db: Engine, spanloom: Command) -> None:
    run = store_run(db, {**LLM, "engine": {"kind": "toy"}})
    (row,) = select(db, "SELECT id FROM datasets WHERE run_id = :run AND source = 'llm'", run=run)
    done = spanloom("export", row.id, "--days", 1)
    assert done.exit_code == 4
    assert "calls of engine 'toy' cannot be made elsewhere" in done.stderr
    assert {row.state for row in select(db, "SELECT state FROM prompts")} == {"queued"}, "nothing is held"


def test_a_dataset_that_is_not_there(spanloom: Command) -> None:
    done = spanloom("export", "20260101-00000000.da.llm.train.v1", "--days", 1)
    assert (done.exit_code, "there is no dataset" in done.stderr) == (4, True)


def test_calls_alone_lists_those_of_a_run(db: Engine, spanloom: Command, dataset: str) -> None:
    listed = spanloom(dataset.partition(".")[0], "--json")
    assert listed.exit_code == 0
    assert len(json.loads(listed.stdout)) == 6
    assert "export" in spanloom("--help").stdout


@pytest.mark.vllm
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_vllm_answers_a_file(
    db: Engine, spanloom: Command, dataset: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`vllm run-batch` by its module, with real weights and their chat template: a part, the whole, a refusal."""
    pytest.importorskip("vllm", reason="vLLM is not installed")
    model = smollm2(tmp_path_factory.mktemp("smollm2"))
    lines, file = exported(spanloom, dataset, "--model", model, "--max-tokens", 24, "--limit", 4)
    lines[3]["body"]["max_tokens"] = 1_000_000
    batch, out = tmp_path / "batch.jsonl", tmp_path / "out.jsonl"
    batch.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "vllm.entrypoints.openai.run_batch", "-i", str(batch), "-o", str(out)]
    command += ["--model", str(model), "--max-model-len", "2048", "--enforce-eager"]
    environment = {**os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    answers = out.read_text().splitlines()
    assert sorted(json.loads(line)["custom_id"] for line in answers) == [line["custom_id"] for line in lines]
    by_id = {json.loads(line)["custom_id"]: line for line in answers}
    first = output(tmp_path, by_id[lines[0]["custom_id"]])
    assert spanloom("import", first).stdout == "1 answers stored, 0 stored before\n"
    (tmp_path / "whole.jsonl").write_text("\n".join(answers))
    done = spanloom("import", tmp_path / "whole.jsonl")
    assert (done.exit_code, done.stdout) == (0, "2 answers stored, 1 stored before, 1 calls failed\n"), done.stderr
    assert f"{file} is answered" in done.stderr
    again = spanloom("import", tmp_path / "whole.jsonl")
    assert again.stdout == "0 answers stored, 4 stored before\n"
    rows = select(db, "SELECT text, error, tokens_out, model FROM completions ORDER BY call_index")
    assert [row.error is None for row in rows] == [True, True, True, False]
    assert all(row.text and 0 < row.tokens_out <= 24 and row.model == str(model) for row in rows[:3])
    assert "max_tokens" in rows[3].error or "context length" in rows[3].error, rows[3].error
