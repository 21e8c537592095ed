"""`spanloom up` and `spanloom demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spanloom.settings import load_settings


def up() -> None:
    """Run all services in this process, until Ctrl-C."""
    from spanloom.lifecycle import main
    from spanloom_embedded.app import embedded

    with embedded(load_settings()) as service:
        main(service)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the plot and the table.")] = Path("demo-out"),
    fresh: Annotated[bool, typer.Option(help="Train the demo's LLM anew instead of using the cached one.")] = False,
) -> None:
    """Run the main job on the built-in corpus: no download, no GPU, under three minutes."""
    from spanloom_embedded.demo import run_demo

    raise typer.Exit(run_demo(out, fresh=fresh))
