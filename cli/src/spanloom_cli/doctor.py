"""What this machine has, and what it can therefore run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spanloom_cli.exits import Exit
from spanloom_cli.options import client, print_json


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    url: Annotated[
        str | None, typer.Option("--url", help="Look at the service there instead, and at each part of it.")
    ] = None,
) -> None:
    """What this machine has (GPU, CUDA, vLLM, Kafka, Postgres, disk, memory), and what it can therefore run.

    The exit code is 0 when the main job runs here (embedded or as a cluster), else 1. With `--url` it is that
    service's parts that are looked at, through its gateway, and the code is 3 when one of them is not ready.
    """
    if url is not None:
        _service(url, as_json)
        return
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


def _service(url: str, as_json: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    from spanloom_cli.probes import Part

    with client(url, attempts=1) as api:
        parts = [
            Part(name, name, what is None, what or "ready", "its log tells more") for name, what in api.parts().items()
        ]
    if as_json:
        print_json({"url": url, "parts": [part.as_dict() for part in parts]})
    else:
        _print(Console(highlight=False), Text, parts, [])
    if not all(part.ok for part in parts):
        raise typer.Exit(Exit.UNREACHABLE)


def _print(console: Any, text: Any, findings: Any, can: Any) -> None:
    width = max(len(part.name) for part in findings)
    for part in findings:
        mark, style = ("ok", "green") if part.ok else ("--", "yellow")
        console.print(text.assemble((f"{mark} ", style), (f"{part.name:<{width}}  ", "bold"), part.found))
        if not part.ok and part.advice:
            console.print(text(f"   {'':<{width}}  {part.advice}", style="dim"))
    if can:
        console.print()
    for ability in can:
        mark, style = ("can", "green") if ability.possible else ("cannot", "yellow")
        reason = "" if ability.possible else f" (needs {', '.join(ability.needs)})"
        console.print(text.assemble((f"{mark:<7}", style), f"{ability.what}{reason}"))
