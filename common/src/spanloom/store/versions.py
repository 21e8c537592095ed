"""New versions of datasets: judged again under other rules, with their failed calls asked again, or as corrected.

A version is a dataset of its own, with prompts and completions of its own, copied: so every unique key and every
count holds for it as for the first, and the old one stays what it was. The services that offer these verbs call them
here, as they call `settle`: each is one transaction that locks the run first and nothing of another run.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.contracts.rules import EXCERPT, Rules
from spanloom.errors import Conflict, NotFound
from spanloom.ner.sentence import identity_hash
from spanloom.store import work
from spanloom.store.bulk import insert_rows
from spanloom.store.corrected import BY_HAND
from spanloom.store.events import emit
from spanloom.store.models import Sample
from spanloom.store.runs import dataset_id, run_state, unpause
from spanloom.store.tables import Json

BY_LLM = ("synthetic", "annotated", "tagged")
"""Kinds of datasets whose samples an LLM wrote or labelled: what can be judged again and corrected."""
_DATASET = text("SELECT * FROM datasets WHERE id = :id")
_NEWEST = text("""
SELECT id, version, rules, state FROM datasets
 WHERE run_id = :run AND language = :language AND source = :source AND split = :split
 ORDER BY version DESC LIMIT 1
""")
_CALLS = text("""
SELECT count(*) AS kept, count(*) FILTER (WHERE error IS NOT NULL) AS failed FROM completions WHERE dataset_id = :id
""")
_NEW = text("""
INSERT INTO datasets (id, run_id, language, source, split, version, kind, tags, rules, calls_expected, stop_accepted,
                      calls_max, info)
SELECT :new, run_id, language, source, split, :version, kind, tags, :rules, :calls, stop_accepted,
       CASE WHEN stop_accepted IS NULL THEN NULL ELSE :calls END, info - 'corrected_from' - 'corrections' - 'audit'
  FROM datasets WHERE id = :old
""").bindparams(bindparam("rules", type_=Json))
# Prompts of the calls that were made; a failed one waits again when it is to be asked again.
_PROMPTS = text("""
INSERT INTO prompts (id, run_id, dataset_id, call_index, request, seeds, text_key, state, finished_at)
SELECT CAST(:new AS text) || '.' || p.call_index, p.run_id, :new, p.call_index, p.request, p.seeds, p.text_key,
       CASE WHEN c.error IS NOT NULL AND :ask THEN 'queued' WHEN c.error IS NULL THEN 'done' ELSE 'failed' END,
       CASE WHEN c.error IS NOT NULL AND :ask THEN NULL ELSE clock_timestamp() END
  FROM prompts p JOIN completions c ON c.id = p.id WHERE p.dataset_id = :old
""")
_COMPLETIONS = text("""
INSERT INTO completions (id, run_id, dataset_id, call_index, text, error, finish_reason, model, tokens_in, tokens_out,
                         seconds, links, linked_by, link_seconds, notes)
SELECT CAST(:new AS text) || '.' || call_index, run_id, :new, call_index, text, error, finish_reason, model, tokens_in,
       tokens_out, seconds, links, linked_by, link_seconds, notes
  FROM completions WHERE dataset_id = :old AND (error IS NULL OR NOT :ask)
""")
_CORRECTED = text("""
INSERT INTO datasets (id, run_id, language, source, split, version, kind, tags, rules, state, calls_expected,
                      calls_judged, calls_failed, calls_without_object, candidates, accepted, stop_accepted, calls_max,
                      info, completed_at)
SELECT :new, run_id, language, source, split, version + 1, kind, tags, rules, 'complete', calls_expected, calls_judged,
       calls_failed, calls_without_object, candidates, accepted, stop_accepted, calls_max,
       coalesce(info, '{}') - 'corrections' - 'audit' || jsonb_build_object('corrected_from', id), now()
  FROM datasets WHERE id = :old
""")
_JUDGED_PROMPTS = text("""
INSERT INTO prompts (id, run_id, dataset_id, call_index, request, seeds, state, finished_at)
SELECT CAST(:new AS text) || '.' || call_index, run_id, :new, call_index, request, seeds, state, finished_at
  FROM prompts WHERE dataset_id = :old AND state IN ('done', 'failed')
""")
_JUDGED_COMPLETIONS = text("""
INSERT INTO completions (id, run_id, dataset_id, call_index, text, error, finish_reason, model, tokens_in, tokens_out,
                         seconds, notes, drafts, state, finished_at, judged_at)
SELECT CAST(:new AS text) || '.' || call_index, run_id, :new, call_index, text, error, finish_reason, model, tokens_in,
       tokens_out, seconds, notes, drafts, state, finished_at, judged_at
  FROM completions WHERE dataset_id = :old
""")
# The last correction of each sample.
_LAST = """
SELECT DISTINCT ON (call_index, candidate_index) call_index, candidate_index, action, after, who
  FROM corrections WHERE dataset_id = :old ORDER BY call_index, candidate_index, id DESC
"""
_UNTOUCHED = f"""
INSERT INTO samples (dataset_id, call_index, candidate_index, tokens, ner_tags, content, identity, char_offset, repairs,
                     marks, diagnostics)
