"""brat standoff: a text in `NAME.txt`, its annotations in `NAME.ann`. Each line of a text is a sentence."""

from __future__ import annotations

from pathlib import Path

from spanloom.data.formats.offsets import Annotation, Builder
from spanloom.data.formats.raw import RawFile
from spanloom.data.lines import open_binary, read_lines
from spanloom.errors import DataError


def is_brat(path: Path) -> bool:
    """Whether a path is a brat document (either of its files) or a folder that holds some."""
    if path.is_dir():
        return any(_text_of(ann) is not None for ann in path.glob("*.ann"))
    return path.suffix == ".ann" or (path.suffix == ".txt" and path.with_suffix(".ann").is_file())


def brat_files(path: Path) -> list[Path]:
    """The files that reading a brat document or folder opens; none for another path."""
    if not is_brat(path):
        return []
    documents = sorted(path.glob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    return [file for ann in documents for file in (ann, ann.with_suffix(".txt"))]


def read_brat(path: Path) -> RawFile:
    """Sentences of a brat document, or of all documents of a folder in the order of their names.

    Text-bound annotations (`T`) alone are read; relations, events, attributes and notes are none of ours.
    Raises DataError for a missing half, or an annotation whose text is not what stands at its offsets.
    """
    documents = sorted(path.glob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    made = Builder(path)
    for ann in documents:
        text_file = _text_of(ann)
        if text_file is None:
            raise DataError(f"no text beside it; expected {ann.with_suffix('.txt').name}", path=str(ann))
        if not ann.is_file():
            raise DataError("no such file; brat writes it beside the text", path=str(ann))
        text = _text(text_file)
        lines = [(number, line) for number, line in read_lines(ann) if line.startswith("T")]
        found = [_annotation(ann, number, line) for number, line in lines]
        plain = text.replace("\r\n", "\n")
        if plain != text and not _all_match(text, found) and _all_match(plain, found):
            text = plain  # offsets that count a line end as one character
        for (number, _), (annotation, said) in zip(lines, found, strict=True):
            here = _covered(text, annotation)
            if said is not None and here.split() != said.split():
                raise DataError(
                    f"{annotation.start} to {annotation.end} is {here[:60]!r} in {text_file.name}, not {said[:60]!r}; "
                    "the text was changed after it was annotated",
                    path=str(ann),
                    line=number,
                )
        one = Builder(text_file)
        one.add(1, text, [annotation for annotation, _ in found], by_line=True)
        made.sentences += one.sentences
        made.lost += one.lost
        made.empty += one.empty
    if not made.sentences:
        raise DataError("holds no text (brat)", path=str(path))
    documented = [f"{len(documents):,} documents, each line of a text is a sentence"]
    return RawFile(str(path), "brat", made.sentences, spans=True, notes=tuple(documented), lost=tuple(made.lost))


def _text_of(ann: Path) -> Path | None:
    text = ann.with_suffix(".txt")
    return text if text.is_file() else None


def _text(path: Path) -> str:
    with open_binary(path) as stream:
        try:
            return stream.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"byte 0x{error.object[error.start]:02X} is not UTF-8", path=str(path)) from None


def _annotation(path: Path, number: int, line: str) -> tuple[Annotation, str | None]:
    """`T1<tab>PER 0 4;6 9<tab>text`."""
    cells = line.split("\t")
    label, _, places = (cells[1] if len(cells) > 1 else "").strip().partition(" ")
    try:
        parts = tuple((int(a), int(b)) for a, b in (place.split() for place in places.split(";")))
    except ValueError:
        parts = ()
    if not label or not parts:
        raise DataError(f"expected T1<tab>TYPE START END<tab>text; got {line[:60]!r}", path=str(path), line=number)
    said = cells[2] if len(cells) > 2 else None
    return Annotation(parts[0][0], max(b for _, b in parts), label, parts), said


def _covered(text: str, annotation: Annotation) -> str:
    return " ".join(text[a:b] for a, b in annotation.parts)


def _all_match(text: str, found: list[tuple[Annotation, str | None]]) -> bool:
    return all(said is None or _covered(text, each).split() == said.split() for each, said in found)
