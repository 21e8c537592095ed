"""Gold data of a language: found, read, counted, over the run's label schema. Whole or not at all."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import orjson

from spanloom.contracts.gold import Folds, Fractions, GoldSpec, Split
from spanloom.contracts.sources import TrainFile
from spanloom.data.named import Named, find_named
from spanloom.data.readers import RawSentence, read_conll, read_jsonl, read_sentences
from spanloom.data.roots import DATA_ENV, admitted, find_beneath
from spanloom.data.subset import permutation
from spanloom.data.tables import read_parquet, read_saved
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash
from spanloom.ner.spans import orphans, spans_of
from spanloom.ner.words import cut_tags, cut_tokens

SPLITS: tuple[Split, ...] = get_args(Split)


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
    """Gold sentences by split over the run's schema, with the hash of each split and where it was found."""

    language: str
    schema: LabelSchema
    origin: str
    splits: Mapping[Split, list[Sentence]]
    hashes: Mapping[Split, str]
    counts: Mapping[Split, SplitCounts]
    missing_types: tuple[str, ...] = field(default=())

    def __getitem__(self, split: Split) -> list[Sentence]:
        return self.splits[split]


@dataclass(frozen=True)
class _Found:
    """Raw sentences by split, where from, and the types read as O without being asked (known data sets)."""

    splits: Mapping[Split, list[RawSentence]]
    paths: Mapping[Split, str]
    origin: str
    known_types: tuple[str, ...] = ()


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
    if spec.demo is not None:
        from spanloom.data.demo import demo_corpus

        corpus = demo_corpus(spec.demo)
        demo = LabelSchema.of(["PER", "ORG", "LOC"])
        raw = {
            split: [RawSentence(s.tokens, tuple(demo.names(s.tags)), i + 1) for i, s in enumerate(corpus[split])]
            for split in SPLITS
        }
        found = _Found(raw, dict.fromkeys(SPLITS, "demo"), f"demo corpus ({spec.demo})", demo.types)
    else:
        found = _find(spec, schema, roots, hub)
    return _over_schema(found, spec, schema, language)


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


def _find(spec: GoldSpec, schema: LabelSchema, roots: Sequence[Path], hub: bool) -> _Found:
    names = spec.tags or schema.tags
    if spec.name is not None:
        named: Named = find_named(spec.name, roots, hub=hub, revision=spec.revision)
        # A local copy's place is checked, the hub's files are our own download.
        splits, paths = _read_folder(named.folder, spec, spec.tags or named.tags, [*roots, named.folder])
        return _Found(splits, paths, named.origin, named.types)
    if spec.path is not None:
        folder = _locate(spec.path, roots)
        splits, paths = _read_folder(folder, spec, names, roots)
        return _Found(splits, paths, str(folder))
    if spec.files is not None:
        files = {split: _locate(getattr(spec.files, split), roots) for split in SPLITS}
        return _Found(
            {split: _read_file(path, spec, names) for split, path in files.items()},
            {split: str(path) for split, path in files.items()},
            ", ".join(str(path) for path in files.values()),
        )
    assert spec.file is not None  # noqa: S101  GoldSpec holds exactly one place
    path = _locate(spec.file, roots)
    rows = _read_file(path, spec, names)
    splits = fold_of(rows, spec.folds, path) if spec.folds else divide(rows, spec.fractions or Fractions(), path)
    return _Found(splits, dict.fromkeys(SPLITS, str(path)), str(path))


def _locate(name: str, roots: Sequence[Path]) -> Path:
    return find_beneath(name, roots, what="gold data", setting=DATA_ENV)


_SPLIT_OF: dict[str, Split] = {"train": "train", "dev": "dev", "valid": "dev", "validation": "dev", "test": "test"}
_SPLIT_NAME = re.compile(r"(?:^|[-_.])(train|dev|valid|validation|test)(?=[-_.]|$)")
_KINDS = re.compile(r"\.(iob2|iob|bio|conll|txt|tsv|jsonl|json|parquet)(\.gz)?$")


