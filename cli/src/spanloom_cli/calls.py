"""Calls of a run: how each went (`calls RUN`); or `export`, `import` and `release` calls made elsewhere."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import orjson
import typer
from typer.core import TyperGroup

from spanloom.errors import DataError
from spanloom_cli.client import Client
from spanloom_cli.exits import Exit, ServiceAway
from spanloom_cli.options import Json, Url, client, print_json
from spanloom_cli.signals import exit_code_of, sigterm_raises
from spanloom_cli.work import calls as listed

LEASE_S = 900.0
RENEW_S = 60.0
"""How often a command that holds calls renews them; they outlive it by `LEASE_S`."""
MOST_LINES, MOST_BYTES = 500, 1_000_000
"""Of one request with answers."""
DAY_S = 86_400


class Calls(TyperGroup):
    """A group whose first command needs no name: `spanloom calls RUN` lists."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As any, with `list` put in where no command is named."""
        named = args and (args[0] in self.commands or args[0] == "--help")
        return list(super().parse_args(ctx, args if named or not args else ["list", *args]))


app = typer.Typer(cls=Calls, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")
app.command("list")(listed)


@app.command("export")
def export(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id; `spanloom show RUN` lists them.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200_000, help="Most calls.")] = 50_000,
    model: Annotated[
        str | None, typer.Option(help="The model's name in the file, in place of the specification's.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Most new tokens of a call, in place of the specification's.")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(min=0.01, max=30, help="Hold the calls for so long and return, instead of holding them here."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of stdout.")] = None,
    url: Url = None,
) -> None:
    """Hold waiting calls and write them as an OpenAI batch input file, to be answered elsewhere.

    `vllm run-batch -i batch.jsonl -o out.jsonl --model NAME` reads it, on any machine; `spanloom calls import
    out.jsonl` stores the answers. No generator makes these calls meanwhile: this command holds them until all are
    answered, and hands back the rest when it is ended; with `--days` it returns at once, and they are held for so long.
    """
    file = f"file-{secrets.token_hex(6)}"
    with client(url) as api:
        made = api.hold_calls(api.full_id("dataset", dataset), file, limit=limit, lease_s=_lease_s(days))
        if not made["calls"]:
            why = made["paused"] or f"none waits; its run is {made['state']}"
            typer.echo(f"no call of {dataset} to be made elsewhere: {why}", err=True)
            raise typer.Exit(Exit.FAILED)
        try:
            with sigterm_raises():
                written = _write(api.held_lines(file, model=model, max_tokens=max_tokens), output)
                until = "until they are answered or this command ends" if days is None else f"for {days:g} days"
                typer.echo(
                    f"{file}: {written:,} calls, held {until}; `spanloom calls import OUT.jsonl` stores answers, "
                    f"`spanloom calls release {file}` hands back the rest",
                    err=True,
                )
                if days is None:
                    _hold(api, file)
        except BaseException as error:
            _hand_back(api, file)
            if isinstance(error, KeyboardInterrupt):
                raise typer.Exit(exit_code_of(error)) from None
            raise


def _lease_s(days: float | None) -> float:
    return LEASE_S if days is None else days * DAY_S


def _write(lines: Iterator[dict[str, Any]], output: Path | None) -> int:
    if output is None:
        written = _write_to(sys.stdout, lines)
        # The reader waits for the end of the file, which may be hours away; `> batch.jsonl` does not.
        sys.stdout.flush()
        return written
    try:
        with output.open("w", encoding="utf-8") as target:
            return _write_to(target, lines)
    except OSError as error:
        raise DataError(f"{output}: {error.strerror or error}") from None


def _write_to(target: TextIO, lines: Iterator[dict[str, Any]]) -> int:
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007  counted
        target.write(orjson.dumps(line).decode() + "\n")
    return count


def _hold(api: Client, file: str) -> None:
    """Renew a file's lease until all its calls are answered. A service that is away is waited for."""
    while True:
        try:
            left = api.renew_calls(file, LEASE_S)
        except ServiceAway:
            left = None
        if left == 0:
            typer.echo(f"{file}: all calls are answered, or the run does not run any more", err=True)
            return
        time.sleep(RENEW_S)


def _hand_back(api: Client, file: str) -> None:
    try:
        typer.echo(f"{file}: {api.release_calls(file):,} calls handed back", err=True)
    except ServiceAway as error:
        typer.echo(f"{file}: not handed back, free again in {LEASE_S / 60:.0f} minutes: {error}", err=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="A batch's output file; `-` reads stdin.")],
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Store the answers of a batch's output file by the ids of their calls: each call's first answer, and no other.

    A file may be partial, and may be imported again. The exit code is 1 when it holds lines that are not JSON, or
    answers to calls that this service does not know.
    """
    told: dict[str, Any] = {"stored": 0, "already": 0, "failed": {}, "handed_back": {}, "foreign": [], "unreadable": []}
    told["files"] = {}
    with client(url) as api:
        for lines in _chunks(file, told["unreadable"]):
            answer = api.store_answers(lines)
            for name in ("stored", "already"):
                told[name] += answer[name]
            for name in ("failed", "handed_back", "files"):
                told[name] |= answer[name]
            told["foreign"] += answer["foreign"]
    if as_json:
        print_json(told)
    else:
        _tell(told)
    if told["foreign"] or told["unreadable"]:
        raise typer.Exit(Exit.FAILED)


def _chunks(file: Path, unreadable: list[int]) -> Iterator[list[dict[str, Any]]]:
    """Lines of the file in parts that a request takes; numbers of those that are no answers go to `unreadable`."""
    try:
        source = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise DataError(f"{file}: {error.strerror or error}") from None
    chunk: list[dict[str, Any]] = []
    size = 0
    with source:
        for number, text in enumerate(source, start=1):
            if not text.strip():
                continue
            try:
                line = orjson.loads(text)
            except orjson.JSONDecodeError:
                line = None
            if not isinstance(line, dict) or not isinstance(line.get("custom_id"), str):
                unreadable.append(number)
                continue
            if chunk and (len(chunk) >= MOST_LINES or size + len(text) > MOST_BYTES):
                yield chunk
                chunk, size = [], 0
            chunk.append(line)
            size += len(text)
    if chunk:
        yield chunk


def _tell(told: dict[str, Any]) -> None:
    parts = [f"{told['stored']:,} answers stored", f"{told['already']:,} stored before"]
    if told["failed"]:
        parts.append(f"{len(told['failed']):,} calls failed")
    if told["handed_back"]:
        parts.append(f"{len(told['handed_back']):,} handed back, to be made again")
    typer.echo(", ".join(parts))
    for what, reasons in (("failed", told["failed"]), ("handed back", told["handed_back"])):
        for reason in list(dict.fromkeys(reasons.values()))[:3]:
            typer.secho(f"{what}: {reason}", fg="yellow", err=True)
    if told["foreign"]:
        some = ", ".join(told["foreign"][:3])
        typer.secho(f"{len(told['foreign']):,} answers are to no call of this service: {some}", fg="yellow", err=True)
    if told["unreadable"]:
        some = ", ".join(map(str, told["unreadable"][:5]))
        typer.secho(
            f"{len(told['unreadable']):,} lines are no answers (JSON with custom_id): {some}", fg="yellow", err=True
        )
    for name, count in told["files"].items():
        typer.echo(f"{name} still holds {count:,} calls" if count else f"{name} is answered", err=True)


@app.command("release")
def release(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file's name, as `export` told it.")], url: Url = None
) -> None:
    """Hand back the calls that a file still holds: they wait for a generator, or another export."""
    with client(url) as api:
        typer.echo(f"{api.release_calls(file):,} calls handed back")
