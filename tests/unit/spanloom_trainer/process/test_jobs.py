"""What a job starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanloom_trainer.core.base import Base
from spanloom_trainer.process import jobs


def test_a_known_encoder_is_got_at_the_revision_of_the_job(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "got"
    base.model.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)
    asked: list[tuple[str, Path, Any]] = []

    def got(name: str, cache: Path, *, revision: str | None = None) -> Path:
        asked.append((name, cache, revision))
        return folder

    monkeypatch.setenv("SPANLOOM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(jobs, "ensure", got)
    for revision in (None, "abc"):
        made = jobs.base_for({"name": "e5-small", "revision": revision, "layers": 1})
        assert (made.name, made.revision) == (str(folder), None), "a folder has no revision"
    assert asked == [("e5-small", tmp_path / "cache", None), ("e5-small", tmp_path / "cache", "abc")]
