"""What this machine has, and what it can therefore run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spanloom_cli.exits import Exit
from spanloom_cli.options import print_json


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """What this machine has (GPU, CUDA, vLLM, Kafka, Postgres, disk, memory), and what it can therefore run.

    The exit code is 0 when the main job runs here (embedded or as a cluster), else 1.
    """
    from rich.console import Console
    from rich.text import Text

    from spanloom.settings import load_settings
    from spanloom_cli.probes import abilities, probe

    findings = probe(load_settings())
    can = abilities(findings)
    runs = any(ability.possible for ability in can if ability.name in ("embedded", "cluster"))
    if as_json:
        print_json({"parts": [f.as_dict() for f in findings], "can_run": [a.as_dict() for a in can]})
    else:
        console = Console(highlight=False)
        _print(console, Text, findings, can)
    if not runs:
        raise typer.Exit(Exit.FAILED)


def _print(console: Any, text: Any, findings: Any, can: Any) -> None:
    width = max(len(part.name) for part in findings)
    for part in findings:
        mark, style = ("ok", "green") if part.ok else ("--", "yellow")
        console.print(text.assemble((f"{mark} ", style), (f"{part.name:<{width}}  ", "bold"), part.found))
        if not part.ok and part.advice:
            console.print(text(f"   {'':<{width}}  {part.advice}", style="dim"))
    console.print()
    for ability in can:
        mark, style = ("can", "green") if ability.possible else ("cannot", "yellow")
        reason = "" if ability.possible else f" (needs {', '.join(ability.needs)})"
        console.print(text.assemble((f"{mark:<7}", style), f"{ability.what}{reason}"))
