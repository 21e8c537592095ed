"""What all tables have in common: types of columns, and the columns of rows that are work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = JSONB(none_as_null=True)
RUN_STATES = ("running", "complete", "complete_with_failures", "cancelled")
WORK_STATES = ("queued", "claimed", "done", "failed")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


class Table(DeclarativeBase):
    """All tables."""

    type_annotation_map = {
        str: Text,
        dict[str, Any]: Json,
        list[Any]: Json,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
    }


class Work:
    """The columns of a unit of work: who has it, until when, and when it was last published.

    `attempt` tells one holder from the next and only grows; `forgiven` are those that do not count against the row.
    `begun` says that the holder has begun the work, `crashes` how many holders ended or stalled after that.
    """

    state: Mapped[str] = mapped_column(server_default="queued")
    attempt: Mapped[int] = mapped_column(server_default="0")
    forgiven: Mapped[int] = mapped_column(server_default="0")
    crashes: Mapped[int] = mapped_column(server_default="0")
    begun: Mapped[bool] = mapped_column(server_default=text("true"))
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    published: Mapped[int] = mapped_column(server_default="0")
    publish_after: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None]


def work_args(table: str) -> tuple[Any, ...]:
    return (
        CheckConstraint(one_of("state", WORK_STATES), name=f"{table}_state"),
        # Neither covers what a renewal changes (0022): claimed rows, few at a time, are found by their holders.
        Index(f"{table}_waiting", "publish_after", "id", postgresql_where=text("state = 'queued'")),
        Index(f"{table}_published", "run_id", postgresql_where=text("state = 'queued' AND published > 0")),
        Index(f"{table}_held", "holder", postgresql_where=text("state = 'claimed'")),
        Index(f"{table}_run", "run_id", "state"),
    )
