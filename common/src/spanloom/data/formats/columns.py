"""Files of columns: CoNLL of any width, CoNLL-U, TSV, CSV. From lines to sentences of cells, and to tokens and tags."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from spanloom.data.formats.choice import Choice, all_tag_columns, choose, header_of, index_shape, looks_like_tag
from spanloom.data.formats.raw import AS_IT_IS, Layout, RawFile, RawSentence, checked
from spanloom.data.lines import read_lines
from spanloom.errors import DataError

_MARKER = "-DOCSTART-"
_COMMENT = re.compile(r"#\s*(?:begin|end) document\b|#\s?[\w.:#-]+(?: [\w.:-]+)? ?= |# ?(?:newdoc|newpar)\b|#\s*$")
PEEK = 400
"""Data rows looked at to find the columns."""


class Row(NamedTuple):
    """The cells of one line; `first` where a blank line or a document's marker stands before."""

    line: int
    cells: list[str]
    first: bool
    text: str = ""


def read_columns(path: Path, layout: Layout = AS_IT_IS) -> RawFile:
    """Sentences of a file with a token and its tag a line.

    Cells are split at tabs where the first line of data has one, at spaces otherwise, as CSV in `.csv`. A blank line,
    a `-DOCSTART-` line (whatever its width; it alone goes) or a column that numbers sentences ends a sentence. Lines
    that begin with `#` and have no cell for the tag are comments, wherever they stand. A header names the columns.

    Which columns hold tokens and tags is found (`choice.choose`) unless `layout.columns` or `layout.column` says; all
    lines must have one number of cells then, empty ones at the end apart.

    Raises DataError with file, line and what was expected.
    """
    rows = list(_rows(path))
    if all(row.text.startswith("#") and not any(map(looks_like_tag, row.cells[1:])) for row in rows):
        raise DataError("holds no sentence; expected a token and its tag a line", path=str(path))
    named = layout.columns is not None
    if not named:
        rows = _of_one_width(path, rows)
    header = header_of(rows[0].cells, layout)
    body = rows[1:] if header else rows
    if not body:
        raise DataError("holds a header and no sentence", path=str(path), line=rows[0].line)
    sample = [row.cells for row in islice((row for row in body if not row.text.startswith("#")), PEEK)]
    sample = sample or [row.cells for row in body[:PEEK]]
    apart = any(row.first for row in body[1:])
    chosen = choose(path, sample, layout, header=header, line=body[0].line, apart=apart)
    kept = _without_comments(body, chosen, named)
    if not kept:
        raise DataError("holds no sentence; expected a token and its tag a line", path=str(path))
    return _raw_file(path, kept, chosen)


def _without_comments(rows: Sequence[Row], chosen: Choice, ragged: bool) -> list[Row]:
    out: list[Row] = []
    begins = True
    for row in rows:
        begins = begins or row.first
        if not _is_comment(row, chosen, ragged):
            out.append(row if row.first == begins else row._replace(first=begins))
            begins = False
    return out


def _rows(path: Path) -> Iterator[Row]:
    if re.search(r"\.csv(\.gz)?$", path.name, re.IGNORECASE):
        yield from _csv_rows(path)
        return
    separator: str | None = None
    first = True
    held: list[tuple[int, str, bool]] = []  # `#` lines before the first line of data, which settles the separator
    for number, line in read_lines(path, bare_cr=True):
        if not line.strip():
            first = True
            continue
        if separator is None and line.startswith("#"):
            held.append((number, line, first))
            first = False
            continue
        marker = _marks_document(line, separator)
        if separator is None and not marker:
            separator = "\t" if "\t" in line else " "
            yield from (Row(n, _cells(text, separator), f, text) for n, text, f in held)
        if marker:
            first = True
            continue
        yield Row(number, _cells(line, separator or " "), first, line)
        first = False
    if separator is None:
        separator = "\t" if any("\t" in text for _, text, _ in held) else " "
        yield from (Row(n, _cells(text, separator), f, text) for n, text, f in held)


def _csv_rows(path: Path) -> Iterator[Row]:
    lines = list(read_lines(path, bare_cr=True))
    head = next((line for _, line in lines if line.strip()), "")
    delimiter = max(",;\t|", key=head.count)
    first, before = True, 0
    reader = csv.reader((line + "\n" for _, line in lines), delimiter=delimiter)
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                first = True
            else:
                yield Row(number, [cell.removesuffix("\n") for cell in cells], first)
                first = False
    except csv.Error as error:
        raise DataError(f"is no CSV: {error}", path=str(path), line=before + 1) from None


def _marks_document(line: str, separator: str | None) -> bool:
    return _MARKER in line and any(
        cell.strip() == _MARKER for cell in _cells(line, separator or ("\t" if "\t" in line else " "))
    )


