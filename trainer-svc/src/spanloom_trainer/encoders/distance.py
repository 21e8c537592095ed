"""`spanloom distance`: how far languages lie from each other by URIEL's typological features, out of lang2vec."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from spanloom.data.languages import iso3_of
from spanloom.errors import EnvironmentMissing, SpecError


class Kind(StrEnum):
    """What languages are compared by."""

    syntactic = "syntactic"
    phonological = "phonological"
    inventory = "inventory"


KINDS = {Kind.syntactic: "S_", Kind.phonological: "P_", Kind.inventory: "INV_"}
"""Kinds of features by the beginning of their names; values that no grammar gives are predicted from near languages."""
FILE = "feature_predictions.npz"


def distances(folder: Path, target: str, others: list[str]) -> dict[str, dict[str, float]]:
    """Cosine distance, 0 to 1, of each other language's features from the target's, by kind (Littell et al., 2017).

    `folder` holds lang2vec's data; languages are given by ISO 639-3. Raises SpecError for a language that it has not.
    """
    with np.load(folder / FILE, allow_pickle=False) as data:
        place = {str(code): i for i, code in enumerate(data["langs"])}
        unknown = [code for code in (target, *others) if code not in place]
        if unknown:
            raise SpecError([("CODE", f"{', '.join(unknown)}: URIEL has no features; give a distance of your own")])
        names, values = [str(name) for name in data["feats"]], data["data"][:, :, 0]
    kinds = {kind: [i for i, name in enumerate(names) if name.startswith(head)] for kind, head in KINDS.items()}
    found: dict[str, dict[str, float]] = {}
    for other in others:
        ours, theirs = values[place[target]], values[place[other]]
        found[other] = {kind: _cosine(ours[columns], theirs[columns]) for kind, columns in kinds.items()}
    return found


def _cosine(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return max(0.0, 1 - float(ours @ theirs) / norm) if norm else 1.0


def distance(
    target: Annotated[str, typer.Argument(metavar="CODE", help="The target's ISO 639 code.")],
    others: Annotated[list[str], typer.Argument(metavar="OTHER...", help="Codes of languages that may be related.")],
    data: Annotated[
        Path | None, typer.Option(help="A folder with lang2vec's data; the installed package's by default.")
    ] = None,
    table: Annotated[
        Kind | None, typer.Option(help="Print a table of these figures, as `spanloom results --distances` reads it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """How far languages lie from a target by their grammars and sounds: figures for `related.distance`."""
    codes = {code: checked_iso3(code) for code in (target, *others)}
    found = distances(data or _installed(), codes[target], [codes[code] for code in others])
    rows = {code: found[codes[code]] for code in others}
    if as_json:
        typer.echo(json.dumps({"target": target, "distances": rows}))
        return
    if table is not None:
        typer.echo("\n".join(f"{target}\t{code}\t{row[table]:.4f}" for code, row in rows.items()))
        return
    for code in sorted(rows, key=lambda code: rows[code]["syntactic"]):
        typer.echo(f"{code}  {_told(rows[code])}")


def _told(row: Mapping[str, float]) -> str:
    return "  ".join(f"{kind} {value:.3f}" for kind, value in row.items())


def checked_iso3(code: str) -> str:
    """The ISO 639-3 code of a code that was given as an argument. Raises SpecError for what is none."""
    known = iso3_of(code)
    if known is None:
        raise SpecError([("CODE", f"{code!r} is no ISO 639 code of a living language; expected one such as `da`")])
    return known


def _installed() -> Path:
    package = importlib.util.find_spec("lang2vec")
    for place in package.submodule_search_locations or () if package else ():
        if (Path(place) / "data" / FILE).is_file():
            return Path(place) / "data"
    raise EnvironmentMissing(
        "URIEL's features are not there: pip install lang2vec (its data are under CC BY-SA 4.0), name a folder with "
        "them (--data), or put a distance from a table of yours into `related.distance`"
    )
