"""Routes of the validator: datasets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Engine, text

from spanloom.contracts.base import Frozen
from spanloom.contracts.rules import Rules
from spanloom.contracts.translation import AlignerSpec
from spanloom.errors import NotFound, SpecError
from spanloom.http import Cursor, Limit, Page, page_of
from spanloom.http.bodies import Body
from spanloom.http.pages import decode_cursor
from spanloom.store import audits, versions
from spanloom.store.reproject import reproject as projected_again
from spanloom.store.settle import settle

_DATASET = text("""
SELECT id, run_id AS run, language, source, split, version, kind, tags, rules, state, reason, paused, calls_expected,
       calls_judged, calls_failed, calls_without_object, candidates, accepted, info, content_sha256,
       created_at, completed_at
  FROM datasets WHERE id = :id
""")
_SAMPLES = text("""
SELECT call_index, candidate_index, tokens, ner_tags, repairs, marks, diagnostics FROM samples
 WHERE dataset_id = :id AND (call_index, candidate_index) > (:call, :candidate)
 ORDER BY call_index, candidate_index LIMIT :limit
""")
_REJECTIONS = text("""
SELECT call_index, candidate_index, reason, reasons, char_offset, delta, repairs, excerpt FROM rejections
 WHERE dataset_id = :id AND (call_index, candidate_index) > (:call, :candidate)
 ORDER BY call_index, candidate_index LIMIT :limit
""")
_COMPLETIONS = text("""
SELECT c.call_index, c.text, c.error, c.finish_reason, c.model, c.judged_at, c.tokens_in, c.tokens_out, p.request
  FROM completions c LEFT JOIN prompts p ON p.id = c.id
 WHERE c.dataset_id = :id AND c.call_index > :after
   AND (CAST(:reason AS text) IS NULL
        OR :reason = 'failed' AND c.error IS NOT NULL
        OR :reason = 'without_object' AND c.error IS NULL AND c.judged_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.dataset_id = c.dataset_id AND s.call_index = c.call_index)
           AND NOT EXISTS (SELECT 1 FROM rejections x WHERE x.dataset_id = c.dataset_id AND x.call_index = c.call_index)
        OR EXISTS (SELECT 1 FROM rejections x WHERE x.dataset_id = c.dataset_id AND x.call_index = c.call_index
                      AND x.reason = :reason))
 ORDER BY c.call_index LIMIT :limit
""")
_VERDICTS = text("""
SELECT call_index, candidate_index, 'accepted' AS verdict, char_offset, NULL AS excerpt FROM samples
 WHERE dataset_id = :id AND call_index = ANY(:calls)
 UNION ALL
SELECT call_index, candidate_index, reason, char_offset, excerpt FROM rejections
 WHERE dataset_id = :id AND call_index = ANY(:calls)
 ORDER BY 1, 2
