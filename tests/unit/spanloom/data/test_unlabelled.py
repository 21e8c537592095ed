"""Unlabelled text: distinct sentences of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanloom.contracts.labelling import TextFile
from spanloom.data.unlabelled import read_text
from spanloom.errors import DataError


def test_lines_are_cut_by_the_one_rule_or_at_spaces_and_copies_left_out(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Anna's hus.\n\n  \nVi ses .\nVI SES .\nHej\n")
    words = read_text(TextFile(file="t.txt"), 100, (tmp_path,))
    assert words == [("Anna", "'s", "hus", "."), ("Vi", "ses", "."), ("Hej",)]
    assert read_text(TextFile(file="t.txt", tokens="as_given"), 1, (tmp_path,)) == [("Anna's", "hus.")]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_a_sentence_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.txt").write_text(text)
    with pytest.raises(DataError, match="one sentence a line"):
        read_text(TextFile(file="t.txt"), 100, (tmp_path,))
