"""The route of short ids."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Engine

from spanloom.store.ids import IdKind, full_id

Given = Annotated[str, Path(max_length=400, pattern=r"^[^\x00]+$", description="The beginning of an id.")]


def id_routes(db: Engine) -> APIRouter:
    """`/v1/ids`."""
    router = APIRouter(prefix="/v1/ids", tags=["ids"])

    @router.get("/{kind}/{given}", summary="The whole id that a short one names")
    def whole(kind: IdKind, given: Given) -> dict[str, str]:
        """404 where it names nothing, 409 with some of them where it names several."""
        with db.connect() as connection:
            return {"kind": kind, "id": full_id(connection, kind, given)}

    return router
