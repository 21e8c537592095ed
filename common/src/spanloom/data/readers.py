"""Annotated files as published: IOB2/CoNLL columns and JSONL, gzip or not. A bad line is an error, never skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from spanloom.data.lines import read_byte_lines, read_lines
from spanloom.errors import DataError

MAX_TOKENS = 10_000
"""Tokens of one sentence; more means that the blank lines between sentences are missing."""

_TAG = re.compile(r"O|[BI]-\S+")
_PEEK = 400
"""Data lines looked at to find the columns."""

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class RawSentence:
    """A sentence as a file has it: tokens, tag names of the same length, and the 1-based line of its first token.

    `step` is 1 where each token has a line of its own, 0 where the sentence has one.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    line: int
    step: int = 0

    def line_of(self, position: int) -> int:
        """The line of the token at a position."""
        return self.line + self.step * position


def read_sentences(
    path: Path, *, names: Sequence[str] | None = None, columns: tuple[int, int] | None = None
) -> list[RawSentence]:
    """A file of either kind, told by its first line that says something: `{` begins JSONL. Raises DataError."""
    for _, line in read_byte_lines(path):
        if line.strip():
            is_json = line.lstrip().startswith(b"{")
            return read_jsonl(path, names=names) if is_json else read_conll(path, columns=columns)
    raise DataError("holds no sentence; expected IOB2 columns or one JSON object a line", path=str(path))


def read_conll(path: Path, *, columns: tuple[int, int] | None = None) -> list[RawSentence]:
    """Sentences of an IOB2/CoNLL file: 2 to 5 columns, blank lines between sentences, `#` comment lines before one.

    Columns are split at tabs where the first line of data has one, at spaces otherwise, and their number must not
    change. `columns` = 0-based (token, tag); without it they are found: the tag column is the last whose values are
    IOB2 tags, the token column the first that is no running number. Universal NER (index, token, tag, ...) keeps its
    tag third. A line `# O` with a token's columns is a token: MasakhaNER has sentences that begin with `#`.

    Raises DataError with file, line and what was expected.
    """
    rows = _rows(path)
    if not rows:
        raise DataError("holds no sentence; expected a token and its tag a line", path=str(path))
    token_at, tag_at = columns or _find_columns(path, rows)
    width = len(rows[0][1])
    if max(token_at, tag_at) >= width or token_at == tag_at or min(token_at, tag_at) < 0:
        raise DataError(
            f"columns ({token_at}, {tag_at}) do not exist in a file of {width} columns (0 to {width - 1})",
            path=str(path),
            line=rows[0][0],
        )
    return [
        _sentence(path, block, token_at, tag_at) for block in _blocks(rows) if block[0][1][token_at] != "-DOCSTART-"
    ]


def _rows(path: Path) -> list[Row]:
    """`(line number, cells)` of each data line of the file; one number of cells throughout."""
    rows: list[Row] = []
    held: list[Row] = []  # `#` lines before the first plain one: tokens or comments, which its width decides
    separator: str | None = None
    width = 0
    before_sentence = True
    for number, line in read_lines(path):
        if not line.strip():
            before_sentence = True
            continue
        cells = _cells(line, separator)
        if before_sentence and line.startswith("#"):
            if not any(_TAG.fullmatch(cell) for cell in cells[1:]):
                continue
            if not width:
                held.append((number, cells))
                continue
            if len(cells) != width:
                continue
        if not width:
            separator, width = ("\t" if "\t" in line else " "), _check_width(path, number, cells)
            rows = [row for row in held if len(row[1]) == width]
        if len(cells) != width:
            raise DataError(
                f"{len(cells)} column{'s' * (len(cells) != 1)} where {width} are expected, as on line {rows[0][0]}: "
                f"{line[:60]!r}",
                path=str(path),
                line=number,
            )
        rows.append((number, cells))
        before_sentence = False
    return rows


def _cells(line: str, separator: str | None) -> list[str]:
    # str.split() would also cut at the no-break spaces that are part of some tokens
    if separator == "\t" or (separator is None and "\t" in line):
        return line.split("\t")
    cells = line.split(" ")
    return [cell for cell in cells if cell] if "" in cells else cells


def _check_width(path: Path, number: int, cells: list[str]) -> int:
    if not 2 <= len(cells) <= 5:
        raise DataError(
            f"{len(cells)} column{'s' * (len(cells) != 1)}; expected 2 to 5, a token and its IOB2 tag among them",
            path=str(path),
            line=number,
        )
    return len(cells)


