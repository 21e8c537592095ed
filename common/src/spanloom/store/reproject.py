"""Translations projected again by word alignment, or by another aligner, as a dataset's next version.

The translations are there: each call of the new version takes its answer from the one before it (`text_key`), so that
none is asked of a translator again. What is made anew are the links, where models run, and the verdicts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text

from spanloom.errors import Conflict, NotFound
from spanloom.store import work
from spanloom.store.events import emit
from spanloom.store.runs import dataset_id, run_state
from spanloom.store.tables import Json
from spanloom.store.versions import run_on

_NEWEST = text("""
SELECT n.* FROM datasets d
  JOIN datasets n ON (n.run_id, n.language, n.source, n.split) = (d.run_id, d.language, d.source, d.split)
 WHERE d.id = :id ORDER BY n.version DESC LIMIT 1
""")
_ALIGNER = text("""
SELECT CAST(request AS jsonb) #> '{request,extra,aligner}' AS aligner FROM prompts WHERE dataset_id = :id LIMIT 1
""")
_NEW = text("""
INSERT INTO datasets (id, run_id, language, source, split, version, kind, tags, rules, calls_expected, info)
SELECT :new, run_id, language, source, split, version + 1, kind, tags, rules,
       (SELECT count(*) FROM completions WHERE dataset_id = :old), info || :info
  FROM datasets WHERE id = :old
""").bindparams(bindparam("info", type_=Json))
# A recorded translation has no key of its own: there is no translator to save.
_KEYS = text("UPDATE prompts SET text_key = 'answer of ' || id WHERE dataset_id = :old AND text_key IS NULL")
_PROMPTS = text("""
INSERT INTO prompts (id, run_id, dataset_id, call_index, request, seeds, text_key, state, finished_at)
SELECT CAST(:new AS text) || '.' || p.call_index, p.run_id, :new, p.call_index,
       jsonb_set(CAST(p.request AS jsonb), '{request,extra}',
                 CAST(p.request AS jsonb) #> '{request,extra}' || CAST(:extra AS jsonb))::text,
       p.seeds, p.text_key, CASE WHEN c.error IS NULL THEN 'queued' ELSE 'failed' END,
       CASE WHEN c.error IS NULL THEN NULL ELSE clock_timestamp() END
  FROM prompts p JOIN completions c ON c.id = p.id WHERE p.dataset_id = :old
""").bindparams(bindparam("extra", type_=Json))
_FAILED = text("""
INSERT INTO completions (id, run_id, dataset_id, call_index, error)
SELECT CAST(:new AS text) || '.' || call_index, run_id, :new, call_index, error
  FROM completions WHERE dataset_id = :old AND error IS NOT NULL
""")


def reproject(connection: Connection, dataset: str, aligner: dict[str, Any]) -> tuple[str, bool]:
    """Project a dataset's stored translations by the links of `aligner`, as its next version.

    Markers are taken out of what was translated with them, and of mentions the sentence alone is read. Returns the
    version's id and whether it is new: asking for the aligner of the newest version changes nothing. Raises NotFound,
    and Conflict for what was not translated, is still being collected, or belongs to a cancelled run.
    """
    newest = connection.execute(_NEWEST, {"id": dataset}).first()
    if newest is None:
        raise NotFound(f"there is no dataset {dataset!r}; `GET /v1/runs/ID` lists those of a run")
    if newest.kind != "translated":
        raise Conflict(f"dataset {dataset} is {newest.kind}, not translated; there is nothing to project")
    if run_state(connection, newest.run_id, lock=True) == "cancelled":
        raise Conflict(f"run {newest.run_id} is cancelled; resume it first")
    before = connection.execute(_ALIGNER, {"id": newest.id}).scalar()
    if before == aligner:
        return newest.id, False
    if newest.state != "complete":
        raise Conflict(f"dataset {newest.id} is still being collected; project it again when it is complete")
    new = dataset_id(newest.run_id, newest.language, newest.source, newest.split, newest.version + 1)
    names = {"new": new, "old": newest.id}
    asked = newest.info.get("asked", newest.info["projection"])
    connection.execute(_NEW, {**names, "info": {"projection": "align", "asked": asked}})
    connection.execute(_KEYS, names)
    connection.execute(_PROMPTS, {**names, "extra": {"aligner": aligner, "asked": asked}})
    connection.execute(_FAILED, names)
    work.notify(connection, "prompts")
    work.notify(connection, "completions")
    run_on(connection, newest.run_id)
    emit(connection, newest.run_id, "dataset", id=new, state="collecting", version=newest.version + 1)
    return new, True
