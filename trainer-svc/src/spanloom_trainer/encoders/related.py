"""`spanloom related`: which of the gold sets that are there a target without any should be trained on first."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanloom.data.encoders import KNOWN
from spanloom.data.gold import annotated_parts
from spanloom.data.languages import LANGUAGES, iso3_of
from spanloom.data.lines import read_lines
from spanloom.errors import DataError, SpecError
from spanloom.ner.words import words
from spanloom.settings import load_settings
from spanloom_cli.gold import reach, spec_of
from spanloom_cli.options import Url, client
from spanloom_trainer.encoders.agreement import Agreement, rank_agreement, zero_shot_by_related
from spanloom_trainer.encoders.distance import checked_iso3

if TYPE_CHECKING:
    from spanloom_trainer.encoders.nearness import Near

SEED = 3535
MOST_ROWS = 100_000


def related(
    code: Annotated[str, typer.Argument(help="The target's ISO 639 code.")],
    text: Annotated[Path, typer.Option(help="Unlabelled sentences of the target, one a line; gzip or not.")],
    gold: Annotated[
        list[str],
        typer.Option(
            help="A candidate's gold data: a folder, file or known name; CODE=PLACE says its language. Repeatable."
        ),
    ],
    encoder: Annotated[
        str, typer.Option(help="A multilingual encoder: a known name, a transformers folder, a name on the hub.")
    ] = "e5-small",
    layer: Annotated[int | None, typer.Option(help="Layer to compare on, from 1; the middle one by default.")] = None,
    most: Annotated[int, typer.Option(min=2, help="Sentences of each that are looked at.")] = 200,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN", help="Runs that have measured zero-shot from candidates; tells how far the rankings agree."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    url: Url = None,
) -> None:
    """Rank candidate related languages by how near their sentences lie to a few unlabelled ones of the target.

    Nearness is the cosine of mean sentence vectors; `first` is the share of resamples in which a candidate leads. It
    tells kinds of text apart as well as languages: give text of the kind that is to be tagged.
    """
    checked_iso3(code)
    places = _languages_of(gold, all_known=bool(against))
    from spanloom_trainer.encoders.get import ensure
    from spanloom_trainer.encoders.nearness import ENOUGH, SentenceEncoder, nearest

    measured = _measured(against, code, url) if against else {}
    target = [tokens for _, line in read_lines(text) if (tokens := words(line))][:most]
    if not target:
        raise DataError("holds no sentence; expected one a line", path=str(text))
    candidates = {place: _sentences(place, most) for place in places}
    loaded = SentenceEncoder(ensure(encoder, load_settings().cache) if encoder in KNOWN else encoder, layer)
    found = nearest(loaded.vectors(target), {place: loaded.vectors(rows) for place, rows in candidates.items()})
    scored = {near.name: measured.get(places[near.name] or "") for near in found}
    agreement = _agreement(found, scored)
    if as_json:
        rows = [{**near._asdict(), "language": places[near.name]} for near in found]
        told = {"target": code, "sentences": len(target), "encoder": encoder, "layer": loaded.layer, "candidates": rows}
        if against:
            told["candidates"] = [{**row, "f1": scored[row["name"]]} for row in rows]
            told["agreement"] = agreement and agreement._asdict()
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{code}: {len(target):,} sentences, {encoder}, layer {loaded.layer}; {found[0].sentences:,} of each")
    for near in found:
        f1 = scored[near.name]
        beside = "" if not against else "  zero-shot not measured" if f1 is None else f"  zero-shot F1 {f1:.3f}"
        typer.echo(f"{near.similarity:.3f}  first in {near.first:.0%}  {near.name}{beside}")
    if against:
        typer.echo(_told(agreement, sum(f1 is not None for f1 in scored.values())))
    counts = {"the target": len(target)} | {place: len(rows) for place, rows in candidates.items()}
    few = [f"{count:,} of {name}" for name, count in counts.items() if count < ENOUGH]
    if few:
        typer.secho(f"- {', '.join(few)}: give {ENOUGH} sentences or more of each", fg="yellow", err=True)


def _languages_of(gold: Sequence[str], *, all_known: bool) -> dict[str, str | None]:
    """The language of each candidate by its place; `all_known`: each has one, and each another, else SpecError."""
    places = dict(_code_and_place(given) for given in gold)
    if all_known:
        seen: dict[str, str] = {}
        for place, of in places.items():
            if of is None:
                raise SpecError([("--gold", f"{place}: of which language? write CODE=PLACE, such as en={place}")])
            if seen.setdefault(of, place) != place:
                what = f"{seen[of]} and {place} are both {of}; runs tell languages apart, so give one of them"
                raise SpecError([("--gold", what)])
    return places


def _code_and_place(given: str) -> tuple[str, str | None]:
    """A gold set's place and its language's ISO 639-3 code: of `CODE=PLACE`, of a known set, or of the place's name."""
    head, equals, rest = given.partition("=")
    if equals and iso3_of(head) is not None and not Path(given).exists():
        return rest, iso3_of(head)
    known = next((x for x in LANGUAGES.values() if given in (x.gold, x.wikiann, f"demo/{x.code}")), None)
    if known is not None:
        return given, known.iso3
    stem = Path(given).name.partition(".")[0]
    # of three letters most words are some language's code: `ner`, `dev`
    return given, iso3_of(stem) if len(stem) == 2 or stem in LANGUAGES else None


def _measured(runs: Sequence[str], target: str, url: str | None) -> dict[str, float]:
    """Zero-shot F1 on the target by related language, as runs have measured it. Raises DataError where none has."""
    with client(url) as api:
        rows = [row for run in runs for row in api.results("transfer_comparison", run=run, limit=MOST_ROWS)]
    found = zero_shot_by_related(rows, target)
    if not found:
        what = "has scored zero-shot of the target: they need `languages` with it, `related`, and `fine_tuning`"
        raise DataError(f"none of the runs {', '.join(runs)} {what}")
    return found


def _agreement(found: Sequence[Near], scored: Mapping[str, float | None]) -> Agreement | None:
    pairs = [(near.similarity, f1) for near in found if (f1 := scored[near.name]) is not None]
    return rank_agreement(*zip(*pairs, strict=True)) if len(pairs) > 1 else None


def _told(agreement: Agreement | None, measured: int) -> str:
    if agreement is None:
        return f"{measured} candidates were measured and told apart: at least two are needed to compare rankings"
    return (
        f"Spearman's rank correlation of nearness and zero-shot F1: {agreement.rho:+.2f} over {measured} candidates; "
        f"chance does as well in {agreement.p:.1%} of orders"
    )


def _sentences(place: str, most: int) -> list[tuple[str, ...]]:
    """At most so many sentences of a gold set's train split, or of its one file, drawn at random; cut by the one rule.

    Raises DataError for a set without a sentence.
    """
    parts = annotated_parts(spec_of(place, {"tokens": "words"}), reach(), hub=True).rows
    rows = parts.get("train") or [row for part in parts.values() for row in part]
    sentences = list(dict.fromkeys(tuple(row.tokens) for row in rows if row.tokens))
    if not sentences:
        raise DataError("holds no sentence to compare with", path=place)
    return sampled(sentences, most)


def sampled(sentences: list[tuple[str, ...]], most: int, seed: int = SEED) -> list[tuple[str, ...]]:
    """At most so many of the sentences, drawn at random."""
    return sentences if len(sentences) <= most else random.Random(seed).sample(sentences, most)  # noqa: S311
