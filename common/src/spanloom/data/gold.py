"""Gold data of a language: found, read, counted, over the run's label schema. Whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import orjson

from spanloom.contracts.gold import Folds, Fractions, GoldSpec, Split
from spanloom.contracts.sources import TrainFile
from spanloom.data.formats.raw import RawSentence
from spanloom.data.places import SPLITS as SPLITS
from spanloom.data.places import find_place, layout_of
from spanloom.data.reading import Annotated, in_iob2, read_annotated
from spanloom.data.roots import DATA_ENV, find_beneath, only_beneath
from spanloom.data.subset import permutation
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.schemes import begun, continued
from spanloom.ner.sentence import Sentence, content_hash
from spanloom.ner.spans import orphans, spans_of
from spanloom.ner.words import cut_tokens

WHOLE = "whole"
"""The name of one file's sentences before they are divided."""

DEV_SHARE, DEV_SEED = 0.1, 3535
"""What is held out of train where a data set has no dev set."""


@dataclass(frozen=True)
class SplitCounts:
    """What a gold split holds over the run's schema.

    `entities` by type; `orphans` are I-X without a B-X or I-X before; `dropped` are entities of types read as O.
    """

    sentences: int
    tokens: int
    entities: Mapping[str, int]
    orphans: int
    dropped: Mapping[str, int]


@dataclass(frozen=True)
class GoldData:
    """Gold sentences by split over the run's schema, with the hash of each split and where it was found.

    `notes` say what was chosen, converted, held out or left out on the way.
    """

    language: str
    schema: LabelSchema
    origin: str
    splits: Mapping[Split, list[Sentence]]
    hashes: Mapping[Split, str]
    counts: Mapping[Split, SplitCounts]
    missing_types: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    places: Mapping[Split, list[int]] = field(default_factory=dict)
    """Where each sentence stands, from 0, in the file that it was read from: what goes with it line by line, such as
    recorded translations, is found by this whatever was held out of the file or cut off."""

    def __getitem__(self, split: Split) -> list[Sentence]:
        return self.splits[split]


def load_gold(
    spec: GoldSpec,
    schema: LabelSchema,
    *,
    language: str,
    roots: Sequence[Path],
    hub: bool = True,
) -> GoldData:
    """Train, dev and test of a language over the run's schema.

    `roots` are the folders that are searched for named data and relative paths, and beneath which all files must lie;
    `hub=False` never asks the Hugging Face hub. Types of a named data set that the run does not ask for are read as O
    and counted; in files of the user's own they are an error unless `spec.mapping` names them, so that a misspelt tag
    is not lost.

    Raises DataError with file, line and what was expected; nothing is returned half-loaded.
    """
    found = annotated_splits(spec, roots, hub=hub)
    return over_schema(found, spec, schema, language)


@dataclass(frozen=True)
class Splits:
    """IOB2 sentences by split, or under `whole` before it is divided, as the data have them: no labels, no mapping.

    `parts` are the files as they were read; `known_types` those of a known data set.
    """

    rows: Mapping[str, list[RawSentence]]
    paths: Mapping[str, str]
    origin: str
    parts: Mapping[str, Annotated]
    notes: tuple[str, ...] = ()
    known_types: tuple[str, ...] = ()
    places: Mapping[str, list[int]] = field(default_factory=dict)
    """Where each row stands in its file, by split, once it is divided."""


def annotated_splits(spec: GoldSpec, roots: Sequence[Path], *, hub: bool) -> Splits:
    """Train, dev and test of a specification in IOB2: read, converted, divided, cut into words. Raises DataError."""
    found = annotated_parts(spec, roots, hub=hub)
    divided = _divided(spec, found)
    # Rows keep their identity on the way from a file to a split.
    at = {id(row): place for rows in found.rows.values() for place, row in enumerate(rows)}
    places = {split: [at[id(row)] for row in rows] for split, rows in divided.rows.items()}
    return replace(divided, places=places)


