"""Events: state changes, in an order in which none is skipped."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from spanloom.store.tables import Json
from spanloom.store.text import storable

_EMIT = text("INSERT INTO events (run_id, kind, data) VALUES (:run_id, :kind, :data)").bindparams(
    bindparam("data", type_=Json)
)
# A transaction that is still running may yet write an event with an earlier place: show nothing at or above it.
_SINCE = text("""
SELECT id, txid, kind, data, at FROM events
 WHERE run_id = :run_id AND (txid, id) > (:txid, :id)
   AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 ORDER BY txid, id LIMIT :limit
""")

_LATER = text("""
SELECT EXISTS (SELECT 1 FROM events WHERE run_id = :run_id AND kind = :kind AND (txid, id) > (:txid, :id)) AS later
""")


class Place(NamedTuple):
    """Where a reader stands: (transaction id, event id). Its text form is an SSE event id."""

    txid: int
    id: int

    def __str__(self) -> str:
        return f"{self.txid}-{self.id}"

    @classmethod
    def parse(cls, value: str | None) -> Place:
        """From `Last-Event-ID`; the beginning when there is none. Raises ValueError when it is not one of ours."""
        if not value:
            return cls(0, 0)
        txid, _, number = value.partition("-")
        return cls(int(txid), int(number))


def emit(connection: Connection, run_id: str, kind: str, **data: Any) -> None:
    """Write an event in the caller's transaction: it is seen if and only if the change is."""
    stored = {name: storable(value)[0] if isinstance(value, str) else value for name, value in data.items()}
    connection.execute(_EMIT, {"run_id": run_id, "kind": kind, "data": stored})


def since(
    connection: Connection, run_id: str, place: Place, limit: int = 500
) -> list[tuple[Place, str, dict[str, Any]]]:
    """Events after `place`, oldest first."""
    rows = connection.execute(_SINCE, {"run_id": run_id, "txid": place.txid, "id": place.id, "limit": limit})
    return [(Place(r.txid, r.id), r.kind, {**r.data, "at": r.at.isoformat()}) for r in rows]


def is_last(connection: Connection, run_id: str, kind: str, place: Place) -> bool:
    """Whether no later event of this kind is stored: an old end of a run that was resumed is not its last."""
    values = {"run_id": run_id, "kind": kind, "txid": place.txid, "id": place.id}
    return not connection.execute(_LATER, values).scalar_one()
