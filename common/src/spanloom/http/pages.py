"""Pages with opaque cursors, and the headers and parameters that several services read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Header, Query
from pydantic import BaseModel

from spanloom.http.problems import ProblemError

T = TypeVar("T")
Key = str | int | float | None

Limit = Annotated[int, Query(ge=1, le=1000, description="Most items of a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=2000, description="`next` of the page before; leave it out for the first page."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key and body give the same answer, however often they are sent.",
    ),
]


class Page(BaseModel, Generic[T]):
    """Items in order; `next` is the cursor of the page after, null on the last."""

    items: list[T]
    next: str | None = None


def encode_cursor(*keys: Key) -> str:
    """A cursor after the row with these sort keys; opaque to clients."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type[Key]) -> tuple[Key, ...] | None:
    """The sort keys in a cursor, or None for the first page. Raises ProblemError (400) when it is not one of ours."""
    if cursor is None:
        return None
    try:
        keys = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        keys = None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(types) or not all(map(_storable, keys)):
        raise ProblemError(
            400, "the cursor is not one of ours", problems=[("query.cursor", "give `next` of the page before")]
        )
    return tuple(keys)


def _storable(key: Key) -> bool:
    """Whether PostgreSQL can compare with it: text without U+0000, integers of 64 bits."""
    return "\0" not in key if isinstance(key, str) else not isinstance(key, int) or -(2**63) <= key < 2**63


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Key, ...]]) -> Page[T]:
    """The page of at most `limit` rows; ask the store for `limit + 1`, so that the last page is known as such."""
    items = list(rows[:limit])
    return Page(items=items, next=encode_cursor(*key(items[-1])) if len(rows) > limit else None)
