"""The database: bring its schema up to date, or open psql on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit, urlunsplit

import typer

from spanloom.errors import Conflict, EnvironmentMissing
from spanloom.settings import Settings, load_settings
from spanloom_cli.exits import Exit, ServiceError

app = typer.Typer(no_args_is_help=True)
DATABASES = "spanloom.databases"
"""Entry points: `embedded` is a class that runs PostgreSQL on a folder: start(), stop(), url, binary(name)."""


@app.command("upgrade")
def upgrade() -> None:
    """Bring the schema and the views up to date; safe to call from several places at once."""
    from sqlalchemy.exc import DBAPIError

    from spanloom.store.db import is_outage
    from spanloom.store.migrate import upgrade as migrate

    with database(load_settings()) as (url, _):
        try:
            typer.echo(f"schema {migrate(url)}")
        except DBAPIError as error:
            if not is_outage(error):
                raise
            raise ServiceError(f"the database does not answer: {str(error.orig).strip()}", Exit.UNREACHABLE) from None


@app.command("shell")
def shell(
    command: Annotated[str | None, typer.Option("--command", "-c", help="Run this SQL and leave.")] = None,
) -> None:
    """Open psql on the database of DATABASE_URL, or on the embedded one, running or not."""
    with database(load_settings()) as (url, psql):
        program = psql or shutil.which("psql")
        if program is None:
            raise EnvironmentMissing("psql is not on the path; install PostgreSQL's client, or spanloom-embedded")
        address, password = split_password(url)
        environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
        arguments = [program, address, *(["-c", command] if command else [])]
        # Ctrl-C is psql's to handle: it cancels a query there.
        code = subprocess.run(arguments, env=environment, check=False).returncode
    sys.exit(code)


@contextmanager
def database(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """`(url, path of psql or None)`. An embedded server that nobody runs is started for as long as this lasts."""
    given = settings.database()
    if given is not None:
        yield given, None
        return
    from spanloom.telemetry import configure_logging

    configure_logging("db", form="console")  # to stderr: stdout is for what was asked
    server = embedded(settings)
    try:
        server.start()
    except Conflict:
        # `spanloom up` holds the folder, so its server is there to be asked.
        yield server.url, str(server.binary("psql"))
        return
    try:
        yield server.url, str(server.binary("psql"))
    finally:
        server.stop()


def embedded(settings: Settings) -> Any:
    """The embedded server on the user's folder, not started. Raises EnvironmentMissing when it is not installed."""
    for point in entry_points(group=DATABASES, name="embedded"):
        return point.load()(settings.home / "postgres", home=settings.home)
    raise EnvironmentMissing("there is no database: set DATABASE_URL, or install spanloom-embedded")


def split_password(url: str) -> tuple[str, str | None]:
    """The URL as libpq takes it, without its password, which would show in the list of processes; and the password."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    bare = parts._replace(scheme=parts.scheme.partition("+")[0], netloc=f"{name}{at}{place}")
    # urlunsplit drops the empty authority of postgresql:///name, which libpq wants.
    text = (
        urlunsplit(bare) if bare.netloc else f"{bare.scheme}://{bare.path}" + (f"?{bare.query}" if bare.query else "")
    )
    return text, unquote(password) or None
