"""A page of rows as JSON or as CSV."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response

from spanloom.data.rows import as_csv
from spanloom.http.pages import Page

Form = Annotated[
    Literal["json", "csv"],
    Query(alias="format", description="CSV has a header in each page; the next page's cursor is in `X-Next-Cursor`."),
]


def answer(page: Page[dict[str, Any]], form: str) -> Any:
    """The page itself, or its rows as CSV (RFC 4180) with the next cursor in a header."""
    if form == "json":
        return page
    headers = {"X-Next-Cursor": page.next} if page.next else {}
    return Response(as_csv(page.items), media_type="text/csv; charset=utf-8; header=present", headers=headers)
