"""What people correct: a row each, with who, when, before and after. The completion is never altered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from spanloom.errors import Conflict, DataError, NotFound
from spanloom.store.bulk import insert_rows
from spanloom.store.models import Correction
from spanloom.store.text import storable
from spanloom_evaluator.web.mentions import label_occurrences
from spanloom_evaluator.web.queries.samples import SampleFilter, conditions, types_of

ACTIONS = ("accept", "change", "reject")
MOST = 200_000
"""Samples that one request may correct."""
SHOWN = 200
_SAMPLE = text("""
SELECT s.tokens, c.after, coalesce(c.after -> 'ner_tags', to_jsonb(s.ner_tags)) AS now
  FROM samples s
  LEFT JOIN LATERAL (SELECT after FROM corrections c WHERE c.dataset_id = s.dataset_id
        AND c.call_index = s.call_index AND c.candidate_index = s.candidate_index ORDER BY c.id DESC LIMIT 1) c ON true
 WHERE s.dataset_id = :dataset AND s.call_index = :call AND s.candidate_index = :candidate
""")
_UNDO = text("""
DELETE FROM corrections WHERE dataset_id = :dataset AND call_index = :call AND candidate_index = :candidate
   AND applied_to IS NULL
""")
# What a sample's tags are now: as it is stored, or as it was last corrected.
_MATCHES = """
SELECT s.dataset_id, s.call_index, s.candidate_index, s.tokens, c.action, c.after,
       coalesce(c.after -> 'ner_tags', to_jsonb(s.ner_tags)) AS now
  FROM samples s
  LEFT JOIN LATERAL (SELECT action, after FROM corrections c WHERE c.dataset_id = s.dataset_id
        AND c.call_index = s.call_index AND c.candidate_index = s.candidate_index ORDER BY c.id DESC LIMIT 1) c ON true
 WHERE {where} ORDER BY s.dataset_id, s.call_index, s.candidate_index LIMIT :most
"""
_BY_DATASET = text("""
SELECT dataset_id, count(*) AS corrections, count(DISTINCT (call_index, candidate_index)) AS samples,
       count(*) FILTER (WHERE applied_to IS NULL) AS pending, max(at) AS last,
       string_agg(DISTINCT who, ', ') AS who
  FROM corrections WHERE dataset_id = ANY(:datasets) GROUP BY dataset_id
""")
_HISTORY = text("""
SELECT c.id, c.dataset_id, c.call_index, c.candidate_index, c.who, c.at, c.action, c.before, c.after, c.applied_to,
       s.tokens, s.ner_tags
  FROM corrections c
  JOIN samples s ON s.dataset_id = c.dataset_id AND s.call_index = c.call_index
                AND s.candidate_index = c.candidate_index
 WHERE c.dataset_id = ANY(:datasets) ORDER BY c.id DESC LIMIT :limit
""")
_EXPORT = text("""
SELECT s.call_index, s.candidate_index, s.tokens, s.repairs, s.marks, c.action,
       CASE WHEN c.after IS NULL THEN s.ner_tags
            ELSE ARRAY(SELECT x::smallint FROM jsonb_array_elements_text(c.after -> 'ner_tags') x) END AS ner_tags
  FROM samples s
  LEFT JOIN LATERAL (SELECT action, after FROM corrections c WHERE c.dataset_id = s.dataset_id
        AND c.call_index = s.call_index AND c.candidate_index = s.candidate_index ORDER BY c.id DESC LIMIT 1) c ON true
 WHERE s.dataset_id = :dataset AND c.action IS DISTINCT FROM 'reject' AND (c.action IS NOT NULL OR NOT :reviewed)
 ORDER BY s.call_index, s.candidate_index
