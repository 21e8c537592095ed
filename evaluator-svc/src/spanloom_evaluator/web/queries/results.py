"""Results of a run as its page shows them: no F1 without its interval, its seeds and its collapse rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, text

from spanloom.ner.spans import Span, spans_of
from spanloom_evaluator.report.figures import worth_of
from spanloom_evaluator.score.intervals import Interval, bootstrap
from spanloom_evaluator.score.schemes import ALL
from spanloom_evaluator.stored import SchemeCounts

RESAMPLES = 2_000
NONE = "none"
"""Where one side has no entity at that place."""
WORST = 25
_LABELS = text("""
SELECT label, true_positive, predicted, gold FROM sentence_scores
 WHERE evaluation_id = :id AND reading = 'typed' ORDER BY label
""")
_ALL_LABELS = text("""
SELECT true_positive, predicted, gold FROM sentence_scores
 WHERE evaluation_id = :id AND reading = 'typed' AND label = :label
""")
_HEAD = text("""
SELECT e.id, e.run_id, e.job_id, e.dataset_id, e.language, e.source, e.setting, e.size, e.training_seed, e.method,
       e.label_mapping, e.precision, e.recall, e.f1, e.lo, e.hi, e.facts, e.readings,
       v.interval_of AS varies, v.boundary_f1, v.boundary_f1_lo, v.boundary_f1_hi, v.entity_span_accuracy,
       v.entity_span_accuracy_lo, v.entity_span_accuracy_hi
  FROM evaluations e LEFT JOIN results v ON v.evaluation = e.id WHERE e.run_id = :run AND e.id = :id
""")


class Confused(NamedTuple):
    """One entity of a sentence as gold and prediction have it: types, or `NONE`; `exact`: on the same words."""

    sentence: int
    gold: str
    predicted: str
    exact: bool


def definition_of(view: str) -> str:
    """A view's SQL, as the database has it."""
    return files("spanloom.store").joinpath("views", f"{view}.sql").read_text(encoding="utf-8").strip()


def query_of(view: str, run: str, order: str) -> str:
    """What one would type into psql for the rows shown."""
    return f"SELECT * FROM {view}\n WHERE run = '{run}'\n ORDER BY {order};"  # noqa: S608  shown, never executed


