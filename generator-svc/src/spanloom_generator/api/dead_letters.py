"""Routes over dead letters: list, read, replay. Any one service may serve them: the table and the bus are shared."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Engine, select, tuple_, update
from sqlalchemy.sql import func

from spanloom.bus import Bus, Record
from spanloom.errors import Conflict, NotFound
from spanloom.http.pages import Cursor, Limit, Page, decode_cursor, page_of
from spanloom.store.models import DeadLetter

SHOWN_CHARS = 65_536

Topic = Annotated[str, Path(max_length=250)]
Partition = Annotated[int, Path(ge=0, lt=2**31)]
Offset = Annotated[int, Path(ge=0, lt=2**63)]


class DeadLetterItem(BaseModel):
    """One message that could not be read or failed for good; (topic, partition, offset) names it."""

    topic: str
    partition: int
    offset: int
    key: str | None
    bytes: int
    reason: str
    at: datetime
    replayed_at: datetime | None


class DeadLetterWhole(DeadLetterItem):
    """A dead letter with its headers and the beginning of its value as text, unreadable bytes as escapes."""

    headers: dict[str, Any]
    value: str


class Replayed(BaseModel):
    """The message was sent once more to its topic."""

    topic: str
    partition: int
    offset: int
    state: Literal["replayed"] = "replayed"


def dead_letter_routes(engine: Engine, bus: Bus) -> APIRouter:
    """`/v1/dead-letters`: newest last; replay sends the original once and marks its row."""
    router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

    @router.get("", summary="Dead letters, unreplayed ones only unless `all`")
    def listed(
        topic: Annotated[str | None, Query(max_length=250)] = None,
        all: bool = False,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Page[DeadLetterItem]:
        place = (DeadLetter.topic, DeadLetter.partition, DeadLetter.offset)
        size = func.length(DeadLetter.value)
        query = select(
            *place, DeadLetter.key, size.label("bytes"), DeadLetter.reason, DeadLetter.at, DeadLetter.replayed_at
        ).order_by(*place)
        if topic is not None:
            query = query.where(DeadLetter.topic == topic)
        if not all:
            query = query.where(DeadLetter.replayed_at.is_(None))
        if (after := decode_cursor(cursor, str, int, int)) is not None:
            query = query.where(tuple_(*place) > after)
        with engine.connect() as connection:
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
        items = [DeadLetterItem(**row) for row in rows]
        return page_of(items, limit, lambda item: (item.topic, item.partition, item.offset))

    @router.get("/{topic}/{partition}/{offset}", summary="One dead letter, whole")
    def shown(topic: Topic, partition: Partition, offset: Offset) -> DeadLetterWhole:
        with engine.connect() as connection:
            row = (
                connection.execute(select(DeadLetter.__table__).where(_is(topic, partition, offset))).mappings().first()
            )
        if row is None:
            raise NotFound(f"no dead letter {topic}[{partition}]@{offset}; `spanloom dlq ls --all` lists them")
        data = dict(row)
        value = bytes(data.pop("value"))
        text = value.decode("utf-8", "backslashreplace")[:SHOWN_CHARS]
        return DeadLetterWhole(**data, bytes=len(value), value=text)

    @router.post("/{topic}/{partition}/{offset}/replay", summary="Send it once more to its topic")
    def replayed(topic: Topic, partition: Partition, offset: Offset) -> Replayed:
        # Sent inside the transaction that marks it: a failed send leaves it unmarked, a second replay waits.
        with engine.begin() as connection:
            row = connection.execute(
                update(DeadLetter)
                .where(_is(topic, partition, offset), DeadLetter.replayed_at.is_(None))
                .values(replayed_at=func.now())
                .returning(DeadLetter.key, DeadLetter.value, DeadLetter.headers)
            ).first()
            if row is None:
                shown(topic, partition, offset)
                raise Conflict(f"dead letter {topic}[{partition}]@{offset} was replayed already")
            headers = {str(name): str(value) for name, value in row.headers.items()}
            bus.producer().publish([Record(topic, row.key or "", bytes(row.value), headers)])
        return Replayed(topic=topic, partition=partition, offset=offset)

    return router


def _is(topic: str, partition: int, offset: int) -> Any:
    return (DeadLetter.topic == topic) & (DeadLetter.partition == partition) & (DeadLetter.offset == offset)
