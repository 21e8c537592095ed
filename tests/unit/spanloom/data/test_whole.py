"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanloom.data.whole import write_whole


def test_a_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "file.txt"
    write_whole(path, lambda part: part.write_text("all"), mode=0o600)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("all", 0o600)
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    def half(part: Path) -> None:
        part.write_text("new, ha")
        raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        write_whole(path, half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
