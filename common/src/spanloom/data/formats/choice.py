"""Which columns hold tokens and tags: named by the user, by a header, or found. Said, or asked; never hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from spanloom.data.formats.raw import Layout
from spanloom.errors import DataError
from spanloom.ner.schemes import Spelling, is_outside, is_tag, spelling_of

_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_TOKEN_NAMES = ("token", "tokens", "word", "words", "form", "text")
_TAG_NAMES = (
    *("ner_tags", "ner_tag", "ner-tag", "ner-tags", "ner tag", "ner", "ne-coarse-lit", "ne", "named_entity", "iob2"),
    *("iob", "bio", "entity", "entities", "label", "labels", "tag", "tags"),
)
_GROUP_NAMES = ("sentence #", "sentence_id", "sent_id", "sentence id", "sentence_idx", "sentence", "sent")
_CHUNKS = frozenset(["NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "PREDP", "O"])
_STRONG = re.compile(r"O|[BIESLUMW][-_]\S.*|\S+[-_][BI]", re.IGNORECASE)
_ASK = "say which with `columns: [token, tag]` (counted from 0)"


class Index(NamedTuple):
    """A cell that numbers a token; `skipped` are CoNLL-U's ranges and empty nodes."""

    number: int
    skipped: bool


@dataclass(frozen=True)
class Choice:
    """The columns chosen. `key` is looked up inside the tag's cell, as in `NER=B-PER|SpaceAfter=No`; `index` says that
    the first column numbers tokens; `group` is a column that changes with the sentence, `ends` one that may hold
    `EndOfSentence`."""

    token: int
    tag: int
    spelling: Spelling
    key: str | None = None
    index: bool = False
    group: int | None = None
    ends: int | None = None
    outside: str = "O"
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[int | str, int | str]:
        """(token, tag) as `spanloom gold` shows them."""
        return self.token, f"{self.tag}:{self.key}" if self.key else self.tag

    def cell(self, path: Path, cells: Sequence[str], line: int, at: int) -> str:
        """A cell. Raises DataError where the line has fewer."""
        try:
            return cells[at]
        except IndexError:
            raise DataError(
                f"{len(cells)} columns where column {at} is asked for: {' '.join(cells)[:60]!r}",
                path=str(path),
                line=line,
            ) from None

    def tag_of(self, path: Path, cells: Sequence[str], line: int) -> str | None:
        """The tag of a line; None where it has none (`_`, or no such key)."""
        value = self.cell(path, cells, line, self.tag).strip()
        if self.key is not None:
            return _features(value).get(self.key)
        return None if value == "_" else value

    def is_tag(self, cells: Sequence[str]) -> bool:
        """Whether the cell at the tag's place could be a tag."""
        if not -len(cells) <= self.tag < len(cells):
            return False
        value = cells[self.tag].strip()
        if self.key is not None:
            return value == "_" or "=" in value
        return is_tag(value, self.spelling)


def looks_like_tag(value: str) -> bool:
    """Whether a value is `O` or a type with its place in the span: no word looks so by chance often."""
    return bool(_STRONG.fullmatch(value.strip()))


def index_shape(value: str) -> Index | None:
    """`3`, `3-4` (a range) and `3.1` (an empty node) number tokens; None for anything else.

    >>> index_shape("3-4")
    Index(number=3, skipped=True)
    """
    match = re.fullmatch(r"(\d+)(?:([-.])\d+)?", value.strip(), re.ASCII)
    return Index(int(match[1]), match[2] is not None) if match else None


def header_of(cells: Sequence[str], layout: Layout) -> list[str] | None:
    """The names of columns in lower case, where the first line is a header and no sentence's first token."""
    names = [cell.strip().casefold() for cell in cells]
    if any(map(looks_like_tag, cells)):
        return None
    asked = (layout.column or "").partition(":")[0].casefold()
    known = any(name in _TAG_NAMES for name in names[1:]) or sum(_is_known(name) for name in names) >= 2
    return names if known or (asked and not asked.isdecimal() and asked in names) else None


def _is_known(name: str) -> bool:
    return name in (*_TOKEN_NAMES, *_TAG_NAMES, *_GROUP_NAMES, *_CONLLU, "pos", "chunk") or name.startswith("ne-")


def choose(
    path: Path, sample: list[list[str]], layout: Layout, *, header: list[str] | None, line: int, apart: bool = True
) -> Choice:
    """The columns of tokens and tags.

    As `layout` says; else as a header names them; else the tag column is the one whose values are tags (chunks of
    CoNLL-2003 apart), the token column the first that does not number tokens. In a file that numbers tokens and has
    several tag columns the third holds the outer entities (Universal NER, GermEval). Elsewhere several are asked about.
    Where nothing else sets sentences `apart`, a first column of numbers that stay the same numbers these.

    Raises DataError that says what was found and which option helps.
    """
    found = _Finder(path, sample, layout, header, line, apart)
    if layout.columns is not None:
        return found.as_asked(*layout.columns)
    if layout.column is not None:
        return found.by_name(layout.column)
    return found.by_header() or found.by_content()


