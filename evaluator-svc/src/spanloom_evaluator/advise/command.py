"""`spanloom advise`: what to do next, for each language of a run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spanloom_cli.options import Json, Url, client, print_json, show

_EQUIVALENTS = ("setting", "source", "size", "seeds", "f1", "sentences", "interval", "outside")
_NEXT = ("setting", "annotated", "sentences", "f1", "lo", "hi", "isotonic", "gain", "gain_lo", "gain_hi")
_COSTS = ("setting", "source", "size", "f1", "points", "annotated", "tokens", "seconds", "price", "price_per_point",
          "tokens_per_point", "seconds_per_point")  # fmt: skip


def advise(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id; `spanloom runs` lists them.")],
    price_per_sentence: Annotated[
        float | None,
        typer.Option("--price-per-sentence", min=0, help="What annotating a sentence costs, in the prices' currency."),
    ] = None,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Say what to do next: annotate more, generate more or transfer, with the evidence and what would change it."""
    with client(url) as api:
        found = api.advice(run, price_per_sentence=price_per_sentence)
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("nothing of this run has been scored yet", err=True)
    for one in found:
        _print(one)


def _print(one: dict[str, Any]) -> None:
    typer.secho(f"{one['language']}: {one['sentence']}", bold=True)
    for line in one["evidence"]:
        typer.echo(f"  - {line}")
    if one["would_change"]:
        typer.echo(f"  What would change it: {'; '.join(one['would_change'])}.")
    if one["equivalents"]:
        typer.echo("\nGold equivalents: how many annotated sentences give the same F1")
        show(one["equivalents"], "table", columns=_EQUIVALENTS, spare=("seeds", "outside"))
    known = [row for row in one["next_sentences"] if row["f1"] is not None]
    if known:
        typer.echo("\nF1 expected with more annotated sentences (isotonic: if the curve is flat from here)")
        show(known, "table", columns=_NEXT, spare=("gain_lo", "gain_hi"))
    for why in sorted({row["refused"] for row in one["next_sentences"] if row["refused"]}):
        typer.echo(f"\nNothing is foretold: {why}.")
    typer.echo("\nWhat each way cost, and per F1 point above its start (zero-shot after transfer, else 0)")
    show(one["costs"], "table", columns=_COSTS, spare=("tokens_per_point", "seconds_per_point", "seconds"))
