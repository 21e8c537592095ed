"""Starting a run: the specification is read, its plan and every mistake shown; then the API carries it out."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import Engine, text

from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.languages import complete_spec
from spanloom.errors import SpecError
from spanloom.http.problems import bounded
from spanloom.plan import project
from spanloom.settings import Settings
from spanloom_evaluator.web.render import PageRoute, page, same_origin

EXAMPLE = """\
name: first
languages:
  - code: da
    gold: {demo: da}       # or {file: ../gold/danish.jsonl}: one file, split into train, dev and test
sources:
  - {kind: organic}        # the annotated sentences themselves, to compare with
  # - kind: synthetic      # sentences that an LLM writes
  #   name: llm
  #   engine: {kind: openai, base_url: "http://127.0.0.1:11434/v1", model: llama3.1}
  #   stop: {after_calls: 20}
training:
  settings: [from_scratch]
  sizes: [30, 100]
  encoder: {tiny: {hidden: 64, layers: 1, heads: 2, ffn: 128, vocabulary: 800}}
  recipe: {learning_rate: 0.002, epochs: 8}
  dev: gold
"""
_SPEC = text("SELECT spec FROM runs WHERE id = :run")


def start_routes(db: Engine, settings: Settings) -> APIRouter:
    """`/new`, and `/new/plan`, which says what a specification would do."""
    router = APIRouter(prefix="/new", route_class=PageRoute)

    @router.get("")
    def new(
        request: Request, like: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None
    ) -> Response:
        """The form, empty or with the specification of another run."""
        given = EXAMPLE
        if like:
            with db.connect() as connection:
                found = connection.execute(_SPEC, {"run": like}).scalar()
            given = yaml.safe_dump(found, sort_keys=False, allow_unicode=True) if found else EXAMPLE
        return page("new.html", request, specification=given)

    @router.post("/plan", dependencies=[Depends(same_origin)])
    def plan(request: Request, specification: Annotated[str, Form(max_length=1_000_000)] = "") -> Response:
        """The plan, or every mistake by its field. Nothing is stored or begun."""
        mistakes: list[tuple[str, str]] = []
        shown: dict[str, Any] = {}
        try:
            spec = parse_spec(specification, complete_spec)
            mistakes = settings.refusals(spec)
            shown = {} if mistakes else _plan(spec)
        except SpecError as error:
            mistakes = error.problems
        return page("plan.html", request, mistakes=bounded(mistakes), plan=shown)

    return router


def _plan(spec: RunSpec) -> dict[str, Any]:
    planned = project(spec)
    return {
        "name": spec.name,
        "labels": ", ".join(spec.labels),
        "languages": ", ".join(language.code for language in spec.languages),
        "projection": planned,
    }
