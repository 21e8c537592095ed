"""`spanloom audit`: it asks, waits, and lists; the service is a fake."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import Result

from spanloom.errors import SpanloomError
from spanloom_cli import audit

DATASET = "r.da.llm.train.v1"
OUTCOME = {"findings": 2, "flagged": 1, "f1": 0.61, "version": None}


def finding(call: int, *, flagged: bool, dataset: str = DATASET) -> dict[str, Any]:
    return {
        "dataset": dataset, "call_index": call, "candidate_index": 0, "kind": "missed", "given": None,
        "proposed": "PER Ada", "suspicion": 0.51234, "agreement": 0.25, "flagged": flagged, "sentence": "Ada sings .",
    }  # fmt: skip


class FakeApi:
    """What the command asks of the client; the audit is seen `states` in turn, the last one for ever."""

    def __init__(self, *states: str, **outcome: Any) -> None:
        self.states, self.outcome = list(states), {**OUTCOME, **outcome}
        self.asked: list[str] = []
        self.version: str | None = None

    def dataset(self, dataset_id: str) -> dict[str, Any]:
        return {"id": dataset_id, "run": "r", "accepted": 40}

    def audit(self, dataset_id: str, action: str) -> dict[str, Any]:
        self.asked.append(action)
        return {"id": dataset_id, "job": None, "state": "queued", "version": self.version}

    def jobs(self, run: str, *, state: str | None, limit: int) -> list[dict[str, Any]]:
        now = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        other = {"id": "job-2", "kind": "train", "state": "failed", "arm": {"train_dataset": DATASET}}
        if now == "none":
            return [other]
        return [other, {**other, "id": "job-1", "kind": "audit", "state": now, "reason": "it broke"}]

    def job(self, job_id: str) -> dict[str, Any]:
        assert job_id == "job-1"
        return {"outcome": self.outcome}

    def results(self, view: str, *, run: str, limit: int) -> list[dict[str, Any]]:
        assert (view, run) == ("audit_findings", "r")
        return [
            finding(3, flagged=True),
            finding(7, flagged=False),
            finding(9, flagged=True, dataset="r.da.gold.train.v1"),
        ]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeApi], FakeApi]:
    """Have the command talk to a fake, without pauses."""

    def do(api: FakeApi) -> FakeApi:
        @contextmanager
        def client(url: str | None) -> Iterator[FakeApi]:
            yield api

        monkeypatch.setattr(audit, "client", client)
        monkeypatch.setattr(audit, "POLL_S", 0)
        return api

    return do


def test_it_waits_and_lists(use: Callable[[FakeApi], FakeApi], spanloom: Callable[..., Result]) -> None:
    api = use(FakeApi("none", "queued", "claimed", "done"))
    told = spanloom("audit", DATASET)
    assert told.exit_code == 0
    assert api.asked == ["mark"]
    assert told.stdout.count("PER Ada") == 2, "findings of another dataset are left out"
    assert told.stderr.count("waiting for it") == 1
    assert "2 findings in 40 samples, 1 of them flagged; the models' own F1 against these labels is 0.61" in told.stderr


def test_only_the_flagged_as_json(use: Callable[[FakeApi], FakeApi], spanloom: Callable[..., Result]) -> None:
    use(FakeApi("done"))
    told = json.loads(spanloom("audit", DATASET, "--flagged", "--json").stdout)
    assert [row["call_index"] for row in told["findings"]] == [3]
    assert told["version"] is None


@pytest.mark.parametrize(
    ("made", "outcome", "what"),
    [
        ("r.da.llm.train.v2", {}, "new version r.da.llm.train.v2"),
        (None, {"version": "r.da.llm.train.v2"}, "new version r.da.llm.train.v2"),
        (None, {"no_version": "know too little"}, "no new version: know too little"),
        (None, {}, "no new version: nothing is flagged"),
    ],
)
def test_what_came_of_it(
    use: Callable[[FakeApi], FakeApi],
    spanloom: Callable[..., Result],
    made: str | None,
    outcome: dict[str, Any],
    what: str,
) -> None:
    api = use(FakeApi("done", **outcome))
    api.version = made
    assert what in spanloom("audit", DATASET, "--do", "drop").stderr
    assert api.asked == ["drop"]


def test_a_failed_audit_says_why(use: Callable[[FakeApi], FakeApi], spanloom: Callable[..., Result]) -> None:
    use(FakeApi("failed"))
    with pytest.raises(SpanloomError, match="it broke; `spanloom retry r` tries again"):
        audit.finished(FakeApi("failed"), {"id": DATASET, "run": "r"})  # type: ignore[arg-type]
    assert spanloom("audit", DATASET).exit_code != 0
