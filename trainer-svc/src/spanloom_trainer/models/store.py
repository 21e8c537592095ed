"""Models on the disk and their rows: which are kept, what takes whose place, and what ended jobs have left behind.

A folder counts only where a row names it. The row is written in the transaction that ends the job, after the folder is
whole; what loses its row is removed after the commit. So a crash between any two of these steps leaves a folder that
nobody names, and `sweep` removes it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.contracts.arm import Arm
from spanloom.store.tables import Json
from spanloom.workers.outage import Outage, is_transient
from spanloom_trainer.models import cards

log = structlog.stdlib.get_logger(__name__)
RESUME_FILE = "resume.safetensors"
CHUNK = 500

_KEEP = text("SELECT spec -> 'training' ->> 'keep_models' FROM runs WHERE id = :run")
_LOCK_PLACE = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 7))")
_IN_PLACE = text("SELECT id, dev_f1, path FROM models WHERE place = :place AND id <> :job")
_TAKE_FROM = text("DELETE FROM models WHERE id = :id")
_PUT = text("""
INSERT INTO models (id, job_id, run_id, path, bytes, place, dev_f1, facts)
VALUES (:job, :job, :run, :path, :bytes, :place, :dev_f1, :facts)
ON CONFLICT (id) DO UPDATE SET path = excluded.path, bytes = excluded.bytes, facts = excluded.facts, scored = false
""").bindparams(bindparam("facts", type_=Json))
_ENDED = text("""
SELECT j.id, j.state IN ('done', 'failed') AS ended, r.state = 'cancelled' AS cancelled, m.path
  FROM jobs j JOIN runs r ON r.id = j.run_id LEFT JOIN models m ON m.job_id = j.id
 WHERE j.id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Text)))
# A pre-trained model is kept for the arms that start from it; with keep_models: none it has had its time then.
_SPENT = text("""
DELETE FROM models m USING jobs j, runs r
 WHERE j.id = m.job_id AND r.id = m.run_id AND j.kind = 'pretrain' AND r.state = 'complete'
   AND r.spec -> 'training' ->> 'keep_models' = 'none'
""")


@dataclass(frozen=True)
class ExportPolicy:
    """Whether a job's model is kept. `place` is what it would be the best of; `incumbent` the (dev F1, job) there."""

    export: bool
    place: str | None = None
    incumbent: tuple[float, str] | None = None


@dataclass(frozen=True)
class ExportedModel:
    """An exported model: its folder, bytes, dev span F1, and the facts for its card."""

    folder: Path
    size: int
    dev_f1: float
    facts: Mapping[str, Any]


def export_policy(connection: Connection, arm: Arm) -> ExportPolicy:
    """What `keep_models` says of an arm: `best` keeps one a language, setting and source, chosen by dev span F1.

    Pre-trained models are always wanted: arms start from them.
    """
    if arm.kind == "pretrain":
        return ExportPolicy(export=True)
    keep = connection.execute(_KEEP, {"run": arm.run_id}).scalar_one()
    if keep != "best":
        return ExportPolicy(export=keep == "all")
    place = "/".join((arm.run_id, arm.language, arm.setting, arm.source))
    found = connection.execute(_IN_PLACE, {"place": place, "job": ""}).first()
    return ExportPolicy(True, place, (found.dev_f1, found.id) if found is not None else None)


def put(connection: Connection, arm: Arm, job: str, exported: ExportedModel, place: str | None) -> list[Path]:
    """Store a finished job's model, in the transaction that ends the job; returns the folders that nobody names now.

    Of two models for one place the one with the higher (dev F1, job id) stays, whichever came first.
    """
    gone = []
    if place is not None:
        connection.execute(_LOCK_PLACE, {"place": place})
        other = connection.execute(_IN_PLACE, {"place": place, "job": job}).first()
        if other is not None:
            if (other.dev_f1, other.id) >= (exported.dev_f1, job):
                return [exported.folder]
            connection.execute(_TAKE_FROM, {"id": other.id})
            gone.append(Path(other.path))
    row = {"job": job, "run": arm.run_id, "path": str(exported.folder), "bytes": exported.size, "place": place}
    connection.execute(_PUT, {**row, "dev_f1": exported.dev_f1, "facts": dict(exported.facts)})
    return gone


def discard(paths: Iterable[Path]) -> None:
    """Remove files and folders, and the job's own folder once it is empty. A folder loses its name first."""
    for path in paths:
        if path.is_dir():
            nameless = path.with_name(f".{path.name.lstrip('.')}.gone")
            path.rename(nameless)
            shutil.rmtree(nameless)
        else:
            path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def discard_later(paths: Iterable[Path]) -> None:
    """`discard` what is there; what cannot be removed now is left to the next sweep, for nobody names it."""
    try:
        discard(path for path in paths if path.exists())
    except OSError as error:
        log.warning("left to the next sweep", error=str(error))


def leftovers(folder: Path, *, ended: bool, cancelled: bool, kept: str | None) -> list[Path]:
    """What of a job's folder nobody needs: all but the kept model once it has ended, its resume point on a cancel.

    Nothing of a folder that is gone: whoever ends a job removes it while others sweep.
    """
    try:
        found = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    if ended:
        return [path for path in found if path.name != kept]
    return [path for path in found if cancelled and RESUME_FILE in path.name]


def sweep(db: Engine, models: Path) -> list[Path]:
    """Remove what jobs that have ended left in the models' folder; returns it. Folders of no job here are let be."""
    if not models.is_dir():
        return []
    with db.begin() as connection:
        connection.execute(_SPENT)
    names = sorted(path.name for path in models.iterdir() if path.is_dir())
    gone: list[Path] = []
    for start in range(0, len(names), CHUNK):
        with db.connect() as connection:
            rows = connection.execute(_ENDED, {"ids": names[start : start + CHUNK]}).all()
        for row in rows:
            kept = Path(row.path).name if row.path is not None else None
            gone += leftovers(models / row.id, ended=row.ended, cancelled=row.cancelled, kept=kept)
    discard(gone)
    return gone


class Housekeeping:
    """Keeps the models' folder tidy: at start, and every `every_s` seconds. Writes scores into cards, too."""

    def __init__(self, db: Engine, models: Path, *, every_s: float) -> None:
        self.db, self.models, self.every_s = db, models, every_s
        self.outage = Outage(most_s=every_s)

    def run(self, stop: threading.Event) -> None:
        """Tidy up until `stop` is set."""
        pause = 0.0
        while not stop.wait(pause):
            try:
                self.tidy()
                self.outage.over()
                pause = self.every_s
            except Exception as error:
                if not is_transient(error):
                    raise
                pause = self.outage.note(error)

    def tidy(self) -> None:
        """Once."""
        gone = sweep(self.db, self.models)
        if gone:
            log.info("models swept", count=len(gone), paths=[str(path) for path in gone[:10]])
        cards.refresh(self.db)