SELECT :new, s.call_index, s.candidate_index, s.tokens, s.ner_tags, s.content, s.identity, s.char_offset, s.repairs,
       s.marks, s.diagnostics
  FROM samples s LEFT JOIN ({_LAST}) c USING (call_index, candidate_index)
 WHERE s.dataset_id = :old AND (c.action IS NULL OR c.action <> 'reject' AND c.after IS NULL)
"""  # noqa: S608  fixed text
_CHANGED = f"""
SELECT s.call_index, s.candidate_index, s.tokens, c.after -> 'ner_tags' AS ner_tags, s.content, s.char_offset,
       s.repairs, s.marks, s.diagnostics
  FROM samples s JOIN ({_LAST}) c USING (call_index, candidate_index)
 WHERE s.dataset_id = :old AND c.action <> 'reject' AND c.after IS NOT NULL
"""  # noqa: S608  fixed text
_REJECTIONS = f"""
INSERT INTO rejections (dataset_id, call_index, candidate_index, reason, reasons, char_offset, delta, repairs, excerpt)
SELECT :new, call_index, candidate_index, reason, reasons, char_offset, delta, repairs, excerpt
  FROM rejections WHERE dataset_id = :old
 UNION ALL
SELECT :new, s.call_index, s.candidate_index, :reason, ARRAY[:reason], s.char_offset, NULL, s.repairs,
       left(array_to_string(s.tokens, ' '), :excerpt)
  FROM samples s JOIN ({_LAST}) c USING (call_index, candidate_index)
 WHERE s.dataset_id = :old AND c.action = 'reject'
"""  # noqa: S608  fixed text
_PENDING = text("SELECT count(*) FROM corrections WHERE dataset_id = :old AND applied_to IS NULL")
_APPLIED = text("UPDATE corrections SET applied_to = :new WHERE dataset_id = :old AND applied_to IS NULL")
_COUNT_ACCEPTED = text("""
UPDATE datasets SET accepted = (SELECT count(*) FROM samples WHERE dataset_id = :new) WHERE id = :new
""")
_AGAIN = text("""
UPDATE runs SET state = 'running', ended_at = NULL, reason = NULL WHERE id = :run AND state <> 'running'
""")
_FAILED_CALLS = text("""
SELECT DISTINCT d.id FROM datasets d JOIN completions c ON c.dataset_id = d.id AND c.error IS NOT NULL
 WHERE d.run_id = :run AND NOT EXISTS (
     SELECT 1 FROM datasets n WHERE n.run_id = d.run_id AND n.language = d.language AND n.source = d.source
        AND n.split = d.split AND n.version > d.version)
 ORDER BY d.id
""")
# As the validator does, which locks a dataset before its completions.
_LOCK_DATASET = text("SELECT state FROM datasets WHERE id = :id FOR NO KEY UPDATE")
_TAKE_BACK = text("""
WITH gone AS (DELETE FROM completions WHERE dataset_id = :id AND error IS NOT NULL RETURNING id, judged_at),
     asked AS (UPDATE prompts SET state = 'queued', forgiven = attempt, reason = NULL, published = 0,
                      finished_at = NULL, publish_after = now() WHERE id IN (SELECT id FROM gone) RETURNING id)
UPDATE datasets SET calls_judged = calls_judged - (SELECT count(*) FROM gone WHERE judged_at IS NOT NULL),
       calls_failed = calls_failed - (SELECT count(*) FROM gone WHERE judged_at IS NOT NULL)
 WHERE id = :id RETURNING (SELECT count(*) FROM asked) AS calls
""")
_UNMAKE = text("DELETE FROM jobs WHERE run_id = :run AND state = 'failed' AND attempt = 0")
_REQUEUE = {
    "jobs": text("""
UPDATE jobs SET state = 'queued', forgiven = attempt, reason = NULL, published = 0, finished_at = NULL,
       publish_after = now() WHERE run_id = :run AND state = 'failed'"""),
    "evaluations": text("""
