"""What of a job's folder is needed, and what is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanloom_trainer.models.store import discard, leftovers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder: two attempts' models, one that was being written, a resume point, and one being written."""
    for name in ("1", "2", ".3.abc.tmp"):
        (tmp_path / "job" / name).mkdir(parents=True)
        (tmp_path / "job" / name / "model.safetensors").write_bytes(b"x")
    for name in ("resume.safetensors", ".resume.safetensors.def.tmp"):
        (tmp_path / "job" / name).write_bytes(b"x")
    return tmp_path / "job"


RESUME = [".resume.safetensors.def.tmp", "resume.safetensors"]


@pytest.mark.parametrize(
    ("ended", "cancelled", "kept", "expected"),
    [
        (True, False, "2", [".3.abc.tmp", ".resume.safetensors.def.tmp", "1", "resume.safetensors"]),
        (True, True, "2", [".3.abc.tmp", ".resume.safetensors.def.tmp", "1", "resume.safetensors"]),
        (True, False, None, [".3.abc.tmp", ".resume.safetensors.def.tmp", "1", "2", "resume.safetensors"]),
        (False, True, None, RESUME),
        (False, False, None, []),
    ],
)
def test_what_nobody_needs(folder: Path, ended: bool, cancelled: bool, kept: str | None, expected: list[str]) -> None:
    found = leftovers(folder, ended=ended, cancelled=cancelled, kept=kept)
    assert [path.name for path in found] == expected


def test_discarding_all_of_it_discards_the_folder(folder: Path) -> None:
    discard(leftovers(folder, ended=True, cancelled=False, kept="2"))
    assert [path.name for path in folder.iterdir()] == ["2"]
    discard([folder / "2"])
    assert not folder.exists()


@pytest.mark.parametrize("ended", [True, False])
def test_a_folder_that_another_removed_leaves_nothing(ended: bool, tmp_path: Path) -> None:
    assert leftovers(tmp_path / "gone", ended=ended, cancelled=True, kept=None) == []