def _divided(spec: GoldSpec, found: Splits) -> Splits:
    if WHOLE in found.rows:
        rows, folds = found.rows[WHOLE], spec.folds
        divided = fold_of(rows, folds, found.origin) if folds else divide(rows, _fractions(spec), found.origin)
        return replace(found, rows=divided, paths=dict.fromkeys(SPLITS, found.origin))
    if "dev" in found.rows:
        return found
    held = hold_out_dev(found.rows["train"], found.paths["train"])
    note = (
        f"there is no dev set: {len(held['dev']):,} sentences are held out of train ({DEV_SHARE:.0%}, seed "
        f"{DEV_SEED}), which keeps {len(held['train']):,}"
    )
    rows_of = {str(split): {**found.rows, **held}[split] for split in SPLITS}
    return replace(found, rows=rows_of, paths={**found.paths, "dev": found.paths["train"]}, notes=(*found.notes, note))


def _fractions(spec: GoldSpec) -> Fractions:
    return spec.fractions or Fractions()


def annotated_parts(spec: GoldSpec, roots: Sequence[Path], *, hub: bool) -> Splits:
    """The files of a specification in IOB2 as they are there: by split, or one under `whole`. Raises DataError."""
    if spec.demo is not None:
        return _demo_splits(spec.demo)
    place = find_place(spec, roots, hub=hub)
    raw = {WHOLE: [place.whole]} if place.whole is not None else {str(s): files for s, files in place.files.items()}
    parts = in_iob2(raw, spec.scheme)
    if spec.tokens == "words":
        parts = {name: replace(part, sentences=cut_words(part.sentences)) for name, part in parts.items()}
    notes = list(dict.fromkeys(note for part in parts.values() for note in part.notes))
    rows = {name: part.sentences for name, part in parts.items()}
    paths = {WHOLE: place.origin} if place.whole is not None else {str(s): path for s, path in place.paths.items()}
    return Splits(rows, paths, place.origin, parts, tuple(notes), place.known_types)


def cut_words(rows: Sequence[RawSentence]) -> list[RawSentence]:
    """Sentences whose tokens are cut by the rule of `spanloom.ner.words`; spans keep to the cut."""
    out = []
    for row in rows:
        cut = cut_tokens(row.tokens)
        if len(cut.tokens) == len(row.tokens):
            out.append(row)
            continue
        firsts = (i == 0 or cut.origin[i - 1] != place for i, place in enumerate(cut.origin))
        tags = [row.tags[p] if f else continued(row.tags[p]) for p, f in zip(cut.origin, firsts, strict=True)]
        lines = tuple(row.line_of(place) for place in cut.origin)
        out.append(RawSentence(cut.tokens, tuple(tags), row.line, row.step, lines))
    return out


def _demo_splits(language: Literal["da", "sv"]) -> Splits:
    from spanloom.data.demo import demo_corpus

    corpus = demo_corpus(language)
    demo = LabelSchema.of(["PER", "ORG", "LOC"])
    rows = {
        str(split): [RawSentence(s.tokens, tuple(demo.names(s.tags)), i + 1) for i, s in enumerate(corpus[split])]
        for split in SPLITS
    }
    parts = {split: Annotated(found, "demo", "IOB2", None, 0, (), ()) for split, found in rows.items()}
    return Splits(rows, dict.fromkeys(SPLITS, "demo"), f"demo corpus ({language})", parts, known_types=demo.types)


def split_hash(sentences: Iterable[Sentence], schema: LabelSchema) -> str:
    """SHA-256, hex, of tokens and tag names in order: the same whatever file the split came from."""
    digest = hashlib.sha256()
    for sentence in sentences:
        digest.update(orjson.dumps([sentence.tokens, schema.names(sentence.tags)]) + b"\n")
    return digest.hexdigest()


