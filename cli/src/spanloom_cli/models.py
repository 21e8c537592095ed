"""`spanloom models`: the models that runs have left."""

from __future__ import annotations

from typing import Annotated

import typer

from spanloom_cli.options import Json, Limit, Url, client, print_rows

COLUMNS = ("id", "language", "source", "setting", "size", "dev", "dev_sentences", "dev_f1", "f1", "lo", "hi", "path")
SPARE = ("path", "dev_sentences", "dev", "lo", "hi", "setting", "size")
"""What a narrow terminal is not shown, in this order."""


def models(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; without it, all runs.")] = None,
    card: Annotated[str | None, typer.Option(metavar="ID", help="Print this model's card instead, Markdown.")] = None,
    limit: Limit = 100,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Models that were kept: the best of each language, setting and source by dev score, unless asked otherwise."""
    with client(url) as api:
        if card is not None:
            typer.echo(api.card(card), nl=False)
            return
        found = api.models(run=run, limit=limit)
    shown = found if as_json else [{**row, **(row.get("test") or {}).get(row["language"], {})} for row in found]
    print_rows(shown, COLUMNS, as_json=as_json, nothing="no models are kept yet", spare=SPARE)
