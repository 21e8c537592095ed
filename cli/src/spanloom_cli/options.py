"""Options that several commands share, and how they become a client."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

import orjson
import typer

from spanloom.errors import SettingsError
from spanloom.own_key import key_for
from spanloom.settings import load_settings
from spanloom_cli.client import ATTEMPTS, Client

Url = Annotated[
    str | None, typer.Option("--url", help="Where the service is; default SPANLOOM_URL, else http://127.0.0.1:8000.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="Most rows.")]


def client(url: str | None, *, attempts: int = ATTEMPTS) -> Client:
    """A client from the option and the settings (SPANLOOM_URL, SPANLOOM_API_KEY; on loopback one's own key)."""
    settings = load_settings()
    if url is not None and not _is_address(url):
        raise SettingsError(f"--url {url}: write an address as http://HOST:PORT or https://HOST")
    asked = url or settings.url
    key = key_for(settings, urlsplit(asked).hostname)
    if key is not None and key.startswith("sha256:"):
        raise SettingsError("SPANLOOM_API_KEY holds a digest, which a service can check but a client cannot send")
    return Client(asked, api_key=key, attempts=attempts)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def print_json(value: Any) -> None:
    """JSON on stdout: indented for people, on one line for a pipe."""
    indent = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    sys.stdout.write(orjson.dumps(value, option=indent | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS).decode())


def print_rows(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool, nothing: str, spare: Sequence[str] = ()
) -> None:
    """Rows as a table of these columns, or as JSON whole. Columns that hold nothing are left out, and of `spare`, in
    order, as many as a narrow terminal asks for."""
    if as_json:
        print_json(list(rows))
    elif rows:
        held = [name for name in columns if any(row.get(name) not in (None, "") for row in rows)]
        show(rows, "table", columns=held or columns, spare=spare)
    else:
        typer.echo(nothing, err=True)


def show(
    rows: Sequence[dict[str, Any]],
    form: str,
    *,
    columns: Sequence[str] | None = None,
    headings: Mapping[str, str] | None = None,
    spare: Sequence[str] = (),
) -> None:
    """Rows on stdout in one of the formats of `spanloom_cli.tables`. A table that no terminal shows is not cut.

    `headings` rename columns of a table; of `spare` as many are left out, in order, as a narrow terminal asks for.
    """
    from rich.console import Console

    from spanloom_cli.tables import as_table, fitting, render

    if form != "table":
        made = str(render(rows, form, columns=columns))
        sys.stdout.write(made if made.endswith("\n") else made + "\n")
        return
    # What no terminal shows is not cut to a width: its reader is a file or a program.
    console = Console() if sys.stdout.isatty() else Console(width=400)
    shown, left_out = fitting(rows, columns, console, headings=headings, spare=spare)
    console.print(as_table(rows, columns=shown, headings=headings))
    if left_out:
        typer.echo(f"a wider terminal, or another --format, also shows {', '.join(left_out)}", err=True)