def count(sentences: Sequence[Sentence], schema: LabelSchema, dropped: Mapping[str, int] | None = None) -> SplitCounts:
    """Sentences, tokens, entities by type and orphans of a split."""
    entities = Counter(schema.types[span.type] for s in sentences for span in spans_of(s.tags))
    return SplitCounts(
        sentences=len(sentences),
        tokens=sum(len(s.tokens) for s in sentences),
        entities={name: entities[name] for name in schema.types},
        orphans=sum(len(orphans(s.tags)) for s in sentences),
        dropped=dict(dropped or {}),
    )


def load_training_file(spec: TrainFile, schema: LabelSchema, *, language: str, roots: Sequence[Path]) -> GoldData:
    """Training sentences of one file over the run's schema; dev and test are empty. Raises DataError."""
    path = find_beneath(spec.file, roots, kind="file", what="training sentences", setting=DATA_ENV)
    as_gold = GoldSpec(**spec.model_dump())
    with only_beneath(roots):
        part = read_annotated(path, layout_of(as_gold))
    rows = cut_words(part.sentences) if as_gold.tokens == "words" else part.sentences
    paths = dict.fromkeys(map(str, SPLITS), str(path))
    found = Splits({"train": rows, "dev": [], "test": []}, paths, str(path), {"train": part}, part.notes)
    return over_schema(found, as_gold, schema, language)


def divide(rows: Sequence[RawSentence], fractions: Fractions, path: Path | str) -> dict[str, list[RawSentence]]:
    """One file as three splits: exact copies removed (the first stays), the rest permuted and cut.

    Raises DataError where a split would be empty.
    """
    unique = _unique(rows)
    order = permutation(len(unique), fractions.seed)
    n_test, n_dev = max(1, round(len(order) * fractions.test)), max(1, round(len(order) * fractions.dev))
    return _cut(unique, order[:n_test], order[n_test:], n_dev, path, "smaller fractions")


def hold_out_dev(rows: Sequence[RawSentence], path: Path | str) -> dict[str, list[RawSentence]]:
    """Train and dev of a train split that comes without: a share of it by a fixed seed, copies on one side.

    Raises DataError where it holds fewer than two distinct sentences.
    """
    unique = _unique(rows)
    if len(unique) < 2:
        raise DataError("one distinct sentence leaves nothing to hold out as dev; give a dev file", path=str(path))
    order = permutation(len(unique), DEV_SEED)
    chosen = {content_hash(unique[i].tokens) for i in order[: max(1, round(len(unique) * DEV_SHARE))]}
    kept = [content_hash(row.tokens) in chosen for row in rows]
    return {
        "train": [row for row, held in zip(rows, kept, strict=True) if not held],
        "dev": [row for row, held in zip(rows, kept, strict=True) if held],
    }


def fold_of(rows: Sequence[RawSentence], folds: Folds, path: Path | str) -> dict[str, list[RawSentence]]:
    """One fold of a file: every `count`-th sentence of the permuted file is test, dev begins with the next fold's.

    So dev changes with the fold, and no sentence is kept from training in all of them. Exact copies are removed
    before (the first stays). Raises DataError where a split would be empty.
    """
    unique = _unique(rows)
    order = permutation(len(unique), folds.seed)
    test, *others = (order[(folds.fold + turn) % folds.count :: folds.count] for turn in range(folds.count))
    rest = [place for fold in others for place in fold]
    return _cut(unique, test, rest, max(1, round(len(rest) * folds.dev)), path, "fewer folds")


def _unique(rows: Sequence[RawSentence]) -> list[RawSentence]:
    return list({content_hash(row.tokens): row for row in reversed(rows)}.values())[::-1]


def _cut(
    unique: Sequence[RawSentence], test: Sequence[int], rest: Sequence[int], n_dev: int, path: Path | str, else_: str
) -> dict[str, list[RawSentence]]:
    """The places of test, the first `n_dev` of `rest` as dev, the others as train; each in the file's order."""
    if not test or len(rest) <= n_dev:
        raise DataError(
            f"{len(unique)} sentences after removing copies leave nothing to train on beside {n_dev} dev and "
            f"{len(test)} test; give more sentences or {else_}",
            path=str(path),
        )
    places: dict[str, Sequence[int]] = {"train": rest[n_dev:], "dev": rest[:n_dev], "test": test}
    return {split: [unique[i] for i in sorted(chosen)] for split, chosen in places.items()}


