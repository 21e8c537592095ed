"""Tagging schemes: which one some tags are in, and the same spans in IOB2.

    IOB2    B-X begins every span, I-X continues it
    IOB1    I-X begins and continues a span; B-X begins one that directly follows another of its type
    IO      one tag a type, X or I-X: neighbours of one type are one span
    BIOES   B- I- E- begin, continue and end a span, S- is one of a single token (also written IOBES, BMES, BMEWO)
    BILOU   the same with L- and U- (spaCy's BILUO)
    BRACKETS  CoNLL-2005 and 2012: `(X*`, `*`, `*)`, `(X)`

Tags are spelled `B-X`, `B_X`, `B.X` (or with `:`, `/`, `|` or `=`), `X-B` or `X_B`, in upper or lower case. Where every
tag is in lower case (`b-per`, `o`) types are given back in upper case, for a tool has folded them; else types stay as
they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from spanloom.errors import SchemaError

SchemeName = Literal["IOB2", "IOB1", "IO", "BIOES", "BILOU", "BRACKETS"]
Spelling = Literal["B-X", "B_X", "B.X", "X-B", "X_B", "X", "(X*)"]

_PREFIXES = "BIESLUMW"
_PATTERNS: dict[Spelling, re.Pattern[str]] = {
    "B-X": re.compile(rf"(?P<place>[{_PREFIXES}])-(?P<type>\S.*)", re.IGNORECASE),
    "B_X": re.compile(rf"(?P<place>[{_PREFIXES}])_(?P<type>\S.*)", re.IGNORECASE),
    "B.X": re.compile(rf"(?P<place>[{_PREFIXES}])[.:/|=](?P<type>\S.*)", re.IGNORECASE),
    "X-B": re.compile(rf"(?P<type>\S.*)-(?P<place>[{_PREFIXES}])", re.IGNORECASE),
    "X_B": re.compile(rf"(?P<type>\S.*)_(?P<place>[{_PREFIXES}])", re.IGNORECASE),
}
_BRACKET = re.compile(r"\*|\*\)|\((?P<type>[^\s()*]+)(\*\)?|\))")
_PLAIN = re.compile(r"[^\W\d_][\w.&/+-]*")
_BEGINS, _INSIDE, _ENDS, _SINGLE = "B", "IM", "EL", "SUW"


class Scheme(NamedTuple):
    """A tagging scheme and how its tags are spelled; `folded` where all of them are in lower case."""

    name: SchemeName
    spelling: Spelling = "B-X"
    folded: bool = False

    @property
    def is_iob2(self) -> bool:
        """Whether tags are IOB2 as they stand: nothing is to be converted."""
        return self == Scheme("IOB2")

    def __str__(self) -> str:
        case = ", in lower case" if self.folded else ""
        return (
            self.name
            if self.spelling in ("B-X", "(X*)") and not case
            else f"{self.name} (spelled {self.spelling}{case})"
        )


class OddTag(SchemaError):
    """A tag that is in no scheme, or not in that of the others; `tag` is it."""

    def __init__(self, tag: str, what: str) -> None:
        self.tag = tag
        super().__init__(what)


def is_outside(tag: str) -> bool:
    """Whether a tag says that its token is in no span."""
    return tag in ("O", "o")


def spelling_of(tags: Collection[str]) -> Spelling | None:
    """How most of the distinct tags are spelled; None where that is no spelling of tags.

    Plain type names are tags only beside an `O`.
    """
    inside = [tag for tag in tags if not is_outside(tag)]
    if not inside:
        return "B-X" if tags else None
    for spelling, pattern in _PATTERNS.items():
        places = [match["place"].upper() for tag in inside if (match := pattern.fullmatch(tag))]
        # One B-X among plain names is a tag beside mistakes, no name.
        if 2 * len(places) > len(inside) or "B" in places or "I" in places:
            return spelling
    if all(_BRACKET.fullmatch(tag) for tag in inside) and any(tag.startswith("(") for tag in inside):
        return "(X*)"
    if len(inside) < len(tags) and all(_PLAIN.fullmatch(tag) for tag in inside):
        return "X"
    return None


def is_tag(value: str, spelling: Spelling) -> bool:
    """Whether a value is a tag in this spelling."""
    if spelling == "(X*)":
        return bool(_BRACKET.fullmatch(value))
    pattern = _PLAIN if spelling == "X" else _PATTERNS[spelling]
    return is_outside(value) or bool(pattern.fullmatch(value))


def find_scheme(sentences: Iterable[Sequence[str]], *, declared: Collection[str] = ()) -> Scheme:
    """The scheme that tags are in, sentence by sentence; `declared` are tag names that a data set has beside.

    IOB1 and IOB2 differ where a span begins: tags are IOB1 when some span begins with I-X and no B-X stands elsewhere
    than directly after a span of its type. Raises OddTag for a tag that does not fit the others.
    """
    rows = [tuple(tags) for tags in sentences]
    distinct = dict.fromkeys([*(tag for tags in rows for tag in tags), *declared])
    spelling = spelling_of(distinct)
    if spelling is None:
        odd = next((tag for tag in distinct if not is_outside(tag)), "")
        raise OddTag(odd, f"tag {odd!r} is not IOB2; expected O, B-X or I-X (IOB1, IO, BIOES and BILOU are read too)")
    for tag in distinct:
        if not is_tag(tag, spelling):
            raise OddTag(tag, f"tag {tag!r} is not IOB2; expected O, B-X or I-X, or one scheme throughout")
    folded = any(tag != "*" for tag in distinct) and all(tag == tag.lower() for tag in distinct) and spelling != "(X*)"
    folded = folded and any(tag.upper() != tag for tag in distinct)
    if spelling == "(X*)":
        return Scheme("BRACKETS", spelling)
    if spelling == "X":
        return Scheme("IO", spelling, folded)
    places = {place: tag for tag in distinct if not is_outside(tag) for place in [_parse(tag, spelling)[0]]}
    ends, singles = places.keys() & set("ESMW"), places.keys() & set("LU")
    if ends and singles:
        odd = places[min(singles)]
        raise OddTag(odd, f"tag {odd!r} is of BILOU, {places[min(ends)]!r} of BIOES; expected one scheme throughout")
    if ends or singles:
        return Scheme("BIOES" if ends else "BILOU", spelling, folded)
    return Scheme("IOB1" if _is_iob1(rows, spelling) else "IOB2", spelling, folded)


def to_iob2(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """Tags of one sentence in IOB2, spelled `B-X`, with the same spans.

    A span of BIOES or BILOU that breaks off is read as far as it goes; what continues nothing stays an orphan I-X.
    """
    if scheme.is_iob2:
        return tuple(tags)
    if scheme.name == "BRACKETS":
        return _from_brackets(tags)
    out: list[str] = []
    before = ""  # the type of the span that may go on
    for tag in tags:
        if is_outside(tag):
            out.append("O")
            before = ""
            continue
        place, kind = _parse(tag, scheme.spelling)
        kind = kind.upper() if scheme.folded else kind
        if scheme.name in ("IO", "IOB1"):
            place = "B" if kind != before or (place == "B" and scheme.name == "IOB1") else "I"
        out.append(("B-" if place in _BEGINS + _SINGLE else "I-") + kind)
        before = "" if place in _ENDS + _SINGLE else kind
    return tuple(out)


def begun(tags: Sequence[str]) -> tuple[str, ...]:
    """IOB2 tag names with each orphan I-X (after O or another type) turned into B-X: the same spans."""
    out: list[str] = []
    before = "O"
    for tag in tags:
        out.append("B" + tag[1:] if tag[0] == "I" and before[1:] != tag[1:] else tag)
        before = tag
    return tuple(out)


def continued(tag: str) -> str:
    """The IOB2 tag of a further token of the same span."""
    return "I" + tag[1:] if tag[0] == "B" else tag


def _parse(tag: str, spelling: Spelling) -> tuple[str, str]:
    """(place letter, type) of a tag that is not O."""
    if spelling == "X":
        return "I", tag
    match = _PATTERNS[spelling].fullmatch(tag)
    if match is None:
        raise OddTag(tag, f"tag {tag!r} is not spelled {spelling} as the others are")
    return match["place"].upper(), match["type"]


def _is_iob1(rows: Iterable[Sequence[str]], spelling: Spelling) -> bool:
    found: Counter[str] = Counter()
    for tags in rows:
        before = ""
        for tag in tags:
            if is_outside(tag):
                before = ""
                continue
            place, kind = _parse(tag, spelling)
            if place == "B" and kind != before:
                return False
            found[place] += kind != before
            before = kind
    return found["I"] > 0


def _from_brackets(tags: Sequence[str]) -> tuple[str, ...]:
    out: list[str] = []
    kind = ""
    for tag in tags:
        match = _BRACKET.fullmatch(tag)
        begun = match["type"] if match else None
        if begun:
            kind = begun
        out.append(f"B-{kind}" if begun else f"I-{kind}" if kind else "O")
        if tag.endswith(")"):
            kind = ""
    return tuple(out)