def _cells(line: str, separator: str) -> list[str]:
    # str.split() would also cut at the no-break spaces that are part of some tokens
    cells = line.split(separator)
    return [cell for cell in cells if cell] if separator == " " and "" in cells else cells


def _of_one_width(path: Path, rows: list[Row]) -> list[Row]:
    """Rows of as many cells as most have; comments of another width go, empty cells at the end too."""
    plain = [row for row in rows if not row.text.startswith("#")] or rows
    width = Counter(len(row.cells) for row in plain).most_common(1)[0][0]
    first = next(row.line for row in plain if len(row.cells) == width)
    out: list[Row] = []
    begins = False
    for row in rows:
        cells = row.cells
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        begins = begins or row.first
        if len(cells) != width:
            # Inside a sentence only what is plainly a comment, so that no damaged line is lost as one.
            if row.text.startswith("#") and (begins or _COMMENT.match(row.text) or row.text.startswith("# ")):
                continue
            raise DataError(
                f"{len(cells)} column{'s' * (len(cells) != 1)} where {width} are expected, as on line {first}: "
                f"{(row.text or ' '.join(cells))[:60]!r}; if lines differ by intent, say where token and tag stand: "
                "`columns: [token, tag]`, from 0",
                path=str(path),
                line=row.line,
            )
        same = cells is row.cells and begins == row.first
        out.append(row if same else row._replace(cells=cells, first=begins))
        begins = False
    if not out:
        raise DataError("holds no sentence; expected a token and its tag a line", path=str(path))
    if width < 2:
        raise DataError(
            f"1 column; expected at least 2, a token and its tag a line: {' '.join(out[0].cells)[:60]!r}",
            path=str(path),
            line=out[0].line,
        )
    return out


def _is_comment(row: Row, chosen: Choice, ragged: bool) -> bool:
    if not row.text.startswith("#"):
        return False
    if ragged and (_COMMENT.match(row.text) or len(row.cells) <= max(chosen.token, chosen.tag)):
        return True
    if ("\t" not in row.text and _COMMENT.match(row.text) and len(row.cells) > 2) or row.text.strip() == "#":
        return True
    return not chosen.is_tag(row.cells)


def _raw_file(path: Path, rows: Sequence[Row], chosen: Choice) -> RawFile:
    sentences: list[RawSentence] = []
    ranges = blanks = ends = 0
    tokens: list[str] = []
    tags: list[str] = []
    lines: list[int] = []
    last_index, group = -1, ""

    def close() -> None:
        nonlocal tokens, tags, lines
        if tokens:
            follow = lines[-1] - lines[0] == len(lines) - 1
            sentences.append(checked(path, lines[0], tokens, tags, step=1, lines=() if follow else tuple(lines)))
        tokens, tags, lines = [], [], []

    for row in rows:
        at = chosen.cell(path, row.cells, row.line, chosen.token)
        index = index_shape(row.cells[0]) if chosen.index else None
        if index is not None and index.skipped:
            ranges += 1
            continue
        new_group = chosen.group is not None and row.cells[chosen.group].strip() not in ("", group)
        restarts = index is not None and index.number <= last_index
        if row.first or new_group or restarts:
            close()
        if chosen.group is not None and row.cells[chosen.group].strip():
            group = row.cells[chosen.group].strip()
        last_index = index.number if index is not None else -1
        tag = chosen.tag_of(path, row.cells, row.line)
        if tag is None:
            blanks, tag = blanks + 1, chosen.outside
        tokens.append(at)
        tags.append(tag)
        lines.append(row.line)
        if chosen.ends is not None and "EndOfSentence" in row.cells[chosen.ends]:
            ends += 1
            close()
    close()
    if not sentences:
        raise DataError("holds no sentence; expected a token and its tag a line", path=str(path))
    notes = [*chosen.notes]
    if ranges:
        notes.append(f"{ranges:,} lines of ranges (1-2) or empty nodes (8.1) are no tokens")
    if blanks:
        notes.append(f"{blanks:,} tokens without a tag (_) are read as O")
    if ends:
        notes.append(f"{ends:,} sentences end at EndOfSentence")
    return RawFile(str(path), "columns", sentences, columns=chosen.names, notes=tuple(notes))


def tag_columns(path: Path) -> tuple[int, tuple[int, ...]] | None:
    """The token column and all tag columns (chunks apart) of a file of columns, in order; None for another file.

    A file of `token gold predicted`, as conlleval takes it, has two.
    """
    rows = [row for row in islice(_rows(path), PEEK) if not row.text.startswith("#")]
    widths = {len(row.cells) for row in rows}
    if len(widths) != 1 or widths == {1}:
        return None
    return all_tag_columns(path, [row.cells for row in rows])
