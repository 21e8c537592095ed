"""What JSON bodies of our routes share."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, model_validator

MOST_LOOKED_AT = 1_000
"""Mistakes of a body that are told one by one."""


class Body(BaseModel):
    """A route's body. Of very many mistakes the number alone is told: FastAPI would take seconds to word each, while
    nobody else is answered."""

    @model_validator(mode="wrap")
    @classmethod
    def _few_mistakes(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            if error.error_count() > MOST_LOOKED_AT:
                raise ValueError(
                    f"has {error.error_count():,} mistakes, too many to tell; /docs has the fields"
                ) from None
            raise