""")
_RUN_OF = text("SELECT run_id FROM datasets WHERE id = :id")


class Revalidation(Body, Frozen):
    """Rules by name (`paper`, `default`) or as a mapping, as in a specification."""

    rules: Rules


class Audit(Body, Frozen):
    """What is done about labels that look wrong: `mark` lists them, `drop` and `relabel` make a new version."""

    action: Literal["mark", "drop", "relabel"] = "mark"


class Reprojection(Body, Frozen):
    """The aligner whose links carry the entities over."""

    aligner: AlignerSpec


ReasonAsked = Annotated[
    str | None,
    Query(
        max_length=40,
        pattern=r"^[a-z_]+$",
        description="Those with a candidate refused for it; `failed` or `without_object` of the call itself.",
    ),
]
DatasetId = Annotated[str, Path(max_length=400, pattern=r"^[^\x00]+$")]


def dataset_routes(db: Engine, refuses: Callable[[str], str | None] = lambda name: None) -> APIRouter:
    """`/v1/datasets`. `refuses` says why the operator lets no such encoder be loaded, None where it does."""
    router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

    @router.get("/{dataset_id}", summary="One dataset with its counts")
    def one(dataset_id: DatasetId) -> dict[str, Any]:
        """State, rules and counts."""
        with db.connect() as connection:
            row = connection.execute(_DATASET, {"id": dataset_id}).mappings().first()
        if row is None:
            raise NotFound(f"there is no dataset {dataset_id!r}; `GET /v1/runs/ID` lists those of a run")
        return dict(row)

    @router.get("/{dataset_id}/samples", summary="Accepted samples, in order of call and candidate")
    def samples(dataset_id: DatasetId, limit: Limit = 100, cursor: Cursor = None) -> Page[dict[str, Any]]:
        """One page of samples: tokens and tag ids over the dataset's `tags`."""
        return _page(dataset_id, _SAMPLES, limit, cursor)

    @router.get("/{dataset_id}/rejections", summary="Refused candidates with their reasons")
    def rejections(dataset_id: DatasetId, limit: Limit = 100, cursor: Cursor = None) -> Page[dict[str, Any]]:
        """One page of rejections."""
        return _page(dataset_id, _REJECTIONS, limit, cursor)

    @router.get("/{dataset_id}/completions", summary="Raw completions, with the place of each verdict")
    def completions(
        dataset_id: DatasetId, reason: ReasonAsked = None, limit: Limit = 20, cursor: Cursor = None
    ) -> Page[dict[str, Any]]:
        """One page of completions in order of call. `verdicts` say where in `text` each candidate began."""
        one(dataset_id)
        after = decode_cursor(cursor, int)
        given = {"id": dataset_id, "reason": reason, "after": after[0] if after else -1, "limit": limit + 1}
        with db.connect() as connection:
            rows = [dict(row) for row in connection.execute(_COMPLETIONS, given).mappings()]
            calls = {row["call_index"]: row for row in rows}
            for row in rows:
                row["verdicts"] = []
            for verdict in connection.execute(_VERDICTS, {"id": dataset_id, "calls": list(calls)}).mappings():
                told = dict(verdict)
                calls[told.pop("call_index")]["verdicts"].append(told)
        return page_of(rows, limit, lambda row: (row["call_index"],))

    @router.post("/{dataset_id}/revalidate", status_code=202, summary="Judge stored completions again")
    def revalidate(dataset_id: DatasetId, body: Revalidation, response: Response) -> dict[str, Any]:
        """A new version under these rules, without the LLM; its arms are trained and scored. Repeating it is safe."""
        with db.begin() as connection:
            new_id, new = versions.revalidate(connection, dataset_id, body.rules.model_dump(mode="json"))
            run_id = connection.execute(_RUN_OF, {"id": new_id}).scalar_one()
        settle(db, run_id)
        response.headers["Location"] = f"/v1/datasets/{new_id}"
        return {"id": new_id, "new": new}

    @router.post("/{dataset_id}/audit", status_code=202, summary="Have models say which labels look wrong")
    def audit(dataset_id: DatasetId, body: Audit, response: Response) -> dict[str, Any]:
        """Ask for an audit, or act on what one found; `GET /v1/results/audit_findings` has it. Repeating it is safe."""
        with db.begin() as connection:
            told = audits.ask(connection, dataset_id, body.action)
            run_id = connection.execute(_RUN_OF, {"id": dataset_id}).scalar_one()
        settle(db, run_id)
        if told["version"] is not None:
            response.headers["Location"] = f"/v1/datasets/{told['version']}"
        return told

    @router.post("/{dataset_id}/reproject", status_code=202, summary="Project stored translations again")
    def reproject(dataset_id: DatasetId, body: Reprojection, response: Response) -> dict[str, Any]:
        """A new version projected by the links of this aligner, without a new translation. Repeating it is safe."""
        if refused := refuses(body.aligner.encoder):
            raise SpecError([("aligner.encoder", refused)])
        with db.begin() as connection:
            new_id, new = projected_again(connection, dataset_id, body.aligner.model_dump(mode="json"))
        response.headers["Location"] = f"/v1/datasets/{new_id}"
        return {"id": new_id, "new": new}

    def _page(dataset_id: str, statement: Any, limit: int, cursor: str | None) -> Page[dict[str, Any]]:
        one(dataset_id)
        after = decode_cursor(cursor, int, int) or (-1, -1)
        with db.connect() as connection:
            rows = connection.execute(
                statement, {"id": dataset_id, "call": after[0], "candidate": after[1], "limit": limit + 1}
            ).mappings()
            return page_of([dict(r) for r in rows], limit, lambda r: (r["call_index"], r["candidate_index"]))

    return router
