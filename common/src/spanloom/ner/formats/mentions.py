"""Where the mentions of a text are: by offsets, by number, or because their words stand there once.

Tokens are what stands between spaces. In scripts written without spaces between words (Han, Hiragana, Katakana, Thai,
Lao, Khmer, Myanmar, ...) a mention may begin and end within such a token; the token is then cut at the mention's
borders, and nowhere else, so that each mention is tokens of its own:

    私は東京に住む     東京 LOC     ->     私は | 東京 | に住む
    ผมชื่อสมชาย        สมชาย PER   ->     ผมชื่อ | สมชาย

Letters of scripts with spaces are never cut from each other, nor a mark from what it stands on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import regex

from spanloom.ner.formats.spantext import split

_SEPARATOR = "\x1f"
_WITHOUT_SPACES = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Tai_Le}"
    r"\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}\p{Javanese}\p{Balinese}\p{Yi}\u3000-\u303f\uff00-\uff65]"
)
_MARK = regex.compile(r"[\p{M}\u200c\u200d\u0e33\u0eb3]")
_STARTS = (
    "start",
    "start_offset",
    "start_char",
    "start_index",
    "startOffset",
    "begin",
    "beginOffset",
    "offset",
    "from",
)
_ROUNDS = 16
"""How often what is left is looked at again; each place taken may leave another mention only one."""


class Mention(NamedTuple):
    """What was said of one entity."""

    words: tuple[str, ...]
    label: int
    """Type index in the schema's order."""
    nth: int | None
    """1 for the first place at which the words stand in the text, 2 for the second."""
    start: int | None
    """Characters before it in the text, if that was said."""


class LabelledSpan(NamedTuple):
    """Type index in the schema's order, first token, one past the last."""

    label: int
    start: int
    end: int


Place = tuple[int, int]
"""First character and one past the last, in a row of tokens."""


class UnlocatedError(ValueError):
    """A mention whose place cannot be told; `reason` is why."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


class TokenText:
    """Tokens in a row, and where words stand in it. A place is a first character and one past the last."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.row = _SEPARATOR.join(tokens)
        ends = list(accumulate(len(token) + 1 for token in tokens))
        self.starts = [0, *ends[:-1]] if tokens else []
        """The first character of each token."""
        self.separators = {end - 1 for end in ends[:-1]}

    def places(self, words: Sequence[str]) -> list[Place]:
        """Where the words stand as tokens, or cut from such as may be cut."""
        wanted, found, at = _SEPARATOR.join(words), [], -1
        within = [end - 1 for end in accumulate(len(word) + 1 for word in words)][:-1]
        while words and (at := self.row.find(wanted, at + 1)) >= 0:
            end = at + len(wanted)
            separated = [i for i in range(at, end) if i in self.separators]
            if separated == [at + i for i in within] and self.is_border(at) and self.is_border(end):
                found.append((at, end))
        return found

    def is_border(self, at: int) -> bool:
        """Whether a token begins or ends there, or may be cut there."""
        row = self.row
        if at in (0, len(row)) or at in self.separators or at - 1 in self.separators:
            return True
        if _MARK.match(row[at]) is not None:
            return False
        base = at - 1
        while base > 0 and base not in self.separators and _MARK.match(row[base]) is not None:
            base -= 1
        return _WITHOUT_SPACES.match(row[base]) is not None or _WITHOUT_SPACES.match(row[at]) is not None


def start_of(mention: Mapping[str, Any]) -> int | None:
    """The first of a mention's offsets, under any of the names that it goes by; None where none is given."""
    for name in _STARTS:
        if type(mention.get(name)) is int:
            return int(mention[name])
    for name in ("span", "offsets", "position", "indices"):
        pair = mention.get(name)
        if isinstance(pair, list) and len(pair) == 2 and all(type(x) is int for x in pair):
            return int(pair[0])
    return None


