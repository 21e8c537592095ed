"""Routes of the trainer: models that were kept, their cards, and tagging with them."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Engine, text

from spanloom.errors import NotFound
from spanloom.http import Cursor, Limit, Page, ProblemError, page_of
from spanloom.http.bodies import Body
from spanloom.http.pages import decode_cursor
from spanloom_trainer.models.cards import full_card, no_model
from spanloom_trainer.models.words import words_of
from spanloom_trainer.process.tag_child import TagChild

# The scores are those of the try that was kept: after a restart, the restarted one's.
_MODELS = """
SELECT m.id, m.run_id AS run, j.kind, j.arm ->> 'language' AS language, j.arm ->> 'source' AS source,
       j.arm ->> 'setting' AS setting, (j.arm ->> 'size')::integer AS size,
       (j.arm ->> 'training_seed')::bigint AS training_seed, coalesce(j.arm -> 'encoder' ->> 'name', 'tiny') AS encoder,
       j.arm ->> 'dev' AS dev,
       (SELECT max((x.facts ->> 'dev_sentences')::integer) FROM evaluations x WHERE x.job_id = m.job_id)
         AS dev_sentences,
       m.dev_f1, (SELECT jsonb_object_agg(x.language, jsonb_build_object('f1', x.f1, 'lo', x.lo, 'hi', x.hi)
                                          ORDER BY x.method)
                    FROM evaluations x WHERE x.job_id = m.job_id AND x.state = 'done' AND x.label_mapping = 'identity')
         AS test, m.path, m.bytes, m.created_at
  FROM models m JOIN jobs j ON j.id = m.job_id
"""
_PAGE = text(f"""{_MODELS}
 WHERE (CAST(:run AS text) IS NULL OR m.run_id = :run)
   AND (CAST(:language AS text) IS NULL OR j.arm ->> 'language' = :language)
   AND (CAST(:after AS text) IS NULL OR m.id > :after)
 ORDER BY m.id LIMIT :limit
""")
_ONE = text(f"{_MODELS} WHERE m.id = :id")

ModelId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]
Plain = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1, max_length=5000)]


class TagRequest(Body):
    """What to tag: `text`, a sentence a line and split into words here, or `sentences` as lists of words."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=200_000)] | None = None
    sentences: Annotated[list[Words], Field(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.sentences is None):
            raise ValueError("give exactly one of text, sentences")
        if not self.words():
            raise ValueError("there is no word to tag")
        return self

    def words(self) -> list[list[str]]:
        """The sentences as words; lines without a word are passed over."""
        if self.sentences is not None:
            return [list(words) for words in self.sentences]
        return [words for line in (self.text or "").splitlines() if (words := words_of(line))]


class Entity(BaseModel):
    """One entity: its type, and its words `[start, end)`."""

    type: str
    start: int
    end: int
    text: str


class TaggedSentence(BaseModel):
    """One sentence with a tag name a word, and its entities."""

    tokens: list[str]
    tags: list[str]
    entities: list[Entity]


class TagAnswer(BaseModel):
    """What a model says of sentences, in their order."""

    model: str
    sentences: list[TaggedSentence]


def model_routes(db: Engine, child: TagChild, *, max_tag_bytes: int = 1_000_000) -> APIRouter:
    """`/v1/models`."""
    router = APIRouter(prefix="/v1/models", tags=["models"])

    def find(model_id: str) -> dict[str, Any]:
        with db.connect() as connection:
            row = connection.execute(_ONE, {"id": model_id}).mappings().first()
        if row is None:
            raise no_model(model_id)
        return dict(row)

    @router.get("", summary="Models that are kept, by id")
    def listing(
        run: Plain = None, language: Plain = None, limit: Limit = 100, cursor: Cursor = None
    ) -> Page[dict[str, Any]]:
        """One page; `test` holds the F1 and its interval on each language's test set, once it is scored."""
        after = decode_cursor(cursor, str)
        asked = {"run": run, "language": language, "after": after[0] if after else None, "limit": limit + 1}
        with db.connect() as connection:
            rows = connection.execute(_PAGE, asked).mappings()
            return page_of([dict(row) for row in rows], limit, lambda row: (row["id"],))

    @router.get("/{model_id}", summary="One model: what it was trained on, where it lies")
    def one(model_id: ModelId) -> dict[str, Any]:
        """A model's id is that of the job that trained it."""
        return find(model_id)

    @router.get("/{model_id}/card", summary="The model card, with scores", response_class=PlainTextResponse)
    def card(model_id: ModelId) -> PlainTextResponse:
        """Markdown: data, recipe, seeds, scores with intervals, licences, limits."""
        with db.connect() as connection:
            return PlainTextResponse(full_card(connection, model_id), media_type="text/markdown; charset=utf-8")

    @router.post("/{model_id}/tag", summary="Tag text with a model")
    def tag(model_id: ModelId, body: TagRequest) -> TagAnswer:
        """Up to 1,000 sentences. The first call starts a process and loads the model, which takes seconds."""
        sentences = body.words()
        size = sum(len(word.encode()) + 1 for words in sentences for word in words)
        if size > max_tag_bytes:
            raise ProblemError(413, f"{size:,} bytes to tag; at most {max_tag_bytes:,} here (SPANLOOM_MAX_TAG_BYTES)")
        folder = FilePath(find(model_id)["path"])
        if not folder.is_dir():
            raise NotFound(f"the folder of {model_id!r} is not on this trainer's disk")
        return TagAnswer(model=model_id, sentences=[TaggedSentence(**one) for one in child.tag(folder, sentences)])

    return router
