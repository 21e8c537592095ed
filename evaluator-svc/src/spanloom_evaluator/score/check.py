"""Our scores against those of the field's own libraries, on the same tags: equal to 1e-9, or it is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import NamedTuple

from spanloom.errors import DataError, EnvironmentMissing
from spanloom_evaluator.score.schemes import Prf, Scores

TOLERANCE = 1e-9

Tags = Sequence[Sequence[str]]


class Figures(NamedTuple):
    """Precision, recall and F1 as another library has them."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Checked:
    """What a library of this version says of the same tags, by scheme of evaluation."""

    library: str
    version: str
    figures: Mapping[str, Figures]

    @property
    def by(self) -> str:
        """The library and its version, such as `seqeval 1.2.2`."""
        return f"{self.library} {self.version}"


def load() -> None:
    """Import seqeval now, where it is installed: it brings scikit-learn, and where files run short later it could not
    be imported any more."""
    with suppress(ModuleNotFoundError):
        import_module("seqeval.metrics.sequence_labeling")


def check(library: str, gold: Tags, pred: Tags, scores: Scores) -> Checked:
    """Compare `scores` with what `library` (seqeval or nervaluate) makes of the same tag names.

    Raises DataError with both figures where they differ by more than 1e-9, EnvironmentMissing without the library.
    """
    if library not in _LIBRARIES:
        raise DataError(f"no library {library!r}; allowed are {', '.join(_LIBRARIES)}")
    try:
        figures = _LIBRARIES[library]([list(tags) for tags in gold], [list(tags) for tags in pred], scores.types)
    except ImportError as error:
        raise EnvironmentMissing(f"this check needs {error.name}; pip install {library}") from error
    found = Checked(library, version(library), figures)
    for reading, theirs in figures.items():
        _compare(reading, scores.of(reading), theirs, found.by)
    return found


def _compare(reading: str, ours: Prf, theirs: Figures, by: str) -> None:
    for name, mine, other in zip(Figures._fields, ours[:3], theirs, strict=True):
        if not abs(mine - other) <= TOLERANCE:
            raise DataError(
                f"{name} of scheme {reading!r} is {mine!r} here and {other!r} by {by} on the same tags; "
                "neither is stored. Please report it with the predictions"
            )


def _seqeval(gold: Tags, pred: Tags, types: Sequence[str]) -> dict[str, Figures]:
    # Commands that check nothing are spared it; the service has loaded it at its start.
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    if not any(tag != "O" for side in (gold, pred) for tags in side for tag in tags):
        return {"typed": Figures(0.0, 0.0, 0.0)}  # seqeval divides by the number of types, which is none
    found = precision_recall_fscore_support(gold, pred, average="micro", zero_division=0)
    return {"typed": Figures(*map(float, found[:3]))}


def _nervaluate(gold: Tags, pred: Tags, types: Sequence[str]) -> dict[str, Figures]:
    from nervaluate import Evaluator

    names = {"typed": "strict", "boundary": "exact", "partial": "partial", "type": "ent_type"}
    found = Evaluator(gold, pred, list(types), loader="list").evaluate()["overall"]
    rows = {reading: found[name] for reading, name in names.items()}
    return {reading: Figures(row.precision, row.recall, row.f1) for reading, row in rows.items()}


_LIBRARIES: Mapping[str, Callable[[Tags, Tags, Sequence[str]], dict[str, Figures]]] = {
    "seqeval": _seqeval,
    "nervaluate": _nervaluate,
}
