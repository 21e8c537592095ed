"""Where gold files lie: paths under the data roots, the files of a folder's splits, raw as they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from spanloom.contracts.gold import GoldSpec, Split
from spanloom.data.formats.brat import brat_files, is_brat
from spanloom.data.formats.raw import Layout, RawFile
from spanloom.data.named import Named, find_named, local_names
from spanloom.data.reading import read_raw
from spanloom.data.roots import DATA_ENV, admitted, find_beneath, only_beneath
from spanloom.data.tables import read_saved_raw
from spanloom.errors import DataError

SPLITS: tuple[Split, ...] = get_args(Split)

_SPLIT_OF: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("dev", "devel", "development", "val", "valid", "validation", "testa"), "dev"),
    **dict.fromkeys(("test", "testing", "testb", "tst"), "test"),
}
_NAMES = "|".join(sorted(_SPLIT_OF, key=len, reverse=True))
_SPLIT_NAME = re.compile(rf"(?:^|[-_.])({_NAMES})(?=[-_.]|$)", re.IGNORECASE)
_KINDS = re.compile(
    rf"\.(iob2|iob|bio|bioes|bilou|conll|conllu|conllup|conll03|txt|tsv|csv|jsonl|json|ndjson|parquet|spacy|{_NAMES})"
    r"(\.gz)?$",
    re.IGNORECASE,
)
_EXPECTED = "train, dev (or val, validation) and test as .iob2, .conll, .conllu, .txt, .tsv, .csv, .jsonl or .parquet"


@dataclass(frozen=True)
class GoldPlace:
    """Raw files by split, or one file under `whole`; where they lie; tag names known of the data set."""

    files: Mapping[Split, list[RawFile]]
    paths: Mapping[Split, str]
    origin: str
    whole: RawFile | None = None
    known_types: tuple[str, ...] = field(default=())


def layout_of(spec: GoldSpec, tags: Sequence[str] | None = None) -> Layout:
    """How a specification says that files are to be read; `tags` are names by id that the data set is known for."""
    return Layout(
        format=spec.format,
        columns=spec.columns,
        column=spec.column,
        keys=spec.keys.named if spec.keys else None,
        tags=spec.tags or tags,
        scheme=spec.scheme,
    )


def find_place(spec: GoldSpec, roots: Sequence[Path], *, hub: bool) -> GoldPlace:
    """Find and read the files of a specification, of every kind but the demo corpus. Raises DataError."""
    layout = layout_of(spec)
    if spec.name is not None:
        named: Named = find_named(spec.name, roots, hub=hub, revision=spec.revision)
        # A local copy's place is checked, the hub's files are our own download. The order of a known data set's
        # integers is known too; parquet says its own.
        files, paths = read_folder(named.folder, layout_of(spec, named.tags), [*roots, named.folder], parquet=layout)
        return GoldPlace(files, paths, named.origin, known_types=named.types)
    if spec.path is not None:
        folder = locate(spec.path, roots)
        files, paths = read_folder(folder, layout, roots)
        return GoldPlace(files, paths, str(folder))
    if spec.files is not None:
        given = {s: locate(name, roots) for s in SPLITS if (name := getattr(spec.files, s)) is not None}
        with only_beneath(roots):
            read = {split: [read_raw(path, layout)] for split, path in given.items()}
        return GoldPlace(
            read,
            {split: str(path) for split, path in given.items()},
            ", ".join(map(str, given.values())),
        )
    assert spec.file is not None  # noqa: S101  GoldSpec holds exactly one place
    path = locate(spec.file, roots)
    with only_beneath(roots):
        return GoldPlace({}, dict.fromkeys(SPLITS, str(path)), str(path), whole=read_raw(path, layout))


def is_local(spec: GoldSpec, roots: Sequence[Path]) -> str | None:
    """None where the data lie on this machine, else what is not here."""
    if spec.demo is not None:
        return None
    if spec.name is not None:
        family, _, config = spec.name.partition("/")
        here = spec.revision is None and any((r / n).is_dir() for r in roots for n in local_names(family, config))
        return None if here else f"{spec.name} is not on this machine: a run gets it from the Hugging Face hub"
    names = [spec.path, spec.file] + ([spec.files.train, spec.files.dev, spec.files.test] if spec.files else [])
    for name in names:
        if name is not None:
            try:
                locate(name, roots)
            except DataError:
                return f"{name} is not on this machine: the service looks beneath its own data folders"
    return None


def locate(name: str, roots: Sequence[Path]) -> Path:
    """A file or folder beneath a root. Raises DataError saying where was looked, or for a link that leads out."""
    found = find_beneath(name, roots, what="gold data", setting=DATA_ENV)
    for part in brat_files(found):
        admitted(part, roots)
    return found


def read_folder(
    folder: Path, layout: Layout, roots: Sequence[Path], *, parquet: Layout | None = None
) -> tuple[dict[Split, list[RawFile]], dict[Split, str]]:
    """The splits of a folder: a file each (parquet: in shards), a folder of brat documents each, or `save_to_disk`.

    Train and test must be there; without dev it is held out later. Raises DataError that lists what the folder holds.
    """
    with only_beneath(roots):
        return _read_folder(folder, layout, roots, parquet)


def _read_folder(
    folder: Path, layout: Layout, roots: Sequence[Path], parquet: Layout | None
) -> tuple[dict[Split, list[RawFile]], dict[Split, str]]:
    if not folder.is_dir():
        raise DataError("is a file, a folder with train, dev and test is expected; use `gold.file`", path=str(folder))
    if layout.format == "hf" or (folder / "dataset_dict.json").is_file():
        saved = read_saved_raw(folder, parquet or layout)
        found = {_SPLIT_OF[name]: rows for name, rows in saved.items() if name in _SPLIT_OF}
        _all_there(folder, found, ", ".join(sorted(saved)))
        return found, {split: str(folder / split) for split in found}
    files: dict[Split, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _SPLIT_NAME.search(path.name)
        fits = is_brat(path) if path.is_dir() else bool(_KINDS.search(path.name))
        if match and fits:
            for part in (path, *brat_files(path)):
                admitted(part, roots)
            files.setdefault(_SPLIT_OF[match[1].lower()], []).append(path)
    _all_there(folder, files, ", ".join(sorted(p.name for p in folder.iterdir())[:12]) or "nothing")
    for split, paths in files.items():
        if len(paths) > 1 and not all(path.suffix == ".parquet" for path in paths):
            listed = ", ".join(path.name for path in paths)
            raise DataError(
                f"{len(paths)} files for split {split} ({listed}); expected one: name it in `gold.files`",
                path=str(folder),
            )
    there = [split for split in SPLITS if split in files]
    read = {
        s: [read_raw(p, parquet if parquet and p.suffix == ".parquet" else layout) for p in files[s]] for s in there
    }
    return read, {s: ", ".join(map(str, files[s])) for s in there}


def _all_there(folder: Path, found: Mapping[Split, object], listing: str) -> None:
    missing = [split for split in ("train", "test") if split not in found]
    if missing:
        raise DataError(
            f"no file for split {', '.join(missing)}; expected {_EXPECTED}, .gz or not (without dev a tenth of train "
            f"is held out); the folder holds {listing}",
            path=str(folder),
        )
