"""Messages: how a unit of work travels. The row in PostgreSQL is the truth.

Within `v1` messages only gain fields; unknown ones are ignored. A message over the bus's limit carries its id alone
(`payload` null), and the worker reads the row.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spanloom.errors import UnreadableMessage

RowId = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^\x00]+$")]
"""A row's id; PostgreSQL's text has no U+0000."""


class Envelope(BaseModel):
    """What every message carries: the row's id and its run."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    v: Literal[1] = 1
    id: RowId
    run_id: RowId

    def encode(self) -> bytes:
        """UTF-8 JSON."""
        return orjson.dumps(self.model_dump(mode="json"))

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Read a message. Raises UnreadableMessage saying which field is wrong."""
        try:
            return cls.model_validate(orjson.loads(value))
        except orjson.JSONDecodeError as error:
            raise UnreadableMessage(f"not JSON: {error}") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            path = ".".join(map(str, first["loc"])) or "message"
            raise UnreadableMessage(f"{path}: {first['msg']}") from None


class PromptMessage(Envelope):
    """prompts.v1: a call to be made. `payload` is the engine's request and its configuration."""

    dataset_id: RowId
    call_index: int = Field(ge=0)
    payload: str | None = None


class CompletionMessage(Envelope):
    """completions.v1: what a call gave."""

    dataset_id: RowId
    call_index: int = Field(ge=0)
    text: str | None = None
    error: str | None = None
    links: str | None = None
    inline: bool = True


class JobMessage(Envelope):
    """jobs.v1: an arm to be trained; which one, the row says."""

    kind: Literal["pretrain", "train", "tag", "audit"]


class EvaluationMessage(Envelope):
    """evaluations.v1: predictions to be scored."""

    job_id: RowId
    dataset_id: RowId


class ResultMessage(Envelope):
    """results.v1: a score, for whoever listens."""

    evaluation: dict[str, Any]