UPDATE evaluations SET state = 'queued', forgiven = attempt, reason = NULL, published = 0, finished_at = NULL,
       publish_after = now() WHERE run_id = :run AND state = 'failed'"""),
}


def revalidate(connection: Connection, dataset: str, rules: dict[str, Any]) -> tuple[str, bool]:
    """Judge a dataset's stored completions again under `rules`, as its next version, without asking the LLM.

    Returns the version's id and whether it is new: asking for the rules of the newest version changes nothing.
    Corrections of older versions are taken over once all is judged (`corrected.take_over`). The run goes on until the
    new version's arms are trained and scored. Raises NotFound, and Conflict for gold data,
    for a dataset still being collected, and for a cancelled run.
    """
    row = _synthetic(connection, dataset)
    state = run_state(connection, row.run_id, lock=True)
    if state == "cancelled":
        raise Conflict(f"run {row.run_id} is cancelled; resume it first")
    newest = _newest(connection, row)
    if Rules.model_validate(newest.rules) == Rules.model_validate(rules):  # stored rules may lack newer options
        return newest.id, False
    if newest.state != "complete":
        raise Conflict(f"dataset {newest.id} is still being collected; judge it again when it is complete")
    return _new_version(connection, row, newest.version + 1, rules, ask=False), True


def correct(connection: Connection, dataset: str) -> str:
    """A dataset as people corrected it, as its next version; returns the version's id.

    The completions are taken over as judged, so that every count of the first version holds for it: what a person
    rejected is a rejection more. The run goes on until the new version's arms are trained and scored. Raises NotFound,
    and Conflict for gold data, an unfinished or older version, a cancelled run, and when there is nothing new to take
    in.
    """
    row = _synthetic(connection, dataset)
    if run_state(connection, row.run_id, lock=True) == "cancelled":
        raise Conflict(f"run {row.run_id} is cancelled; resume it first")
    newest = _newest(connection, row)
    if newest.id != dataset:
        raise Conflict(f"dataset {dataset} has a newer version, {newest.id}; correct that one")
    if row.state != "complete":
        raise Conflict(f"dataset {dataset} is still being collected; make a version when it is complete")
    if not connection.execute(_PENDING, {"old": dataset}).scalar_one():
        raise Conflict(f"dataset {dataset} has no correction that is not in a version yet")
    new = dataset_id(row.run_id, row.language, row.source, row.split, row.version + 1)
    names = {"new": new, "old": dataset}
    for statement in (_CORRECTED, _JUDGED_PROMPTS, _JUDGED_COMPLETIONS, text(_UNTOUCHED)):
        connection.execute(statement, names)
    connection.execute(text(_REJECTIONS), {**names, "reason": BY_HAND, "excerpt": EXCERPT})
    changed = [
        {**found, "dataset_id": new, "identity": identity_hash(found["tokens"], found["ner_tags"])}
        for found in connection.execute(text(_CHANGED), {"old": dataset}).mappings()
    ]
    insert_rows(connection, Sample, changed)
    connection.execute(_APPLIED, names)
    connection.execute(_COUNT_ACCEPTED, {"new": new})
    run_on(connection, row.run_id)
    emit(connection, row.run_id, "dataset", id=new, state="complete", version=row.version + 1)
    return new


def retry(connection: Connection, run_id: str) -> dict[str, int]:
    """Put back what failed: jobs, evaluations, and calls; returns how many of each.

    A failed call of a dataset still being collected is asked again; in a complete one it makes a new version, which
    takes over the completions that are there. Raises NotFound, and Conflict for a cancelled run.
    """
    state = run_state(connection, run_id, lock=True)
    if state == "cancelled":
        raise Conflict(f"run {run_id} is cancelled; resume it first")
    put_back = {"calls": 0, "datasets": 0}
    unpause(connection, run_id)
    for found in connection.execute(_FAILED_CALLS, {"run": run_id}).all():
        row = connection.execute(_DATASET, {"id": found.id}).one()
        if connection.execute(_LOCK_DATASET, {"id": found.id}).scalar_one() == "collecting":
            put_back["calls"] += connection.execute(_TAKE_BACK, {"id": found.id}).scalar_one()
        else:
            put_back["calls"] += row.calls_failed
            put_back["datasets"] += 1
            _new_version(connection, row, row.version + 1, row.rules, ask=True)
    # Jobs that were made as failed never ran: `settle` makes them anew, as the datasets then are.
    connection.execute(_UNMAKE, {"run": run_id})
    for table, statement in _REQUEUE.items():
        put_back[table] = connection.execute(statement, {"run": run_id}).rowcount
        work.notify(connection, table)
    work.notify(connection, "prompts")
    run_on(connection, run_id)
    return put_back


def _synthetic(connection: Connection, dataset: str) -> Any:
    row = connection.execute(_DATASET, {"id": dataset}).first()
    if row is None:
        raise NotFound(f"there is no dataset {dataset!r}; `GET /v1/runs/ID` lists those of a run")
    if row.kind not in BY_LLM:
        raise Conflict(f"dataset {dataset} is {row.kind}, not written by an LLM; there is nothing to judge")
    return row


def _newest(connection: Connection, row: Any) -> Any:
    place = {"run": row.run_id, "language": row.language, "source": row.source, "split": row.split}
    return connection.execute(_NEWEST, place).one()


def _new_version(connection: Connection, row: Any, version: int, rules: Any, *, ask: bool) -> str:
    new = dataset_id(row.run_id, row.language, row.source, row.split, version)
    calls = connection.execute(_CALLS, {"id": row.id}).one().kept
    connection.execute(_NEW, {"new": new, "version": version, "rules": rules, "calls": calls, "old": row.id})
    connection.execute(_PROMPTS, {"new": new, "old": row.id, "ask": ask})
    connection.execute(_COMPLETIONS, {"new": new, "old": row.id, "ask": ask})
    work.notify(connection, "completions")
    run_on(connection, row.run_id)
    emit(connection, row.run_id, "dataset", id=new, state="collecting", version=version)
    return new


def run_on(connection: Connection, run_id: str) -> None:
    """Have a run go on that had ended: a new version waits for its arms."""
    if connection.execute(_AGAIN, {"run": run_id}).rowcount:
        emit(connection, run_id, "run", state="running")
