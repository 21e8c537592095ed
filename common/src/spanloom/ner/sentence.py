"""One annotated sentence, as in Hugging Face NER datasets."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """`tokens` and, of the same length, `tags`: ids over a label schema (IOB2)."""

    tokens: tuple[str, ...]
    tags: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.tokens) != len(self.tags):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.tags)} tags: {' '.join(self.tokens)[:80]!r}")


def content_hash(tokens: tuple[str, ...] | list[str]) -> str:
    """Hash of the tokens after NFC and case folding, to find copies. Tags do not count.

    The unit separator cannot be part of a visible token, so that ("a b",) and ("a", "b") differ.
    """
    return _digest(_normal(tokens).casefold())


def identity_hash(tokens: tuple[str, ...] | list[str], tags: tuple[int, ...] | list[int]) -> str:
    """Hash of the tokens after NFC and of the tags: two samples with the same are duplicates."""
    return _digest(f"{_normal(tokens)}\x1e{','.join(map(str, tags))}")


def _normal(tokens: tuple[str, ...] | list[str]) -> str:
    # As of each token by itself: nothing composes with, or moves across, the separator, a starter (UAX #15).
    return unicodedata.normalize("NFC", "\x1f".join(tokens))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
