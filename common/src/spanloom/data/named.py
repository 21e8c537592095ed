"""Gold data sets known by name: where a local copy may lie, which hub repository serves them, which types they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spanloom.data.hub import HubFiles, fetch
from spanloom.data.roots import DATA_ENV, admitted
from spanloom.errors import DataError, EnvironmentMissing
from spanloom.ner.schema import LabelSchema


@dataclass(frozen=True)
class Collection:
    """A family of data sets on the Hugging Face hub, one configuration a language.

    `revision` is the branch or commit asked for; what it resolved to is recorded, and kept, at the first download.
    `types` in the order of the published tag ids; `configs` are those the paper uses, others are tried as given.
    """

    repo: str
    revision: str
    types: tuple[str, ...]
    configs: tuple[str, ...]
    licence: str


# The hub's own conversion to parquet (no loading script runs); WikiANN is parquet on its main branch.
CONVERTED = "refs/convert/parquet"

COLLECTIONS: Mapping[str, Collection] = {
    "universal_ner": Collection(
        "universalner/universal_ner",
        CONVERTED,
        ("PER", "ORG", "LOC"),
        ("da_ddt", "sv_talbanken", "sk_snk", "en_ewt"),
        "CC BY-SA 4.0",
    ),
    "masakhaner2": Collection(
        "masakhane/masakhaner2",
        CONVERTED,
        ("PER", "ORG", "LOC", "DATE"),
        ("kin", "swa", "yor", "ibo"),
        "CC BY-NC 4.0",
    ),
    "naamapadam": Collection(
        "ai4bharat/naamapadam", CONVERTED, ("PER", "ORG", "LOC"), ("kn", "ta", "te", "ml"), "CC0 1.0"
    ),
    "wikiann": Collection(
        "unimelb-nlp/wikiann",
        "main",
        ("PER", "ORG", "LOC"),
        ("da", "sv", "sk", "en", "rw", "sw", "yo", "ig", "kn", "ta", "te", "ml"),
        "unknown",
    ),
}


@dataclass(frozen=True)
class Named:
    """A data set found: the folder with its three splits, what to call its place, its types and tag names by id."""

    folder: Path
    origin: str
    types: tuple[str, ...]
    tags: tuple[str, ...]


def find_named(name: str, roots: Sequence[Path], *, hub: bool = True, revision: str | None = None) -> Named:
    """A data set by name such as `universal_ner/da_ddt`: a local copy if there is one, else from the hub.

    With `revision` the hub's commit is what was asked for, and local copies are passed over.
    Raises DataError for an unknown name, and, where nothing serves it, saying which path or hub name would.
    """
    family, _, config = name.partition("/")
    if family not in COLLECTIONS:
        known = ", ".join(f"{key}/{value.configs[0]}" for key, value in COLLECTIONS.items())
        raise DataError(f"gold data {name!r} is unknown; names are family/configuration: {known}, ...")
    collection = COLLECTIONS[family]
    tags = LabelSchema.tags_of(collection.types)
    places = [root / place for root in roots for place in local_names(family, config)]
    if revision is None:
        for place in places:
            if place.is_dir():
                admitted(place, roots)
                return Named(place, f"{name} ({place})", collection.types, tags)
    looked = f"looked for {', '.join(map(str, places))}" if places else f"{DATA_ENV} is not set"
    advice = (
        f"put train, dev and test into one of those folders, set {DATA_ENV}, give `gold.path`, or let this machine "
        f"reach the Hugging Face hub (dataset {collection.repo}, configuration {config})"
    )
    if not hub:
        raise DataError(f"no local copy of {name!r}: {looked}; {advice}")
    try:
        files: HubFiles = fetch(collection.repo, config, revision or collection.revision)
    except (DataError, EnvironmentMissing) as error:
        raise DataError(
            f"no local copy of {name!r} ({looked}), and {error}. {advice[0].upper()}{advice[1:]}"
        ) from error
    return Named(files.folder, f"{name} (hub {collection.repo}@{files.commit})", collection.types, tags)


def local_names(family: str, config: str) -> list[str]:
    """Where a named data set may lie under a data root, or its `gold` folder; `da_ddt` and the like stand alone too."""
    names = [f"{family}/{config}", f"{family}-{config}", *([config] if "_" in config else [])]
    return [*names, *(f"gold/{name}" for name in names)]
