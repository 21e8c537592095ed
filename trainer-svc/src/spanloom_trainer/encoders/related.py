"""`spanloom related`: which of the gold sets that are there a target without any should be trained on first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from spanloom.data.encoders import KNOWN
from spanloom.data.gold import annotated_parts
from spanloom.data.languages import find_language
from spanloom.data.lines import read_lines
from spanloom.errors import DataError, SpecError
from spanloom.ner.words import words
from spanloom.settings import load_settings
from spanloom_cli.gold import reach, spec_of

ENOUGH = 25
"""Sentences of the target that suffice in published work."""


def related(
    code: Annotated[str, typer.Argument(help="The target's ISO 639 code.")],
    text: Annotated[Path, typer.Option(help="Unlabelled sentences of the target, one a line; gzip or not.")],
    gold: Annotated[
        list[str], typer.Option(help="A candidate's gold data: a folder, a file, or a known name. Repeatable.")
    ],
    encoder: Annotated[
        str, typer.Option(help="A multilingual encoder: a known name, a transformers folder, a name on the hub.")
    ] = "e5-small",
    layer: Annotated[int | None, typer.Option(help="Layer to compare on, from 1; the middle one by default.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Sentences of each that are looked at.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Rank candidate related languages by how near their sentences lie to a few unlabelled ones of the target.

    Nearness is the cosine of mean sentence vectors; `first` is the share of resamples in which a candidate leads. It
    tells kinds of text apart as well as languages: give text of the kind that is to be tagged.
    """
    if find_language(code) is None:
        raise SpecError([("CODE", f"{code!r} is no ISO 639 code of a living language; expected one such as `da`")])
    from spanloom_trainer.encoders.get import ensure
    from spanloom_trainer.encoders.nearness import SentenceEncoder, nearest

    target = [tokens for _, line in read_lines(text) if (tokens := words(line))][:most]
    if not target:
        raise DataError("holds no sentence; expected one a line", path=str(text))
    candidates = {place: _sentences(place, most) for place in dict.fromkeys(gold)}
    loaded = SentenceEncoder(ensure(encoder, load_settings().cache) if encoder in KNOWN else encoder, layer)
    found = nearest(loaded.vectors(target), {place: loaded.vectors(rows) for place, rows in candidates.items()})
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "target": code,
                    "sentences": len(target),
                    "encoder": encoder,
                    "layer": loaded.layer,
                    "candidates": [near._asdict() for near in found],
                }
            )
        )
        return
    typer.echo(f"{code}: {len(target):,} sentences, {encoder}, layer {loaded.layer}")
    for near in found:
        typer.echo(f"{near.similarity:.3f}  first in {near.first:.0%}  {near.name} ({near.sentences:,} sentences)")
    if len(target) < ENOUGH:
        typer.secho(f"- fewer than {ENOUGH} sentences of the target: give more", fg="yellow", err=True)


def _sentences(place: str, most: int) -> list[tuple[str, ...]]:
    """The first sentences of a gold set's train split, or of its one file, cut by the one rule."""
    parts = annotated_parts(spec_of(place, {"tokens": "words"}), reach(), hub=True).rows
    rows = parts.get("train") or next(iter(parts.values()))
    return [tuple(row.tokens) for row in rows[:most] if row.tokens]
