"""Gold and predictions as files: which columns hold which, in which tagging scheme, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from spanloom.data.formats.columns import tag_columns
from spanloom.data.formats.raw import Layout, RawSentence
from spanloom.data.reading import Annotated, in_iob2, read_annotated, read_raw
from spanloom.errors import DataError


@dataclass(frozen=True)
class Read:
    """A file's sentences in IOB2 and what was chosen or converted on the way."""

    path: Path
    sentences: list[RawSentence]
    scheme: str
    notes: tuple[str, ...] = ()


def read_gold(path: Path, layout: Layout) -> Read:
    """The gold of a file; of one that holds predictions too (`token gold predicted`) the first tag column."""
    both = _side_by_side(path, layout)
    found = read_annotated(path, replace(layout, columns=(both[0], both[1])) if both else layout)
    notes = list(found.notes)
    if both:
        notes.append(f"{path} holds gold and predictions: gold is column {both[1]}, predictions column {both[2]}")
    if found.scheme == "IOB1":
        notes.append("gold is IOB1: strict is computed on its IOB2")
    return Read(path, found.sentences, found.scheme, tuple(notes))


def read_predictions(path: Path, layout: Layout, gold: Read) -> Read:
    """Predictions for `gold`: of a file that holds gold as well, its last tag column.

    Tags that could be IOB1 are read as such only where gold is: elsewhere an I- that begins a span is a mistake of the
    model's, which strict leaves out. Raises DataError for a file that would be scored against itself.
    """
    same = path.resolve() == gold.path.resolve()
    both = _side_by_side(path, layout)
    if both is not None:
        found = _predicted(path, replace(layout, columns=(both[0], both[2])), gold)
        beside = read_annotated(path, replace(layout, columns=(both[0], both[1])))
        if [s.tags for s in beside.sentences] != [s.tags for s in gold.sentences]:
            raise DataError(
                f"columns {both[1]} and {both[2]} both hold tags, and column {both[1]} is not the gold of {gold.path}; "
                f"say which is predicted: `--pred-columns {both[0]},{both[2]}`",
                path=str(path),
            )
        note = f"{path} holds gold and predictions: column {both[2]} is scored"
        return Read(path, found.sentences, found.scheme, (*found.notes, *([] if same else [note])))
    found = _predicted(path, layout, gold)
    if same and [s.tags for s in found.sentences] == [s.tags for s in gold.sentences]:
        raise DataError(
            "would be scored against itself: gold and predictions are the same column of one file; name another file, "
            "or the predicted column: `--pred-columns TOKEN,TAG`",
            path=str(path),
        )
    return Read(path, found.sentences, found.scheme, found.notes)


def _predicted(path: Path, layout: Layout, gold: Read) -> Annotated:
    raw = read_raw(path, layout)
    found = in_iob2({"": [raw]}, layout.scheme)[""]
    if found.scheme == "IOB1" and gold.scheme != "IOB1":
        found = in_iob2({"": [raw]}, "IOB2")[""]
    return found


def _side_by_side(path: Path, layout: Layout) -> tuple[int, int, int] | None:
    """(token, gold, predicted) columns where a file of columns has exactly two of tags and nobody said which."""
    asked = layout.columns is not None or layout.column is not None or layout.keys is not None
    if asked or layout.format not in ("auto", "iob2"):
        return None
    name = path.name.removesuffix(".gz")
    if name.endswith((".parquet", ".spacy", ".json", ".jsonl", ".csv", ".ann")) or path.is_dir():
        return None
    found = tag_columns(path)
    if found is None or len(found[1]) != 2 or (found[0] == 1 and 2 in found[1]):
        return None  # numbered tokens with a second layer: Universal NER, GermEval
    return found[0], found[1][0], found[1][1]
