"""Dead letters: messages that could not be read or failed for good: ls, show, replay."""

from __future__ import annotations

from typing import Annotated

import typer

from spanloom.errors import SpanloomError
from spanloom_cli.options import Json, Limit, Url, client, print_json, print_rows

app = typer.Typer(no_args_is_help=True)
Place = Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET", help="As `spanloom dlq ls` names it.")]
Topic = Annotated[str | None, typer.Option(help="Of this topic only, e.g. completions.v1.")]


@app.command("ls")
def ls(
    topic: Topic = None,
    all_: Annotated[bool, typer.Option("--all", help="Replayed ones too.")] = False,
    limit: Limit = 100,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List dead letters with their reasons."""
    filters = {**({"topic": topic} if topic else {}), **({"all": "true"} if all_ else {})}
    with client(url) as api:
        rows = api.dead_letters(limit=limit, **filters)
    named = [{"id": f"{row['topic']}/{row['partition']}/{row['offset']}", **row} for row in rows]
    print_rows(named, ("id", "key", "bytes", "reason", "at", "replayed_at"), as_json=as_json, nothing="no dead letters")


@app.command("show")
def show(place: Place, as_json: Json = False, url: Url = None) -> None:
    """Show one dead letter: reason, headers and value."""
    with client(url) as api:
        found = api.dead_letter(_checked(place))
    if as_json:
        print_json(found)
        return
    for name in ("reason", "key", "at", "replayed_at", "bytes"):
        typer.echo(f"{name}: {found.get(name)}")
    for name, value in found.get("headers", {}).items():
        typer.echo(f"{name}: {value!r}")
    typer.echo()
    typer.echo("".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in found.get("value", "")))


@app.command("replay")
def replay(
    places: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC/PARTITION/OFFSET]...")] = None,
    topic: Topic = None,
    all_: Annotated[bool, typer.Option("--all", help="Every one that was not replayed.")] = False,
    url: Url = None,
) -> None:
    """Send dead letters once more to the topics they came from; each is sent once and marked."""
    if bool(places) == bool(all_ or topic):
        raise typer.BadParameter("name dead letters, or give --topic or --all")
    with client(url) as api:
        if not places:
            rows = api.dead_letters(limit=1_000_000, **({"topic": topic} if topic else {}))
            places = [f"{row['topic']}/{row['partition']}/{row['offset']}" for row in rows]
        for place in places:
            api.dead_letter(_checked(place), replay=True)
            typer.echo(f"replayed {place}")
    if not places:
        typer.echo("no dead letters", err=True)


def _checked(place: str) -> str:
    parts = place.split("/")
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2].isdigit():
        raise SpanloomError(f"{place!r} names no dead letter; write TOPIC/PARTITION/OFFSET, e.g. jobs.v1/3/17")
    return place
