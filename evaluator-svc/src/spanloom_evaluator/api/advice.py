"""The route of advice: `GET /v1/results/advice`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Engine

from spanloom.http import Page
from spanloom_evaluator.advise.stored import advice_of, priced


def advice_routes(engine: Engine) -> APIRouter:
    """One route; it stands before the views', whose names it would otherwise be taken for."""
    router = APIRouter(prefix="/v1/results", tags=["results"])

    @router.get("/advice", summary="What to do next, for each language of a run", response_model=Page[dict[str, Any]])
    def advice(
        run: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="A run's id.")],
        price_per_sentence: Annotated[
            float | None, Query(ge=0, le=1e9, description="What annotating a sentence costs, in the prices' currency.")
        ] = None,
    ) -> Any:
        """Advice in a sentence, its evidence, gold equivalents, the next sentences' worth, and costs."""
        return Page[dict[str, Any]](items=[priced(body, price_per_sentence) for body in advice_of(engine, run)])

    return router
