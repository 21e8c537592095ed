"""Annotated files as sentences in IOB2: `read_sentences` reads every format. A bad line is an error, never skipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spanloom.data.formats.raw import Layout, RawSentence
from spanloom.data.reading import read_annotated

__all__ = ["RawSentence", "read_conll", "read_jsonl", "read_sentences"]


def read_sentences(
    path: Path, *, names: Sequence[str] | None = None, columns: tuple[int, int] | None = None
) -> list[RawSentence]:
    """Sentences of a file of any format that `reading` knows, in IOB2. `names` are tag names by id, for integers.

    Raises DataError with file, line and what was expected.
    """
    return read_annotated(path, Layout(tags=names, columns=columns)).sentences


def read_conll(path: Path, *, columns: tuple[int, int] | None = None) -> list[RawSentence]:
    """Sentences of a file of columns. Raises DataError with file, line and what was expected."""
    return read_annotated(path, Layout(format="iob2", columns=columns)).sentences


def read_jsonl(path: Path, *, names: Sequence[str] | None = None) -> list[RawSentence]:
    """Sentences of a JSONL file with tokens and tags. Raises DataError with file, line and what was expected."""
    return read_annotated(path, Layout(format="jsonl", tags=names)).sentences
