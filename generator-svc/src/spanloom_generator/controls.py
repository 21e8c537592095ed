"""What a prompt asks for beside its examples: names and topics, dealt to calls so that none is asked for too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from spanloom.contracts.sources import PromptSpec
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom_generator.seeds import PromptSplit, SeedPlan, mixed

T = TypeVar("T")


class Name(NamedTuple):
    """A name to ask for, and the gold train sentence it was taken from (None: from a file or from accepted samples)."""

    text: str
    place: int | None = None


Names = dict[str, list[Name]]
"""Names by entity type."""


@dataclass(frozen=True)
class Asked:
    """What one call asks for; `places` are the gold train sentences whose names it shows."""

    names: Mapping[str, tuple[str, ...]]
    topics: tuple[str, ...]
    places: tuple[int, ...] = ()

    def names_told(self) -> str:
        """A line a type: `- PER: Anna Holm; Bo Juul`."""
        return "\n".join(f"- {type_}: {'; '.join(names)}" for type_, names in self.names.items() if names)

    def topics_told(self) -> str:
        """The topics in one line."""
        return "; ".join(self.topics)


@dataclass(frozen=True)
class Controls:
    """What the calls of a source, a language and a split are dealt from: names by type and topics, in order.

    `first` is the call that begins with the first of the names.
    """

    names: Mapping[str, Sequence[Name]]
    names_per_call: int
    topics: Sequence[str]
    topics_per_call: int
    first: int = 0

    def of(self, call: int) -> Asked:
        """What a call asks for. Slot after slot goes to the next type, so that the types share them evenly."""
        kinds = [type_ for type_, names in self.names.items() if names]
        here = call - self.first
        shown: dict[str, list[Name]] = {}
        for i, type_ in enumerate(kinds):
            start, end = (-(-(self.names_per_call * n - i) // len(kinds)) for n in (here, here + 1))
            shown[type_] = dealt(self.names[type_], start, end - start)
        return Asked(
            {type_: tuple(name.text for name in names) for type_, names in shown.items()},
            tuple(dealt(self.topics, call * self.topics_per_call, self.topics_per_call)),
            tuple(sorted({name.place for names in shown.values() for name in names if name.place is not None})),
        )


def dealt(items: Sequence[T], start: int, count: int) -> list[T]:
    """`count` items from `start` on, beginning again at the end; each once at most.

    >>> dealt("abc", 2, 2), dealt("abc", 1, 9)
    (['c', 'a'], ['b', 'c', 'a'])
    """
    return [items[(start + i) % len(items)] for i in range(min(count, len(items)))] if items else []


def names_by_split(
    prompt: PromptSpec,
    plan: SeedPlan,
    schema: LabelSchema,
    gold_train: Sequence[Sentence],
    listed: Mapping[str, Sequence[str]],
) -> dict[PromptSplit, Names]:
    """The names that the calls of each split may ask for: those `listed` by type, shared out, and of the gold seeds.

    No name of the train calls is among those of the dev calls.
    """
    out: dict[PromptSplit, dict[str, dict[str, Name]]] = {
        split: {type_: {} for type_ in schema.types} for split in ("train", "dev")
    }
    for type_, texts in listed.items():
        if type_ not in schema.types:  # a label that this language's data lack
            continue
        order = sorted(texts, key=lambda text: mixed(plan.seed, "deal", type_, text))
        of_dev = round(len(order) * plan.dev_calls / (plan.calls + plan.dev_calls))
        for i, text in enumerate(order):
            out["dev" if i < of_dev else "train"][type_][text] = Name(text)
    if prompt.names is not None and prompt.names.gold:
        for split, found in out.items():
            for place in plan.pool_of(split):
                for kind, text in mentions(gold_train[place]):
                    found[schema.types[kind]].setdefault(text, Name(text, place))
    for type_, of_train in out["train"].items():
        for text in of_train:
            out["dev"][type_].pop(text, None)
    return {split: {type_: list(names.values()) for type_, names in found.items()} for split, found in out.items()}


def controls_of(
    prompt: PromptSpec,
    names: Names,
    split: PromptSplit,
    seed: int,
    schema: LabelSchema,
    *,
    accepted: Sequence[Sentence] | None = None,
    start: int = 0,
) -> Controls:
    """The names and topics of a split's calls, shuffled by the source's seed.

    With the samples `accepted` so far, names that these hold least often come first, from call `start` on; names that
    stand in them alone are taken in.
    """
    uses: Counter[tuple[str, str]] = Counter()
    pool = {type_: list(found) for type_, found in names.items()}
    if accepted is not None and prompt.names is not None and prompt.names.accepted:
        uses = Counter((schema.types[kind], text) for sentence in accepted for kind, text in mentions(sentence) if text)
        known = {(type_, name.text) for type_, found in names.items() for name in found}
        for type_, text in uses.keys() - known:
            pool[type_].append(Name(text))
    for type_, found in pool.items():
        found.sort(key=lambda name: (uses[type_, name.text], mixed(seed, split, type_, name.text)))
    topics = sorted(dict.fromkeys(prompt.topics), key=lambda topic: mixed(seed, split, "topic", topic))
    per_call = prompt.names.per_call if prompt.names is not None else 0
    return Controls(pool, per_call, topics, prompt.topics_per_call, start if uses else 0)


def mentions(sentence: Sentence) -> list[tuple[int, str]]:
    """The entities of a sentence: type index and words, a space between them."""
    return [(span.type, " ".join(sentence.tokens[span.start : span.end])) for span in spans_of(sentence.tags)]


def read_names(text: str, schema: LabelSchema, path: str) -> dict[str, list[str]]:
    """Names by type of a file's text, a line each: entity type, tab, name. Raises DataError with the line's number."""
    found: dict[str, dict[str, None]] = {type_: {} for type_ in schema.types}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        type_, tab, name = line.partition("\t")
        if not tab or not name.strip():
            raise DataError("holds no name; a line is an entity type, a tab, a name", path=path, line=number)
        if type_.strip() not in found:
            allowed = ", ".join(schema.types)
            raise DataError(f"{type_.strip()!r} is not one of the labels {allowed}", path=path, line=number)
        found[type_.strip()][" ".join(name.split())] = None
    return {type_: list(names) for type_, names in found.items()}