def comparison(points: Sequence[Mapping[str, Any]], tests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sources side by side where they share language, setting and size: F1 and, against the first, the difference.

    `points` are rows of `f1_by_size`, `tests` of `significance`. A group of one source alone is left out.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for point in points:
        key = tuple(point[name] for name in ("language", "setting", "control", "size", "test_set"))
        groups.setdefault(key, []).append(point)
    found = {_pair(test): test for test in tests}
    rows = []
    for group in groups.values():
        if len(group) < 2:
            continue
        first, *others = group
        rows.append({**first, "first": True, "test": None})
        for other in others:
            test, sign = found.get(_key(first, other)), -1
            if test is None:
                test, sign = found.get(_key(other, first)), 1
            rows.append({**other, "first": False, "test": test and _signed(test, sign), "against": first["source"]})
    return rows


def worths(equivalents: Sequence[Mapping[str, Any]], points: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `gold_equivalents` with their worth in words and, from rows of `f1_by_size`, their collapse rate."""
    names = ("language", "test_set", "setting", "control", "source", "version", "method", "size")
    rates = {tuple(point[name] for name in names): point["collapse_rate"] for point in points}
    return [
        {**row, "worth": worth_of(row), "collapse_rate": rates.get(tuple(row[name] for name in names))}
        for row in equivalents
    ]


def evaluation_of(connection: Connection, run_id: str, evaluation: str) -> dict[str, Any] | None:
    """An evaluation's row, None when the run has none of this id that is scored."""
    row = connection.execute(_HEAD, {"run": run_id, "id": evaluation}).mappings().first()
    return dict(row) if row is not None and row["f1"] is not None else None


def label_scores(connection: Connection, evaluation: str) -> list[tuple[str, int, int, Interval]]:
    """Each label's gold and predicted entities, and its F1 with an interval over the test sentences."""
    out = []
    for row in connection.execute(_LABELS, {"id": evaluation}):
        array = np.asarray([row.true_positive, row.predicted, row.gold], np.int32)
        counts = SchemeCounts(row.label, {"typed": array})
        interval = bootstrap([counts], label=row.label, resamples=RESAMPLES)
        out.append((row.label, int(array[2].sum()), int(array[1].sum()), interval))
    return sorted(out, key=lambda item: (item[0].islower(), -item[1]))


def precision_and_recall(connection: Connection, evaluation: str) -> tuple[Interval, Interval]:
    """Precision and recall over all labels with intervals: F1 of counts whose other side is made equal."""
    row = connection.execute(_ALL_LABELS, {"id": evaluation, "label": ALL}).one()
    found = []
    for other in (row.predicted, row.gold):
        counts = SchemeCounts(ALL, {"typed": np.asarray([row.true_positive, other, other], np.int32)})
        found.append(bootstrap([counts], resamples=RESAMPLES))
    return found[0], found[1]


def confusions(
    gold: Sequence[Sequence[int]], predicted: Sequence[Sequence[int]], types: Sequence[str]
) -> list[Confused]:
    """Every gold entity beside the predicted one of the same words, else the first that overlaps it, else none.

    Predicted entities that overlap no gold one stand beside none. A prediction is paired once.

    >>> [tuple(x) for x in confusions([[1, 2, 0]], [[1, 0, 3]], ["PER", "ORG"])]
    [(0, 'PER', 'PER', False), (0, 'none', 'ORG', True)]
    """
    out = []
    for number, (right, guess) in enumerate(zip(gold, predicted, strict=True)):
        if right == guess and not any(right):
            continue
        left = list(spans_of(guess))
        wanted = spans_of(right)
        exact = {(span.start, span.end): span for span in left}
        rest: list[Span] = []
        for span in wanted:
            same = exact.pop((span.start, span.end), None)
            if same is None:
                rest.append(span)
            else:
                left.remove(same)
                out.append(Confused(number, types[span.type], types[same.type], True))
        for span in rest:
            over = next((x for x in left if x.start < span.end and span.start < x.end), None)
            if over is not None:
                left.remove(over)
            out.append(Confused(number, types[span.type], types[over.type] if over else NONE, over is None))
        out += [Confused(number, NONE, types[span.type], True) for span in left]
    return out


def table_of(found: Sequence[Confused], types: Sequence[str]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Confusions as a table: a row for each gold type, in it `(predicted, exact, other words)` for each type."""
    counts = Counter((item.gold, item.predicted, item.exact) for item in found)
    names = [*types, NONE]
    return [(g, [(p, counts[g, p, True], counts[g, p, False]) for p in names]) for g in names]


def worst(found: Sequence[Confused], start: int) -> list[int]:
    """Sentences with the most errors first; an entity of the right type on other words is one too."""
    errors = Counter(item.sentence for item in found if not (item.exact and item.gold == item.predicted))
    return [sentence for sentence, _ in sorted(errors.items(), key=lambda pair: (-pair[1], pair[0]))][start:]


def _key(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Any, ...]:
    shared = tuple(first[name] for name in ("language", "setting", "control", "size"))
    return (*shared, *(arm[name] for arm in (first, second) for name in ("source", "version", "method")))


def _pair(test: Mapping[str, Any]) -> tuple[Any, ...]:
    shared = tuple(test[name] for name in ("language", "setting", "control", "size"))
    names = ("source", "version", "method", "other", "other_version", "other_method")
    return (*shared, *(test[name] for name in names))


def _signed(test: Mapping[str, Any], sign: int) -> dict[str, Any]:
    """A test's difference by each measure, turned so that it is of the row shown less the first of its group."""
    out: dict[str, Any] = {}
    for start in ("", "boundary_f1_", "entity_span_accuracy_"):
        value, *ends = (test[f"{start}{name}"] for name in ("difference", "lo", "hi"))
        low, high = (None, None) if None in ends else sorted(sign * end for end in ends)
        out |= {f"{start}difference": None if value is None else sign * value, f"{start}lo": low, f"{start}hi": high}
        out |= {f"{start}{name}": test[f"{start}{name}"] for name in ("p", "p_holm")}
    return out
