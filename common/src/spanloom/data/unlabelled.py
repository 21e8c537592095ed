"""Unlabelled text: sentences that nobody has annotated, one a line."""

from __future__ import annotations

from spanloom.contracts.labelling import TextFile
from spanloom.data.lines import read_lines
from spanloom.data.roots import DATA_ENV, Roots, find_beneath, only_beneath
from spanloom.errors import DataError
from spanloom.ner.sentence import content_hash
from spanloom.ner.textspans import cutter


def read_text(text: TextFile, cap: int, roots: Roots) -> list[tuple[str, ...]]:
    """The tokens of the first `cap` distinct sentences of a file. Raises DataError where it cannot be read or is empty.

    Empty lines, and lines that say what one before them said (after NFC and case folding), are left out.
    """
    path = find_beneath(text.file, roots, kind="file", what="unlabelled text", setting=DATA_ENV)
    cut = cutter(text.tokens)
    found: dict[str, tuple[str, ...]] = {}
    with only_beneath(roots):
        for _, line in read_lines(path):
            tokens = tuple(line[start:end] for start, end in cut(line))
            if tokens:
                found.setdefault(content_hash(tokens), tokens)
            if len(found) == cap:
                break
    if not found:
        raise DataError("holds no sentence; unlabelled text is one sentence a line", path=str(path))
    return list(found.values())
