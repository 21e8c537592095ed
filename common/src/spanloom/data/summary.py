"""What gold data hold and how they were read, as `spanloom gold` and `spanloom plan` show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import regex

from spanloom.data.formats.raw import LostAnnotation, RawSentence
from spanloom.data.reading import Annotated
from spanloom.ner.schemes import begun

MARKED_SHARE = 0.1
"""Where punctuation is glued to words in this share of places or more, and split off in as many, it is told."""
_SHOWN = 5
_MARK = regex.compile(r"[^\w\s]+")
_GLUED = regex.compile(r"\w[.,;:!?]+")


class Punctuation(NamedTuple):
    """How punctuation is cut: marks that are tokens of their own, those of them that touch an entity, and words that
    end in a mark (`restaurant.`)."""

    split: int
    beside_entities: int
    glued: int

    @property
    def mixed(self) -> bool:
        """Whether both occur often: a model can tell entities by how the text is cut."""
        return min(self.split, self.glued) >= max(1, MARKED_SHARE * (self.split + self.glued))

    @property
    def note(self) -> str | None:
        """What is to be said of it."""
        if not self.mixed:
            return None
        return (
            f"punctuation is split off in {self.split:,} places ({self.beside_entities:,} of them, "
            f"{self.beside_entities / self.split:.0%}, beside entities) and glued to its word in {self.glued:,}: "
            "models learn from the cut, not from the words; `tokens: words` cuts all text by one rule"
        )


def punctuation(rows: Iterable[RawSentence]) -> Punctuation:
    """How punctuation is cut in sentences: a mark touches an entity when the token before or after is in one."""
    split = beside = glued = 0
    for row in rows:
        tags = ("O", *row.tags, "O")
        for i, token in enumerate(row.tokens):
            if _MARK.fullmatch(token):
                split += 1
                beside += tags[i] != "O" or tags[i + 2] != "O"
            elif _GLUED.search(token, max(0, len(token) - 4)) and token[-1] in ".,;:!?":
                glued += 1
    return Punctuation(split, beside, glued)


@dataclass(frozen=True)
class GoldSummary:
    """Counts of sentences in IOB2 and the way they came; `first` is the first sentence.

    `entities` by type; `orphans` are I-X that continue nothing; `dropped` entities by type that were left out or are
    read as O; `repaired` tags that the conversion to IOB2 changed; `lost` the first annotations left out.
    """

    sentences: int
    tokens: int
    entities: Mapping[str, int]
    scheme: str
    columns: tuple[int | str, int | str] | None
    orphans: int
    dropped: Mapping[str, int]
    first: Mapping[str, Sequence[str]]
    format: str
    repaired: int
    punctuation: Punctuation
    notes: tuple[str, ...]
    lost: tuple[LostAnnotation, ...]

    def as_dict(self) -> dict[str, Any]:
        """One JSON object."""
        return {**asdict(self), "punctuation": self.punctuation._asdict()}


def summarise(
    rows: Sequence[RawSentence],
    parts: Sequence[Annotated],
    *,
    dropped: Mapping[str, int] | None = None,
    notes: Sequence[str] = (),
) -> GoldSummary:
    """Count sentences that were read from `parts`. `dropped` are entities of types that are read as O."""
    entities: Counter[str] = Counter()
    orphans = 0
    for row in rows:
        fixed = begun(row.tags)
        entities.update(tag[2:] for tag in fixed if tag[0] == "B")
        orphans += sum(a != b for a, b in zip(fixed, row.tags, strict=True))
    lost = tuple(each for part in parts for each in part.lost)
    left_out = Counter(each.type for each in lost) + Counter(dropped or {})
    marks = punctuation(rows)
    told = [*dict.fromkeys([*(note for part in parts for note in part.notes), *notes])]
    return GoldSummary(
        sentences=len(rows),
        tokens=sum(len(row.tokens) for row in rows),
        entities=dict(sorted(entities.items())),
        scheme=" and ".join(dict.fromkeys(part.scheme for part in parts)),
        columns=parts[0].columns if parts else None,
        orphans=orphans,
        dropped=dict(sorted(left_out.items())),
        first={"tokens": rows[0].tokens, "ner_tags": rows[0].tags} if rows else {"tokens": (), "ner_tags": ()},
        format=" and ".join(dict.fromkeys(part.format for part in parts)),
        repaired=sum(part.repaired for part in parts),
        punctuation=marks,
        notes=(*told, *([marks.note] if marks.note else [])),
        lost=lost[:_SHOWN],
    )


def marked(tokens: Sequence[str], tags: Sequence[str]) -> str:
    """A sentence with its entities in brackets.

    >>> marked(["Anna", "Berg", "bor", "i", "Oslo"], ["B-PER", "I-PER", "O", "O", "B-LOC"])
    '[PER Anna Berg] bor i [LOC Oslo]'
    """
    out: list[str] = []
    for token, tag in zip(tokens, begun(tags), strict=True):
        if tag[0] == "I":
            out[-1] = f"{out[-1][:-1]} {token}]"
        else:
            out.append(token if tag == "O" else f"[{tag[2:]} {token}]")
    return " ".join(out)