def _find_columns(path: Path, rows: list[Row]) -> tuple[int, int]:
    """0-based (token, tag) columns. A column is a tag column when most of its first values are IOB2 tags."""
    sample = [cells for _, cells in rows[:_PEEK]]
    width = len(sample[0])
    tags = [i for i in range(1, width) if 2 * sum(bool(_TAG.fullmatch(c[i])) for c in sample) > len(sample)]
    if not tags:
        raise DataError(
            f"no column holds IOB2 tags (O, B-X, I-X); the first line of data is {' '.join(sample[0])[:60]!r}. "
            "Give `columns: [token, tag]` (counted from 0) if they stand elsewhere",
            path=str(path),
            line=rows[0][0],
        )
    if width >= 3 and _counts_up([c[0] for c in sample]):
        return 1, 2 if 2 in tags else tags[-1]
    return 0, tags[-1]


def _counts_up(values: list[str]) -> bool:
    """Whether a column numbers the tokens of each sentence, from 0 or 1."""
    if not all(value.isdecimal() for value in values) or int(values[0]) > 1:
        return False
    return all(int(b) == int(a) + 1 or int(b) <= 1 for a, b in pairwise(values))


def _blocks(rows: list[Row]) -> list[list[Row]]:
    """Rows of consecutive lines: what stands between blank lines."""
    blocks: list[list[Row]] = []
    for row in rows:
        if blocks and blocks[-1][-1][0] == row[0] - 1:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _sentence(path: Path, block: list[Row], token_at: int, tag_at: int) -> RawSentence:
    for number, cells in block:
        if not _TAG.fullmatch(cells[tag_at]):
            raise DataError(
                f"tag {cells[tag_at]!r} of token {cells[token_at]!r} is not IOB2; expected O, B-X or I-X",
                path=str(path),
                line=number,
            )
    tokens = [cells[token_at] for _, cells in block]
    return checked(path, block[0][0], tokens, [cells[tag_at] for _, cells in block], step=1)


def checked(path: Path, line: int, tokens: Sequence[str], tags: Sequence[str], step: int = 0) -> RawSentence:
    """The sentence, if it can be stored and is no whole file without blank lines. Raises DataError."""
    what = None
    if len(tokens) > MAX_TOKENS:
        what = f"a sentence of {len(tokens):,} tokens; at most {MAX_TOKENS:,}: are blank lines missing?"
    elif not tokens:
        what = "a sentence without tokens"
    for i, token in enumerate(tokens):
        if not token:
            what, line = f"token {i} is empty", line + step * i
            break
        if "\x00" in token:
            what, line = f"token {i} holds U+0000, which no database column takes: {token[:60]!r}", line + step * i
            break
    if what:
        raise DataError(what, path=str(path), line=line)
    return RawSentence(tuple(tokens), tuple(tags), line, step)


def read_jsonl(path: Path, *, names: Sequence[str] | None = None) -> list[RawSentence]:
    """Sentences of a JSONL file: one object a line with `tokens` and `ner_tags` (or `tags`), names or integers.

    `names` are the tag names by id, for integers. Raises DataError with file, line and what was expected.
    """
    out = []
    for number, line in read_byte_lines(path):
        if line.strip():
            try:
                item = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise DataError(f"not JSON: {error}; expected one object a line", path=str(path), line=number) from None
            out.append(_from_object(path, number, item, names))
    if not out:
        raise DataError("holds no sentence; expected one JSON object a line", path=str(path))
    return out


def _from_object(path: Path, number: int, item: Any, names: Sequence[str] | None) -> RawSentence:
    expected = 'expected {"tokens": [str, ...], "ner_tags": [name or integer, ...]}'
    tokens = item.get("tokens") if isinstance(item, dict) else None
    tags = item.get("ner_tags", item.get("tags")) if isinstance(item, dict) else None
    if not isinstance(tokens, list) or not isinstance(tags, list):
        raise DataError(f"{expected}; got {str(item)[:60]!r}", path=str(path), line=number)
    for i, token in enumerate(tokens):
        if not isinstance(token, str):
            raise DataError(f"token {i} is {token!r}; {expected}", path=str(path), line=number)
    if len(tokens) != len(tags):
        raise DataError(f"{len(tokens)} tokens but {len(tags)} tags", path=str(path), line=number)
    return checked(path, number, tokens, tag_names(path, number, tags, names))


def tag_names(path: Path, number: int, tags: Iterable[Any], names: Sequence[str] | None) -> list[str]:
    """Tag names of names or integers. Raises DataError for a tag that is neither, or an id without a name."""
    out = []
    for tag in tags:
        if isinstance(tag, str) and _TAG.fullmatch(tag):
            out.append(tag)
        elif isinstance(tag, int) and not isinstance(tag, bool) and names is not None and 0 <= tag < len(names):
            out.append(names[tag])
        elif isinstance(tag, int) and not isinstance(tag, bool):
            nothing = "none: tag names by id are not given (name the labels in order, such as `--labels PER,ORG,LOC`)"
            allowed = f"0 to {len(names) - 1} ({', '.join(names)})" if names else nothing
            raise DataError(f"tag id {tag}; allowed are {allowed}", path=str(path), line=number)
        else:
            raise DataError(f"tag {tag!r} is not IOB2; expected O, B-X or I-X", path=str(path), line=number)
    return out
