"""Label audits of datasets: who asked for one, what it found, and the new version that comes of it.

A dataset is audited when its source's rules say so, or when somebody asks; `settle` makes the job once all else of the
run is made. What is dropped or relabelled are corrections by `AUDITOR`, which make a new version as a person's do; the
run trains on it, and the arms of the old one stay beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, text

from spanloom.errors import Conflict, NotFound
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import Span, replaced
from spanloom.store import versions
from spanloom.store.bulk import insert_rows
from spanloom.store.corrected import AUDITOR
from spanloom.store.models import Correction
from spanloom.store.result_tables import AuditSpan
from spanloom.store.runs import run_state
from spanloom.store.tables import Json

LEAST_F1 = 0.3
"""Span F1 of the held-out models against the labels given, below which nothing is altered by what they propose."""
Action = Literal["mark", "drop", "relabel"]
ASKED = """
coalesce(info ->> 'audit', CASE WHEN info ? 'corrected_from' OR split <> 'train' THEN NULL ELSE rules ->> 'audit' END,
         'off')
"""
"""SQL over a row of `datasets`: what its audit is to do, or `off`. Rules speak of train sets that nobody corrected."""
_DATASET = text(f"""
SELECT id, run_id, language, source, split, version, kind, state, accepted, tags, {ASKED} AS asked
  FROM datasets WHERE id = :id
""")  # noqa: S608  fixed text
_JOB = text("""
SELECT id, state, outcome FROM jobs WHERE run_id = :run AND kind = 'audit' AND arm ->> 'train_dataset' = :id
""")
_ASK = text("""
UPDATE datasets SET info = coalesce(info, '{}') || jsonb_build_object('audit', CAST(:action AS text)) WHERE id = :id
""")
_AGAIN = text(
    "UPDATE runs SET state = 'running', ended_at = NULL, reason = NULL WHERE id = :run AND state <> 'running'"
)
_NEWER = text("""
SELECT n.id FROM datasets d JOIN datasets n USING (run_id, language, source, split)
 WHERE d.id = :id AND n.version > d.version
""")
_FLAGGED = text("""
SELECT a.call_index, a.candidate_index, s.ner_tags, jsonb_agg(a.given) AS given, jsonb_agg(a.proposed) AS proposed
  FROM audit_spans a
  JOIN samples s ON s.dataset_id = a.dataset_id AND s.call_index = a.call_index
                AND s.candidate_index = a.candidate_index
 WHERE a.dataset_id = :id AND a.flagged GROUP BY 1, 2, 3 ORDER BY 1, 2
""").columns(given=Json, proposed=Json)


def ask(connection: Connection, dataset: str, action: Action) -> dict[str, Any]:
    """Have a dataset audited; its run goes on until that is done. What an audit found earlier is acted on at once.

    Returns `job` (None while it is not made) and its `state`, and the `version` that was made of what was found, if one
    was. Raises NotFound, and Conflict for a dataset still being collected, one without samples, gold that is to be
    altered, and a cancelled run.
    """
    row = connection.execute(_DATASET, {"id": dataset}).first()
    if row is None:
        raise NotFound(f"there is no dataset {dataset!r}; `GET /v1/runs/ID` lists those of a run")
    if run_state(connection, row.run_id, lock=True) == "cancelled":
        raise Conflict(f"run {row.run_id} is cancelled; resume it first")
    if row.state != "complete" or not row.accepted:
        raise Conflict(
            f"dataset {dataset} is {row.state} and holds {row.accepted} samples; audit it when it is complete"
        )
    if action != "mark" and row.kind not in versions.BY_LLM:
        what = f"dataset {dataset} is {row.kind}, which is never altered here"
        raise Conflict(f"{what}: audit it with `mark`, correct its file, and start a run with that")
    job = connection.execute(_JOB, {"run": row.run_id, "id": dataset}).first()
    newer = connection.execute(_NEWER, {"id": dataset}).first()
    if newer is not None and (action != "mark" or job is None):
        raise Conflict(f"there is a newer version of {dataset}: audit {newer.id}")
    if action != "mark" or row.asked == "off":  # to look takes nothing back
        connection.execute(_ASK, {"id": dataset, "action": action})
    version = None
    if job is None:
        connection.execute(_AGAIN, {"run": row.run_id})
    elif job.state == "done":
        version = apply(connection, dataset, action, job.outcome["f1"])
    return {"id": dataset, "job": job and job.id, "state": job.state if job else "queued", "version": version}


def asked_of(connection: Connection, dataset: str) -> str:
    """What the audit of a dataset is to do, or `off`."""
    return str(connection.execute(_DATASET, {"id": dataset}).one().asked)


def store(connection: Connection, dataset: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Write down what an audit found; `found` are rows of `AuditSpan` but for the dataset."""
    insert_rows(connection, AuditSpan, [{**row, "dataset_id": dataset} for row in found])


def apply(connection: Connection, dataset: str, action: str, f1: float) -> str | None:
    """Make the version that an audit asks for, of its flagged findings; None where there is nothing to make.

    `drop` leaves out the sentences with a flagged finding, `relabel` takes the proposed spans. Raises Conflict as
    `versions.correct` does, and where the models that judged know too little: `f1` is theirs against the labels given.
    """
    if action in ("drop", "relabel") and f1 < LEAST_F1:
        what = f"the models that judged reach a span F1 of {f1:.2f} against the labels given, and below {LEAST_F1} they"
        raise Conflict(f"{what} know too little to alter them; read the findings, or train longer or on more")
    rows = connection.execute(_FLAGGED, {"id": dataset}).all() if action in ("drop", "relabel") else []
    if not rows:
        return None
    schema = LabelSchema(tuple(connection.execute(_DATASET, {"id": dataset}).one().tags))
    said = [
        {
            "dataset_id": dataset,
            "call_index": row.call_index,
            "candidate_index": row.candidate_index,
            "who": AUDITOR,
            "action": "reject" if action == "drop" else "change",
            "before": {"ner_tags": list(row.ner_tags)},
            "after": None if action == "drop" else {"ner_tags": relabelled(row, schema)},
        }
        for row in rows
    ]
    insert_rows(connection, Correction, said)
    return versions.correct(connection, dataset)


def relabelled(row: Any, schema: LabelSchema) -> list[int]:
    """The tags of a sentence with the given spans of its findings replaced by the proposed ones."""

    def spans(findings: Sequence[Sequence[Mapping[str, Any]]]) -> list[Span]:
        return [Span(schema.types.index(x["type"]), x["start"], x["stop"]) for one in findings for x in one]

    return list(replaced(row.ner_tags, spans(row.given), spans(row.proposed)))