def all_tag_columns(path: Path, sample: list[list[str]]) -> tuple[int, tuple[int, ...]] | None:
    """The token column and the tag columns of a sample of rows without a header; None where there are no tags."""
    found = _Finder(path, sample, Layout(), None, 1)
    tags = found.entity_columns()
    return (int(found.numbered()), tuple(tags)) if tags else None


@dataclass(frozen=True)
class _Finder:
    path: Path
    sample: list[list[str]]
    layout: Layout
    header: list[str] | None
    line: int
    apart: bool = True

    @property
    def width(self) -> int:
        return min(map(len, self.sample))

    def values(self, at: int) -> list[str]:
        return [cells[at].strip() for cells in self.sample if -len(cells) <= at < len(cells)]

    def error(self, what: str) -> DataError:
        return DataError(what, path=str(self.path), line=self.line)

    def numbered(self) -> bool:
        """Whether the first column numbers tokens: whole numbers that rise within each sentence, ranges among them."""
        shapes = [index_shape(value) for value in self.values(0)]
        if self.width < 3 or None in shapes:
            return False
        numbers = [shape.number for shape in shapes if shape is not None]
        rising = sum(a <= b for a, b in pairwise(numbers))
        return numbers[0] <= 1 or 2 * rising >= len(numbers) - 1

    def numbers_sentences(self) -> bool:
        """Whether the first column numbers sentences rather than tokens: it never falls and stays the same at times."""
        shapes = [index_shape(value) for value in self.values(0)]
        numbers = [shape.number for shape in shapes if shape is not None and not shape.skipped]
        steps = [b - a for a, b in pairwise(numbers)]
        return not self.apart and self.numbered() and len(numbers) == len(shapes) and bool(steps) and min(steps) == 0

    def make(self, token: int, tag: int, spelling: Spelling, *notes: str, key: str | None = None) -> Choice:
        names = self.header or []
        ends = next((i for i, name in enumerate(names) if name == "misc"), None)
        tags = self.values(tag)
        group = next((i for i, name in enumerate(names) if name in _GROUP_NAMES and i not in (token, tag)), None)
        if group is None and 0 not in (token, tag) and self.numbers_sentences():
            group = 0
        return Choice(
            token,
            tag,
            spelling,
            key=key,
            index=0 not in (token, tag, group) and self.numbered(),
            group=group,
            ends=ends if ends not in (token, tag) else None,
            outside="*" if spelling == "(X*)" else next((value for value in tags if is_outside(value)), "O"),
            notes=notes,
        )

    def as_asked(self, token: int, tag: int) -> Choice:
        width = len(self.sample[0])
        if not all(-width <= at < width for at in (token, tag)) or token % width == tag % width:
            raise self.error(f"columns ({token}, {tag}) do not exist in a file of {width} columns (0 to {width - 1})")
        values = [value for value in self.values(tag) if value != "_"]
        spelling = spelling_of(set(values))
        if spelling is None:
            raise self.error(
                f"column {tag} holds no tags: {', '.join(map(repr, dict.fromkeys(values[:5])))[:80]}; expected IOB2 "
                "(O, B-X, I-X) or another scheme"
            )
        return self.make(token, tag, spelling)

    def token_column(self, tag: int) -> int:
        names = self.header or []
        named = next((names.index(name) for name in _TOKEN_NAMES if name in names), None)
        return named if named is not None and named != tag else int(self.numbered()) if tag else 1

    def by_name(self, asked: str) -> Choice:
        name, _, key = asked.partition(":")
        names = self.header or (list(_CONLLU) if len(self.sample[0]) == len(_CONLLU) else [])
        if name.casefold() in names:
            tag = names.index(name.casefold())
        elif re.fullmatch(r"-?\d+", name) and -self.width <= int(name) < self.width:
            tag = int(name)
        else:
            there = ", ".join(names) if names else f"0 to {self.width - 1}, the file has no header"
            raise self.error(f"no column {name!r}; there are {there}")
        if not key:
            return self.as_asked(self.token_column(tag), tag)
        values = {value for value in (_features(x).get(key) for x in self.values(tag)) if value}
        spelling = spelling_of(values)
        if spelling is None:
            keys = sorted({k for x in self.values(tag) for k in _features(x)})
            raise self.error(
                f"column {name} has no key {key!r} that holds tags; its keys are {', '.join(keys[:12]) or 'none'}"
            )
        return self.make(self.token_column(tag), tag, spelling, key=key)

    def by_header(self) -> Choice | None:
        names = self.header or []
        for name in _TAG_NAMES:
            if name in names[1:]:
                tag = names.index(name, 1)
                others = [x for i, x in enumerate(names) if i != tag and (x in _TAG_NAMES or x.startswith("ne-"))]
                chosen = self.as_asked(self.token_column(tag), tag)
                note = f"tags are taken from column {tag} ({name}); {', '.join(others)} hold tags too: `column` chooses"
                return self.make(chosen.token, tag, chosen.spelling, *([note] if others else []))
        return None

    def entity_columns(self) -> list[int]:
        """Columns of tags beside that of the tokens; those of chunks only where there are no others."""
        strong = [i for i in range(1 + self.numbered(), self.width) if self.holds_tags(i)]
        return [i for i in strong if not self.is_chunk(i)] or strong

    def by_content(self) -> Choice:
        tags = self.entity_columns()
        numbered = self.numbered()
        if not tags:
            return self.in_features() or self.plain()
        token = int(numbered)
        if len(tags) == 1 or (numbered and 2 in tags):
            tag = 2 if numbered and 2 in tags else tags[0]
            others = [i for i in range(token + 1, self.width) if i != tag and self.holds_tags(i)]
            spelled = spelling_of(set(self.tags_among(tag)))
            assert spelled is not None  # noqa: S101  holds_tags has found one
            why = f"tags are taken from column {tag}; {_and(others)} hold{'s' * (len(others) == 1)} tags too: `columns`"
            return self.make(token, tag, spelled, *([f"{why} chooses"] if others else []))
        raise self.error(
            f"columns {_and(tags)} hold tags, the first line of data is {' '.join(self.sample[0])[:60]!r}; {_ASK}"
        )

    def tags_among(self, at: int) -> list[str]:
        return [value for value in self.values(at) if _STRONG.fullmatch(value)]

    def holds_tags(self, at: int) -> bool:
        return 2 * len(self.tags_among(at)) > len(self.sample)

    def is_chunk(self, at: int) -> bool:
        return {value[2:] or "O" for value in self.tags_among(at)} <= _CHUNKS and any(
            len(value) > 1 for value in self.values(at)
        )

    def in_features(self) -> Choice | None:
        """CoNLL-U whose last column has one key with tags."""
        if self.width != len(_CONLLU):
            return None
        last = self.width - 1
        found: dict[str, list[str]] = {}
        for value in self.values(last):
            for key, tag in _features(value).items():
                found.setdefault(key, []).append(tag)
        keys = [key for key, tags in found.items() if all(_STRONG.fullmatch(t) for t in tags)]
        if len(keys) > 1:
            raise self.error(f"keys {_and(keys)} of MISC hold tags; say which with `column: MISC:{keys[0]}`")
        if not keys:
            return None
        chosen = self.by_name(f"{last}:{keys[0]}")
        return self.make(chosen.token, last, chosen.spelling, f"tags are taken from MISC:{keys[0]}", key=keys[0])

    def plain(self) -> Choice:
        """A column of brackets, of tags as `B.X`, or of type names beside `O`; or the error that says what there is."""
        bracketed = [i for i in range(1, self.width) if spelling_of(set(self.values(i))) == "(X*)"]
        pointed = [i for i in range(1, self.width) if self.holds_pointed(i)]
        tags = bracketed or pointed or [i for i in range(1, self.width) if self.holds_names(i)]
        token = int(self.numbered())
        tags = [i for i in tags if i != token]
        if len(tags) == 1:
            return self.make(token, tags[0], "(X*)" if bracketed else "B.X" if pointed else "X")
        if tags:
            raise self.error(f"columns {_and(tags)} may hold tags; {_ASK}")
        if self.holds_tags(0):
            raise self.error(
                f"tags stand in column 0, before the tokens ({' '.join(self.sample[0])[:60]!r}); give `columns: [1, 0]`"
            )
        raise self.error(
            f"no column holds IOB2 tags (O, B-X, I-X); the first line of data is {' '.join(self.sample[0])[:60]!r}. "
            "Give `columns: [token, tag]` (counted from 0) if they stand elsewhere"
        )

    def holds_pointed(self, at: int) -> bool:
        values = self.values(at)
        return any(map(is_outside, values)) and all(is_tag(value, "B.X") for value in values)

    def holds_names(self, at: int) -> bool:
        values = self.values(at)
        outside = sum(map(is_outside, values))
        return spelling_of(set(values)) == "X" and 5 * outside >= len(values)


def _features(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split("|"))
    return {key: tag for key, equals, tag in pairs if equals}


def _and(items: Sequence[int | str]) -> str:
    return " and ".join(map(str, items))