def over_schema(found: Splits, spec: GoldSpec, schema: LabelSchema, language: str) -> GoldData:
    """Splits over a run's label schema, mapped, cut to `limit` and counted. Raises DataError for an unknown type."""
    splits: dict[Split, list[Sentence]] = {}
    counts: dict[Split, SplitCounts] = {}
    repaired = 0
    for split in SPLITS:
        tag_id = TagNumbers(schema, spec.mapping, found.known_types, found.paths[split])
        splits[split] = [tag_id.sentence(row) for row in found.rows[split][: spec.limit]]
        counts[split] = count(splits[split], schema, tag_id.dropped)
        repaired += tag_id.repaired
    totals = {name: sum(counts[split].entities[name] for split in SPLITS) for name in schema.types}
    if not any(totals.values()):
        raise DataError(
            f"no entity of the run's labels ({', '.join(schema.types)}) in train, dev or test; check `labels`, or map "
            "the data's types with `gold.mapping`",
            path=found.origin,
        )
    return GoldData(
        language=language,
        schema=schema,
        origin=found.origin,
        splits=splits,
        hashes={split: split_hash(splits[split], schema) for split in SPLITS},
        counts=counts,
        missing_types=tuple(name for name, n in totals.items() if n == 0),
        notes=(
            *found.notes,
            *([f"{repaired:,} I- tags that began a span were made B- before mapping"] * bool(repaired)),
        ),
        places={s: found.places.get(s, list(range(len(splits[s]))))[: spec.limit] for s in SPLITS},
    )


class TagNumbers:
    """Tag name of the data -> tag id of the run; counts the entities that are read as O."""

    def __init__(self, schema: LabelSchema, mapping: Mapping[str, str | None], known: Sequence[str], path: str) -> None:
        self.schema, self.mapping, self.known, self.path = schema, mapping, known, path
        self.ids: dict[str, int] = {"O": 0}
        self.dropped: Counter[str] = Counter()
        self.repaired = 0

    def sentence(self, row: RawSentence) -> Sentence:
        """A sentence over the run's schema. Raises DataError with the line of a type that is not among its labels."""
        tags = row.tags
        if self.mapping:
            # Two types may become one: what begins a span must say so before.
            tags = begun(tags)
            self.repaired += sum(a != b for a, b in zip(tags, row.tags, strict=True))
        before = "O"
        ids = []
        for i, tag in enumerate(tags):
            if tag not in self.ids:
                self.ids[tag] = self._resolve(tag, row.line_of(i))
            ids.append(self.ids[tag])
            if ids[-1] == 0 and tag != "O" and (tag[0] == "B" or before[1:] != tag[1:]):
                self.dropped[tag[2:]] += 1
            before = tag
        return Sentence(row.tokens, tuple(ids))

    def _resolve(self, tag: str, line: int) -> int:
        prefix, name = tag[:2], tag[2:]
        target = self.mapping.get(name, self._same(name))
        if target is None or (name not in self.mapping and target not in self.schema.types and name in self.known):
            return 0
        if target not in self.schema.types:
            allowed = ", ".join(self.schema.types)
            what = f"`gold.mapping` reads {name!r} as {target!r}, which" if name in self.mapping else f"tag {tag!r}"
            raise DataError(
                f"{what} is not among the run's labels ({allowed}); add it to `labels`, or say what it is read as: "
                f"`mapping: {{{name}: null}}` reads it as O",
                path=self.path,
                line=line,
            )
        return self.schema.index[prefix + target]

    def _same(self, name: str) -> str:
        """The run's type that is spelled so, or so but for case."""
        folded = [known for known in self.schema.types if known.casefold() == name.casefold()]
        return folded[0] if name not in self.schema.types and len(folded) == 1 else name