def _read_folder(
    folder: Path, spec: GoldSpec, names: Sequence[str], roots: Sequence[Path]
) -> tuple[dict[Split, list[RawSentence]], dict[Split, str]]:
    """The three splits of a folder: `train`, `dev` (or `validation`) and `test` files, or a `save_to_disk`."""
    if not folder.is_dir():
        raise DataError("is a file, a folder with train, dev and test is expected; use `gold.file`", path=str(folder))
    if spec.format == "hf" or (folder / "dataset_dict.json").is_file():
        saved = read_saved(folder, spec.tags)
        found = {_SPLIT_OF[name]: rows for name, rows in saved.items() if name in _SPLIT_OF}
        _all_there(folder, found, ", ".join(sorted(saved)))
        return {split: found[split] for split in SPLITS}, {split: str(folder / split) for split in SPLITS}
    files: dict[Split, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _SPLIT_NAME.search(path.name)
        if path.is_file() and match and _KINDS.search(path.name):
            admitted(path, roots)
            files.setdefault(_SPLIT_OF[match[1]], []).append(path)
    _all_there(folder, files, ", ".join(sorted(p.name for p in folder.iterdir())[:12]) or "nothing")
    for split, paths in files.items():
        if len(paths) > 1 and not all(path.suffix == ".parquet" for path in paths):
            listed = ", ".join(path.name for path in paths)
            raise DataError(f"{len(paths)} files for split {split} ({listed}); expected one", path=str(folder))
    splits = {s: [row for path in files[s] for row in _read_file(path, spec, names)] for s in SPLITS}
    return splits, {s: ", ".join(map(str, files[s])) for s in SPLITS}


def load_training_file(spec: TrainFile, schema: LabelSchema, *, language: str, roots: Sequence[Path]) -> GoldData:
    """Training sentences of one file over the run's schema; dev and test are empty. Raises DataError."""
    path = find_beneath(spec.file, roots, kind="file", what="training sentences", setting=DATA_ENV)
    as_gold = GoldSpec(**spec.model_dump())
    rows = _read_file(path, as_gold, spec.tags or schema.tags)
    found = _Found({"train": rows, "dev": [], "test": []}, dict.fromkeys(SPLITS, str(path)), str(path))
    return _over_schema(found, as_gold, schema, language)


def _all_there(folder: Path, found: Mapping[Split, object], listing: str) -> None:
    missing = [split for split in SPLITS if split not in found]
    if missing:
        raise DataError(
            f"no file for split {', '.join(missing)}; expected train, dev (or validation) and test as .iob2, .conll, "
            f".txt, .tsv, .jsonl or .parquet, .gz or not; the folder holds {listing}",
            path=str(folder),
        )


def _read_file(path: Path, spec: GoldSpec, names: Sequence[str]) -> list[RawSentence]:
    if path.suffix == ".parquet":
        return read_parquet(path, spec.tags)
    if spec.format == "iob2":
        return read_conll(path, columns=spec.columns)
    if spec.format == "jsonl":
        return read_jsonl(path, names=names)
    return read_sentences(path, names=names, columns=spec.columns)


def divide(rows: Sequence[RawSentence], fractions: Fractions, path: Path | str) -> dict[Split, list[RawSentence]]:
    """One file as three splits: exact copies removed (the first stays), the rest permuted and cut.

    Raises DataError where a split would be empty.
    """
    unique = _unique(rows)
    order = permutation(len(unique), fractions.seed)
    n_test, n_dev = max(1, round(len(order) * fractions.test)), max(1, round(len(order) * fractions.dev))
    return _cut(unique, order[:n_test], order[n_test:], n_dev, path, "smaller fractions")


def fold_of(rows: Sequence[RawSentence], folds: Folds, path: Path | str) -> dict[Split, list[RawSentence]]:
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
) -> dict[Split, list[RawSentence]]:
    """The places of test, the first `n_dev` of `rest` as dev, the others as train; each in the file's order."""
    if not test or len(rest) <= n_dev:
        raise DataError(
            f"{len(unique)} sentences after removing copies leave nothing to train on beside {n_dev} dev and "
            f"{len(test)} test; give more sentences or {else_}",
            path=str(path),
        )
    places: dict[Split, Sequence[int]] = {"train": rest[n_dev:], "dev": rest[:n_dev], "test": test}
    return {split: [unique[i] for i in sorted(chosen)] for split, chosen in places.items()}


def _over_schema(found: _Found, spec: GoldSpec, schema: LabelSchema, language: str) -> GoldData:
    splits: dict[Split, list[Sentence]] = {}
    counts: dict[Split, SplitCounts] = {}
    for split in SPLITS:
        tag_id = _TagIds(schema, spec.mapping, found.known_types, found.paths[split])
        rows = found.splits[split][: spec.limit]
        sentences = (
            Sentence(row.tokens, tuple(tag_id(tag, row.line_of(i)) for i, tag in enumerate(row.tags))) for row in rows
        )
        splits[split] = [_in_words(s) for s in sentences] if spec.tokens == "words" else list(sentences)
        counts[split] = count(splits[split], schema, tag_id.dropped)
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
    )


def _in_words(sentence: Sentence) -> Sentence:
    """The sentence with each token cut by the rule of `ner.words`; entities begin and end where they did."""
    tokens, origin = cut_tokens(sentence.tokens)
    return Sentence(tokens, cut_tags(sentence.tags, origin))


class _TagIds:
    """Tag name of the data -> tag id of the run; counts the entities that are read as O."""

    def __init__(self, schema: LabelSchema, mapping: Mapping[str, str | None], known: Sequence[str], path: str) -> None:
        self.schema, self.mapping, self.known, self.path = schema, mapping, known, path
        self.ids: dict[str, int] = {"O": 0}
        self.dropped: Counter[str] = Counter()

    def __call__(self, tag: str, line: int) -> int:
        if tag not in self.ids:
            self.ids[tag] = self._resolve(tag, line)
        tag_id = self.ids[tag]
        if tag_id == 0 and tag.startswith("B-"):
            self.dropped[tag[2:]] += 1
        return tag_id

    def _resolve(self, tag: str, line: int) -> int:
        prefix, name = tag[:2], tag[2:]
        target = self.mapping.get(name, name)
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
