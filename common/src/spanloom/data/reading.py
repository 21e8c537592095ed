"""Annotated files of any format as IOB2 sentences, with what was found, converted and left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from spanloom.data.formats.brat import is_brat, read_brat
from spanloom.data.formats.columns import read_columns
from spanloom.data.formats.docbin import read_docbin
from spanloom.data.formats.raw import AS_IT_IS, Layout, LostAnnotation, RawFile, RawSentence
from spanloom.data.formats.records import read_records
from spanloom.data.formats.tokens import read_tokens
from spanloom.data.formats.tools import kind_of, read_tool
from spanloom.data.lines import read_byte_lines
from spanloom.errors import DataError
from spanloom.ner.schemes import OddTag, Scheme, SchemeName, find_scheme, to_iob2

_TOOLS = ("labelstudio", "doccano", "prodigy", "spacy", "gliner")


@dataclass(frozen=True)
class Annotated:
    """Sentences in IOB2, and how they came to be.

    `scheme` is the tagging scheme of the file, `spans` where annotations were spans; `columns` the (token, tag)
    columns or fields chosen; `repaired` how many tags the conversion changed; `lost` annotations that no span of
    tokens carries.
    """

    sentences: list[RawSentence]
    format: str
    scheme: str
    columns: tuple[int | str, int | str] | None
    repaired: int
    notes: tuple[str, ...]
    lost: tuple[LostAnnotation, ...]


def read_raw(path: Path, layout: Layout = AS_IT_IS) -> RawFile:
    """A file as it is, by the format that `layout` names or the one found. Raises DataError."""
    form = layout.format
    if form == "brat" or (form == "auto" and is_brat(path)):
        return read_brat(path)
    name = path.name.removesuffix(".gz")
    if form == "auto" and name.endswith(".parquet"):
        from spanloom.data.tables import read_table

        return read_table(path, layout)
    if name.endswith(".spacy"):
        return read_docbin(path)
    if form == "iob2" or layout.columns is not None or layout.column is not None:
        return read_columns(path, layout)
    start = _start(path)
    if form == "auto" and start[:1] not in (b"{", b"["):
        _refuse_known(path, start)
        return read_columns(path, layout)
    if form == "auto" and start[:1] == b"[" and not re.match(rb'\[\s*[\[{"]', start) and start.strip() != b"[":
        return read_columns(path, layout)  # a token that is a bracket
    records = read_records(path)
    kind = form if form in _TOOLS else next((k for _, r in records if (k := kind_of(r, layout))), None)
    if kind is not None and form != "jsonl":
        return read_tool(path, kind, records, layout)
    return read_tokens(path, records, layout)


def read_annotated(path: Path, layout: Layout = AS_IT_IS) -> Annotated:
    """A file's sentences in IOB2. Raises DataError with file, line and what was expected."""
    return in_iob2({"": [read_raw(path, layout)]}, layout.scheme)[""]


def in_iob2(files: Mapping[str, Sequence[RawFile]], scheme: str = "auto") -> dict[str, Annotated]:
    """Files by split in IOB2. The scheme is that of all of them together: one small split may not tell it.

    Raises DataError naming the line of a tag that is in no scheme, or not in that of the others.
    """
    tagged = [file for group in files.values() for file in group if not file.spans]
    found = _scheme_of(tagged, scheme) if tagged else Scheme("IOB2")
    return {name: _joined([_convert(file, found) for file in group]) for name, group in files.items()}


def _scheme_of(files: Sequence[RawFile], asked: str) -> Scheme:
    rows = [(file, sentence) for file in files for sentence in file.sentences]
    declared = dict.fromkeys(tag for file in files for tag in file.declared)
    try:
        found = find_scheme((sentence.tags for _, sentence in rows), declared=declared)
    except OddTag as error:
        file, sentence, at = next(
            ((f, s, s.tags.index(error.tag)) for f, s in rows if error.tag in s.tags), (files[0], None, 0)
        )
        token = f" of token {sentence.tokens[at]!r}" if sentence else " (a name of the data set's tags)"
        what = str(error).replace(f"tag {error.tag!r} is", f"tag {error.tag!r}{token} is", 1)
        raise DataError(what, path=file.path, line=sentence.line_of(at) if sentence else None) from None
    if asked == "auto" or asked == found.name:
        return found
    if asked not in get_args(SchemeName) or {asked, found.name} - {"IOB1", "IOB2"}:
        raise DataError(f"scheme is {found}, not {asked} as asked; leave `scheme` out", path=files[0].path)
    return found._replace(name="IOB1" if asked == "IOB1" else "IOB2")


def _convert(file: RawFile, scheme: Scheme) -> tuple[RawFile, str, int]:
    if file.spans:
        return file, "spans", 0
    if scheme.is_iob2:
        return file, str(scheme), 0
    sentences, changed = [], 0
    for sentence in file.sentences:
        tags = to_iob2(sentence.tags, scheme)
        changed += sum(a != b for a, b in zip(tags, sentence.tags, strict=True))
        sentences.append(replace(sentence, tags=tags))
    return replace(file, sentences=sentences), str(scheme), changed


def _joined(parts: Sequence[tuple[RawFile, str, int]]) -> Annotated:
    files = [file for file, _, _ in parts]
    changed = sum(n for _, _, n in parts)
    schemes = list(dict.fromkeys(scheme for _, scheme, _ in parts))
    notes = list(dict.fromkeys(note for file in files for note in file.notes))
    if changed:
        notes.append(f"{' and '.join(schemes)} was converted to IOB2: {changed:,} tags are written otherwise")
    lost = tuple(each for file in files for each in file.lost)
    notes += [f"{n:,} annotations are left out: {why}" for why, n in sorted(Counter(x.why for x in lost).items())]
    return Annotated(
        sentences=[sentence for file in files for sentence in file.sentences],
        format=" and ".join(dict.fromkeys(file.format for file in files)),
        scheme=" and ".join(scheme.partition(" ")[0] for scheme in schemes),
        columns=files[0].columns if files else None,
        repaired=changed,
        notes=tuple(notes),
        lost=lost,
    )


def _start(path: Path) -> bytes:
    """The first line that says something. Raises DataError for a file without one."""
    for _, line in read_byte_lines(path):
        if line.strip():
            return line.strip()
    raise DataError("holds no sentence; expected IOB2 columns or one JSON object a line", path=str(path))


_KNOWN = {
    rb"<\?xml|<!DOCTYPE|<[A-Za-z][\w:.-]*(\s+[\w:.-]+\s*=|\s*/?>)": (
        "is XML or HTML; expected columns or JSON. Convert it: token, tab, tag a line, or JSONL with "
        '{"text": ..., "entities": [[start, end, label], ...]}'
    ),
    rb"%PDF-": "is a PDF; expected annotated text: columns or JSON",
    rb"PK\x03\x04": "is a zip archive (or an office document); unpack it, or save the sheet as .csv",
    rb"PAR1": "is parquet; name it .parquet",
    rb"\x89HDF|\x80\x04": "is no text; expected columns or JSON",
}


def _refuse_known(path: Path, start: bytes) -> None:
    for pattern, what in _KNOWN.items():
        if re.match(pattern, start):
            raise DataError(what, path=str(path), line=1)
