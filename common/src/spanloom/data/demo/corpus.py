"""Gold sentences for the demo, drawn from parallel Danish and Swedish templates.

The corpus is MADE UP: the grammar and the words are real Danish (`da`) and Swedish (`sv`), the news is not, and most
organisations do not exist. Scores on it say that the system works and nothing about either language.

Train, dev and test share no template, no tail clause and no name. A name is dealt by its spelling, over both
languages and all types: `Lund` is a person and a place, in one split only, so that the context has to decide.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import cycle, product
from typing import TypeVar

from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash

T = TypeVar("T")

DEMO_LANGUAGES = ("da", "sv")
DEMO_SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
DEMO_SIZES = {"train": 300, "dev": 60, "test": 150}
DEMO_SEED = 3535

SPLIT_SHARES = {"train": 0.55, "dev": 0.15, "test": 0.30}
"""Shares of the templates, tails and names that each split has to itself."""

COMPOSED = {"PER": 360, "ORG": 330, "LOC": 240}
"""About how many names of a type are composed of parts, in a language."""

TAIL_SHARE = 0.3
"""Share of the sentences ending in a full stop that get a tail clause before it."""

_SLOT = re.compile(r"\{(\w+)\}(s?)")
"""A slot; the `s` of a genitive is kept apart."""


@dataclass(frozen=True)
class Material:
    """What the sentences of one language and split are made of.

    `fillers` maps a slot (`PER`, `time`, ...) to what may fill it: names dealt to this split, or words all share.
    """

    language: str
    templates: tuple[str, ...]
    tails: tuple[str, ...]
    fillers: dict[str, tuple[str, ...]]


def demo_corpus(language: str, seed: int = DEMO_SEED) -> dict[str, list[Sentence]]:
    """Train (300), dev (60) and test (150) sentences of a demo language, tags over `DEMO_SCHEMA`.

    The same language and seed give the same sentences on every machine. Raises DataError for another language.
    """
    if language not in DEMO_LANGUAGES:
        raise DataError(f"the demo corpus has no language {language!r}; it has {', '.join(DEMO_LANGUAGES)}")
    return {split: list(sentences) for split, sentences in _corpus(language, seed).items()}


@lru_cache(maxsize=8)
def _corpus(language: str, seed: int) -> dict[str, tuple[Sentence, ...]]:
    return {
        split: tuple(_sentences(material(language, split, seed), size, _random(seed, language, split)))
        for split, size in DEMO_SIZES.items()
    }


def material(language: str, split: str, seed: int = DEMO_SEED) -> Material:
    """The templates, tails, names and words that the seed deals to a language and split."""
    column = DEMO_LANGUAGES.index(language)
    templates, words, names = read_templates(), read_slots(), read_names()
    tails = words["tail"]
    rng = _random(seed, "deal")
    own_templates = _deal(range(len(templates)), rng)[split]
    own_tails = _deal(range(len(tails)), rng)[split]
    dealt: set[str] = set()
    own_names: set[str] = set()
    for names_of in names.values():
        own_names.update(_deal([name for name in names_of if name not in dealt], rng)[split])
        dealt.update(names_of)
    return Material(
        language=language,
        templates=tuple(templates[i][column] for i in own_templates),
        tails=tuple(tails[i][column] for i in own_tails),
        fillers={
            **{slot: tuple(pair[column] for pair in pairs) for slot, pairs in words.items() if slot != "tail"},
            **{kind: tuple(name for name in names[language, kind] if name in own_names) for kind in DEMO_SCHEMA.types},
        },
    )


def _random(*key: object) -> random.Random:
    return random.Random("/".join(map(str, key)))  # noqa: S311  (not for secrets)


def _deal(items: Iterable[T], rng: random.Random) -> dict[str, list[T]]:
    """Shuffle and cut into disjoint parts, by the shares of the splits."""
    shuffled = list(items)
    rng.shuffle(shuffled)
    dealt, done, share = {}, 0, 0.0
    for split, part in SPLIT_SHARES.items():
        share += part
        until = round(share * len(shuffled))
        dealt[split] = shuffled[done:until]
        done = until
    return dealt


def _sentences(stuff: Material, size: int, rng: random.Random) -> list[Sentence]:
    """`size` different sentences, every template used about equally often, in random order."""
    found: dict[str, Sentence] = {}
    for template in cycle(stuff.templates):
        if template.endswith(" .") and rng.random() < TAIL_SHARE:
            template = f"{template[:-2]} {rng.choice(stuff.tails)} ."
        sentence = fill(template, stuff, rng)
        found.setdefault(content_hash(sentence.tokens), sentence)
        if len(found) == size:
            break
    sentences = list(found.values())
    rng.shuffle(sentences)
    return sentences


def fill(template: str, stuff: Material, rng: random.Random) -> Sentence:
    """One sentence of a template; no filler comes twice in it.

    `{PER}s` is a genitive: it joins the name's last token (in Danish with an apostrophe after s, x and z).
    """
    tokens: list[str] = []
    tags: list[int] = []
    used: set[str] = set()
    for piece in template.split():
        slot = _SLOT.fullmatch(piece)
        if slot is None:
            tokens.append(piece)
            tags.append(0)
            continue
        kind, genitive = slot.groups()
        filler = rng.choice([candidate for candidate in stuff.fillers[kind] if candidate not in used])
        used.add(filler)
        words = (_genitive(filler, stuff.language) if genitive else filler).split()
        tokens += words
        if kind in DEMO_SCHEMA.types:
            begin = DEMO_SCHEMA.id_of(f"B-{kind}")
            tags += [begin, *[begin + 1] * (len(words) - 1)]
        else:
            tags += [0] * len(words)
    tokens[0] = tokens[0][0].upper() + tokens[0][1:]
    return Sentence(tuple(tokens), tuple(tags))


def _genitive(name: str, language: str) -> str:
    if name[-1].lower() in "sxz":
        return f"{name}'" if language == "da" else name
    return f"{name}s"


@cache
def read_templates() -> tuple[tuple[str, str], ...]:
    """(Danish, Swedish) pairs of templates.txt. Raises DataError where a line has no counterpart of the same slots."""
    pairs: list[tuple[str, str]] = []
    danish = ""
    for number, line in _lines("templates.txt"):
        language, text = line[:2], line[3:]
        if language == "da" and not danish:
            danish = text
        elif language == "sv" and danish and sorted(_SLOT.findall(danish)) == sorted(_SLOT.findall(text)):
            pairs.append((danish, text))
            danish = ""
        else:
            raise DataError(
                f"expected a da line, then an sv line with the same slots; got {line!r}",
                path="templates.txt",
                line=number,
            )
    return tuple(pairs)


@cache
def read_slots() -> dict[str, tuple[tuple[str, str], ...]]:
    """(Danish, Swedish) pairs for each slot of slots.txt. Raises DataError for an unpaired line."""
    slots: dict[str, list[tuple[str, str]]] = {}
    for number, section, line in _sections("slots.txt"):
        danish, bar, swedish = line.partition(" | ")
        if not bar:
            raise DataError(f"expected 'danish | swedish'; got {line!r}", path="slots.txt", line=number)
        slots.setdefault(section, []).append((danish, swedish))
    return {slot: tuple(pairs) for slot, pairs in slots.items()}


@cache
def read_names() -> dict[tuple[str, str], tuple[str, ...]]:
    """Different names for each (language, entity type): those written out, and `COMPOSED` made of parts.

    A pattern such as `{first} {surname}` gives as many names as the type's other patterns, drawn at random once for
    all: the names are the same for every seed of the corpus, which only deals them to the splits.
    """
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    for language in DEMO_LANGUAGES:
        parts: dict[str, list[str]] = {}
        for _, section, line in _sections(f"names_{language}.txt"):
            parts.setdefault(section, []).extend(part.strip() for part in line.split(";"))
        for kind in DEMO_SCHEMA.types:
            rng = _random("names", language, kind)
            patterns = [entry for entry in parts[kind] if "{" in entry]
            composed = [
                name
                for pattern in patterns
                for name in rng.sample(_fills(pattern, parts), round(COMPOSED[kind] / len(patterns)))
            ]
            whole = [entry for entry in parts[kind] if "{" not in entry]
            names[language, kind] = tuple(dict.fromkeys(whole + composed))
    return names


def _fills(pattern: str, parts: dict[str, list[str]]) -> list[str]:
    """All names a pattern over parts stands for."""
    slots = _SLOT.findall(pattern)
    choices = [[(slot, part) for part in parts[slot]] for slot, _ in slots]
    return [pattern.format_map(dict(chosen)) for chosen in product(*choices)]


def _sections(name: str) -> Iterator[tuple[int, str, str]]:
    """(1-based number, section, text) of each line below a `[section]`. Raises DataError for a line above the first."""
    section = ""
    for number, line in _lines(name):
        if line.startswith("["):
            section = line.strip("[]")
        elif section:
            yield number, section, line
        else:
            raise DataError(f"expected a [section] first; got {line!r}", path=name, line=number)


def _lines(name: str) -> list[tuple[int, str]]:
    """(1-based number, text) of each line of a data file that is neither empty nor a comment."""
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    return [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
