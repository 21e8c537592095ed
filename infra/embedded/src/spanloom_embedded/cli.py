"""`spanloom up` and `spanloom demo`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from spanloom.own_key import with_own_key
from spanloom.settings import Settings, load_settings


def up(
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Folder beneath which specifications may name files, beside SPANLOOM_DATA; may be repeated."),
    ] = None,
) -> None:
    """Run all services in this process, until Ctrl-C.

    Specifications may name files beneath the folders of `--data` and SPANLOOM_DATA; without either, beneath the folder
    that this is started in.
    """
    from spanloom.lifecycle import main
    from spanloom_embedded.app import embedded

    settings = with_own_key(load_settings())
    with embedded(settings.model_copy(update={"data": data_folders(settings, data or [])})) as service:
        main(service)


def data_folders(settings: Settings, given: Sequence[Path]) -> tuple[Path, ...]:
    """The folders beneath which specifications may name files: those given, else where the command was started.

    A home folder and the file system's root hold too much for that: started there, none is read until one is named.
    """
    if given or settings.data:
        return (*(folder.expanduser().resolve() for folder in given), *settings.data)
    here = Path.cwd()
    if here in (Path.home(), Path(here.anchor)):
        typer.echo(f"no specification may name a file: {here} holds too much; name a folder with --data", err=True)
        return ()
    return (here,)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the plot and the table.")] = Path("demo-out"),
    fresh: Annotated[bool, typer.Option(help="Train the demo's LLM anew instead of using the cached one.")] = False,
) -> None:
    """Run the main job on the built-in corpus: no download, no GPU, under three minutes."""
    from spanloom_embedded.demo import run_demo

    raise typer.Exit(run_demo(out, fresh=fresh))