def locate(text: str, mentions: Sequence[Mention]) -> tuple[list[str], list[LabelledSpan]]:
    """The tokens of a text and where its mentions stand among them.

    Offsets count where the mention's words stand at them, then `nth`. What is left is placed where only one choice is:
    its words stand at as many places that no other mention takes as mentions of them are left; these are then taken in
    their order.

    Raises UnlocatedError: `length_mismatch` where the words do not stand in the text as tokens, or fewer times than
    they are mentioned; `ambiguous_mention` where they stand more often; `overlap` where mentions share words.
    """
    of = TokenText(split(text))
    every = {words: of.places(words) for words in {mention.words for mention in mentions}}
    placed: dict[int, Place] = {}
    by_offset = _by_offset(text) if any(mention.start is not None for mention in mentions) else {}
    for index, mention in enumerate(mentions):
        places, shown = every[mention.words], " ".join(mention.words)[:60]
        if not places:
            raise UnlocatedError("length_mismatch", f"entity {shown!r} does not stand in the text as words")
        at = by_offset.get(mention.start) if mention.start is not None else None
        here = next((place for place in places if place[0] == at), None)
        if here is not None:
            placed[index] = here
        elif mention.nth is not None:
            if not 1 <= mention.nth <= len(places):
                raise UnlocatedError("length_mismatch", f"entity {shown!r} does not stand there {mention.nth} times")
            placed[index] = places[mention.nth - 1]
    _refuse_overlaps(placed, mentions)
    _place_the_rest(mentions, every, placed, len(of.row))
    _refuse_overlaps(placed, mentions)
    return _cut(of, mentions, placed)


def _place_the_rest(
    mentions: Sequence[Mention], every: Mapping[tuple[str, ...], list[Place]], placed: dict[int, Place], size: int
) -> None:
    """Place what neither offsets nor numbers have placed, while there is only one choice."""
    rest: dict[tuple[str, ...], list[int]] = {}
    for index, mention in enumerate(mentions):
        if index not in placed:
            rest.setdefault(mention.words, []).append(index)
    taken = bytearray(size)
    for start, end in placed.values():
        taken[start:end] = b"\1" * (end - start)
    for _ in range(_ROUNDS):
        before = len(rest)
        for words in sorted(rest, key=lambda words: -sum(map(len, words))):  # what may lie within another comes after
            free = [place for place in every[words] if 1 not in taken[place[0] : place[1]]]
            if len(free) == len(rest[words]):
                for index, (start, end) in zip(rest.pop(words), free, strict=True):
                    placed[index] = (start, end)
                    taken[start:end] = b"\1" * (end - start)
        if len(rest) == before:
            break
    for words, indices in rest.items():
        shown = " ".join(words)[:60]
        free = [place for place in every[words] if 1 not in taken[place[0] : place[1]]]
        if len(free) > len(indices):
            how = f"stands in the text {len(every[words])} times; `nth` or `start` says where it is meant"
            raise UnlocatedError("ambiguous_mention", f"entity {shown!r} {how}")
        if len(every[words]) >= len(indices):
            raise UnlocatedError("overlap", f"entity {shown!r} stands only where another one does")
        raise UnlocatedError("length_mismatch", f"entity {shown!r} is listed more often than it stands there")


def _refuse_overlaps(placed: Mapping[int, Place], mentions: Sequence[Mention]) -> None:
    order = sorted(placed.items(), key=lambda item: item[1])
    for (_, before), (index, place) in pairwise(order):
        if place[0] < before[1]:
            shown = " ".join(mentions[index].words)[:60]
            raise UnlocatedError("overlap", f"entity {shown!r} shares words with another one")


def _by_offset(text: str) -> dict[int, int]:
    """Where each character of a text that is a token's stands in the row of its tokens."""
    places: dict[int, int] = {}
    place, i, parted = 0, 0, False
    while i < len(text):
        if text[i] == " ":
            parted = place > 0
            i += 1
            continue
        if parted:
            place, parted = place + 1, False
        places[i] = place
        i += 2 if text[i] == "\\" and text[i + 1 : i + 2] in ("\\", " ") else 1
        place += 1
    return places


def _cut(
    of: TokenText, mentions: Sequence[Mention], placed: Mapping[int, Place]
) -> tuple[list[str], list[LabelledSpan]]:
    borders = sorted({border for place in placed.values() for border in place})
    tokens: list[str] = []
    begins: dict[int, int] = {}  # a token by its first character, and one past it by its end
    ends: dict[int, int] = {}
    for start, token in zip(of.starts, of.tokens, strict=True):
        inside = borders[bisect_right(borders, start) : bisect_left(borders, start + len(token))]
        for first, last in pairwise([start, *inside, start + len(token)]):
            begins[first] = len(tokens)
            tokens.append(of.row[first:last])
            ends[last] = len(tokens)
    order = sorted(placed.items(), key=lambda item: item[1])
    return tokens, [LabelledSpan(mentions[index].label, begins[start], ends[end]) for index, (start, end) in order]
