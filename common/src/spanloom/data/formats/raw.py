"""What every reader of annotated files takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spanloom.errors import DataError

MAX_TOKENS = 10_000
"""Tokens of one sentence; more means that the blank lines between sentences are missing."""


@dataclass(frozen=True)
class RawSentence:
    """A sentence as a file has it: tokens, tag names of the same length, and the 1-based line of its first token.

    `step` is 1 where each token has a line of its own, 0 where the sentence has one. `lines` are the lines of all
    tokens where they do not follow each other.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    line: int
    step: int = 0
    lines: tuple[int, ...] = field(default=(), compare=False)

    def line_of(self, position: int) -> int:
        """The line of the token at a position."""
        return self.lines[position] if self.lines else self.line + self.step * position


@dataclass(frozen=True)
class Layout:
    """How a file is to be read where it does not tell by itself; all of it may be left open.

    `columns` are 0-based (token, tag), from the end when negative; `column` names the tag column by header, CoNLL-U
    name or number, `MISC:NER` a key inside it; `keys` are names of a record's fields by what they hold (`tokens`,
    `tags`, `text`, `spans`); `tags` the tag names by id, for integers; `scheme` a tagging scheme or `auto`.
    """

    format: str = "auto"
    columns: tuple[int, int] | None = None
    column: str | None = None
    keys: Mapping[str, str] | None = None
    tags: Sequence[str] | None = None
    scheme: str = "auto"


AS_IT_IS = Layout()


@dataclass(frozen=True)
class LostAnnotation:
    """An annotation that no span of tokens carries: `why` is `no token boundary`, `nested`, `overlapping`, ..."""

    type: str
    why: str
    text: str
    line: int


@dataclass(frozen=True)
class RawFile:
    """What a file holds, before its tags are IOB2.

    `columns` are the (token, tag) columns or keys chosen; `declared` tag names that the data set has beside those
    that occur; `spans` says that tags were made from spans and are IOB2; `notes` what a person should know.
    """

    path: str
    format: str
    sentences: list[RawSentence]
    columns: tuple[int | str, int | str] | None = None
    declared: tuple[str, ...] = ()
    spans: bool = False
    notes: tuple[str, ...] = ()
    lost: tuple[LostAnnotation, ...] = ()


def checked(
    path: Path | str,
    line: int,
    tokens: Sequence[str],
    tags: Sequence[str],
    step: int = 0,
    lines: tuple[int, ...] = (),
) -> RawSentence:
    """The sentence, if it can be stored and is no whole file without blank lines. Raises DataError."""
    what = None
    if len(tokens) > MAX_TOKENS:
        what = f"a sentence of {len(tokens):,} tokens; at most {MAX_TOKENS:,}: are blank lines missing?"
    elif not tokens:
        what = "a sentence without tokens"
    for i, token in enumerate(tokens):
        if token and "\x00" not in token:
            continue
        line = lines[i] if lines else line + step * i
        what = f"token {i} holds U+0000, which no database column takes: {token[:60]!r}" if token else None
        what = what or f"token {i} is empty"
        break
    if what:
        raise DataError(what, path=str(path), line=line)
    return RawSentence(tuple(tokens), tuple(tags), line, step, lines)
