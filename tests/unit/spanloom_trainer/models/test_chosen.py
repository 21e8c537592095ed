"""Which model `spanloom tag` means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanloom.errors import DataError, EnvironmentMissing
from spanloom_cli.client import Client
from spanloom_trainer.models import chosen as module
from spanloom_trainer.models.chosen import best, chosen, model_folder

ROWS = [
    {"id": f"job-{n}", "kind": kind, "language": language, "dev_f1": f1, "path": "/nowhere"}
    for n, (kind, language, f1) in enumerate(
        [("train", "da", 0.4), ("train", "da", 0.7), ("train", "sv", 0.9), ("pretrain", "da", 0.95)]
    )
]


class FakeApi(Client):
    """Answers without a service; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __enter__(self) -> FakeApi:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def models(self, *, limit: int, run: str | None = None) -> list[dict[str, Any]]:
        self.asked.append(run)
        return ROWS

    def model(self, job: str) -> dict[str, Any]:
        self.asked.append(job)
        return ROWS[0]

    def tag(self, model_id: str, sentences: Any) -> list[dict[str, Any]]:
        self.asked.append((model_id, sentences))
        return [{"tokens": ["x"], "tags": ["O"], "entities": []}]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    fake = FakeApi()
    monkeypatch.setattr(module, "client", lambda url: fake)
    return fake


def test_the_best_of_a_run_is_that_with_the_highest_dev_f1(api: FakeApi) -> None:
    assert best(api, "1a2b", "da")["id"] == "job-1"
    assert chosen(["best", "1a2b", "sv"], device="cpu", url=None)([["x"]])[0]["tags"] == ["O"]
    assert api.asked[-1] == ("job-2", [["x"]])
    with pytest.raises(DataError, match="languages with one: da, sv"):
        best(api, "1a2b", "fo")


@pytest.mark.parametrize("given", ["job-43f41eeb0b83818c2702d627", "43f4", "job-43", "deadbeef"])
def test_what_looks_like_an_id_is_asked_of_the_service_and_of_no_hub(api: FakeApi, given: str) -> None:
    chosen([given], device="cpu", url=None)
    assert api.asked == [given]


def test_mistakes(api: FakeApi, tmp_path: Path) -> None:
    for words in (["best", "r"], ["a/b", "c"]):
        with pytest.raises(DataError):
            chosen(words, device="cpu", url=None)
    with pytest.raises(EnvironmentMissing, match="no folder"):
        chosen([str(tmp_path / "none")], device="cpu", url=None)
    assert api.asked == []


def test_a_jobs_folder_stands_for_its_newest_attempt(tmp_path: Path) -> None:
    for attempt in ("2", "10"):
        (tmp_path / attempt).mkdir()
        (tmp_path / attempt / "config.json").touch()
    assert model_folder(tmp_path) == tmp_path / "10"
    assert model_folder(tmp_path / "2") == tmp_path / "2"