""")


def correctable(datasets: Sequence[Mapping[str, Any]], dataset: str) -> Mapping[str, Any]:
    """The dataset, if its samples may be corrected. Raises NotFound, and Conflict saying why not."""
    row = next((row for row in datasets if row["id"] == dataset), None)
    if row is None:
        raise NotFound(f"this run has no dataset {dataset!r}")
    if not row["calls_expected"]:
        raise Conflict(f"dataset {dataset} was annotated by people; correct its file and start a run with it")
    if row["state"] != "complete":
        raise Conflict(f"dataset {dataset} is still being collected; correct it when it is complete")
    same = [d for d in datasets if all(d[n] == row[n] for n in ("language", "source", "split"))]
    newest = max(same, key=lambda d: int(d["version"]))
    if newest["id"] != dataset:
        raise Conflict(f"there is a newer version of {dataset}: correct version {newest['version']}")
    return row


def correct_one(
    connection: Connection,
    dataset: Mapping[str, Any],
    call: int,
    candidate: int,
    *,
    action: str,
    tags: Sequence[int] | None,
    who: str,
) -> None:
    """Write down one correction; `undo` takes back those of the sample that are in no version yet.

    Raises NotFound when there is no such sample, DataError for tags that do not fit it.
    """
    place = {"dataset": dataset["id"], "call": call, "candidate": candidate}
    sample = connection.execute(_SAMPLE, place).first()
    if sample is None:
        raise NotFound(f"dataset {dataset['id']} has no sample {call}.{candidate}")
    if action == "undo":
        connection.execute(_UNDO, place)
        return
    # To accept a changed sample is to accept the change.
    after = None if action == "reject" else sample.after
    if action == "change":
        after = {"ner_tags": checked(tags or [], len(sample.tokens), len(dataset["tags"]))}
    _insert(connection, [_row(dataset["id"], call, candidate, who, action, sample.now, after)])


def correct_all(
    connection: Connection,
    datasets: Sequence[Mapping[str, Any]],
    wanted: SampleFilter,
    *,
    action: str,
    who: str,
    mention: Sequence[str] = (),
    label: str | None = None,
) -> int:
    """Correct every match of a filter: accept, reject, or label all occurrences of a mention (None: as no entity).

    Returns how many samples were corrected: those that the correction changes nothing in are left out.
    """
    where, values = conditions(wanted, datasets)
    kind = None
    if action == "change":
        types = types_of(datasets)
        if not mention:
            raise DataError("a mention is needed: the words to be labelled")
        if label is not None and label not in types:
            raise DataError(f"label {label!r} is not one of {', '.join(types)}")
        kind = types.index(label) if label is not None else None
        where += " AND s.tokens @> CAST(:mention AS text[])"
        values["mention"] = list(mention)
    statement = text(_MATCHES.format(where=where))
    found = connection.execute(statement, {**values, "most": MOST + 1}).mappings().all()
    if len(found) > MOST:
        raise DataError(f"more than {MOST:,} samples match; narrow the filter")
    rows = []
    for sample in found:
        key = sample["dataset_id"], sample["call_index"], sample["candidate_index"]
        now = list(sample["now"])
        if action == "change":
            tags = label_occurrences(sample["tokens"], now, mention, kind)
            if tags != now and sample["action"] != "reject":
                rows.append(_row(*key, who, "change", now, {"ner_tags": tags}))
        elif sample["action"] != action:
            rows.append(_row(*key, who, action, now, None if action == "reject" else sample["after"]))
    _insert(connection, rows)
    return len(rows)


def checked(tags: Sequence[int], tokens: int, size: int) -> list[int]:
    """Tags of a sentence of so many tokens over a schema of `size` tags. Raises DataError unless sound IOB2."""
    if len(tags) != tokens:
        raise DataError(f"{len(tags)} tags for {tokens} tokens; give one a token")
    for i, tag in enumerate(tags):
        if not 0 <= tag < size:
            raise DataError(f"tag {tag} of token {i} is outside the label schema (0 to {size - 1})")
        if tag and tag % 2 == 0 and (i == 0 or tags[i - 1] not in (tag, tag - 1)):
            raise DataError(f"token {i} goes on with an entity that no token before it begins")
    return list(tags)


def corrected_datasets(connection: Connection, datasets: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """How much was corrected, by dataset."""
    rows = connection.execute(_BY_DATASET, {"datasets": [row["id"] for row in datasets]}).mappings()
    return {row["dataset_id"]: dict(row) for row in rows}


def history_of(connection: Connection, datasets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The last corrections, newest first, with the sentences they are of."""
    asked = {"datasets": [row["id"] for row in datasets], "limit": SHOWN}
    return [dict(row) for row in connection.execute(_HISTORY, asked).mappings()]


def export_rows(connection: Connection, dataset: str, *, reviewed: bool) -> list[dict[str, Any]]:
    """A dataset's samples as corrected, without the rejected; with `reviewed` only those that a person looked at."""
    return [dict(row) for row in connection.execute(_EXPORT, {"dataset": dataset, "reviewed": reviewed}).mappings()]


def _row(
    dataset: str, call: int, candidate: int, who: str, action: str, before: Sequence[int], after: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "dataset_id": dataset,
        "call_index": call,
        "candidate_index": candidate,
        "who": storable(who.strip())[0][:200] or "somebody",
        "action": action,
        "before": {"ner_tags": list(before)},
        "after": after,
    }


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_rows(connection, Correction, rows)
