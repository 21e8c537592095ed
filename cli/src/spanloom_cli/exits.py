"""Exit codes, and how an error reaches the person at the terminal."""

from __future__ import annotations

import sys
from enum import IntEnum

import typer

from spanloom.errors import DataError, SchemaError, SettingsError, SpanloomError, SpecError


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4


EXIT_CODES = {
    Exit.OK: "all is well",
    Exit.FAILED: "the run (or the command) failed",
    Exit.USAGE: "a mistake in the command, the specification, a file or a setting",
    Exit.UNREACHABLE: "the service cannot be reached, or is not ready",
    Exit.REFUSED: "the service refused: no such thing, a conflict, a wrong key",
}


class ServiceError(SpanloomError):
    """The service did not do what it was asked."""

    def __init__(self, message: str, exit_code: Exit) -> None:
        self.exit_code = exit_code
        super().__init__(message)


class NoSuchRoute(ServiceError):
    """The service has no such route: without a gateway each service has its own alone."""


class ServiceAway(ServiceError):
    """The service cannot be reached, or asks to be asked again later (429, 502, 503, 504)."""

    def __init__(self, message: str, exit_code: Exit = Exit.UNREACHABLE) -> None:
        super().__init__(message, exit_code)


def code_of(error: SpanloomError) -> Exit:
    """The exit code of an error."""
    if isinstance(error, ServiceError):
        return error.exit_code
    if isinstance(error, SpecError | DataError | SchemaError | SettingsError):
        return Exit.USAGE
    return Exit.FAILED


def report(error: SpanloomError) -> Exit:
    """Tell the error on stderr, a line for each mistake, and return its exit code."""
    if isinstance(error, SpecError):
        typer.secho(f"The specification has {_mistakes(len(error.problems))}:", fg="red", err=True)
        for path, what in error.problems:
            place = typer.style(path, bold=True) + ": " if path else ""
            typer.echo(f"  {place}{what}", err=True)
    else:
        typer.secho(f"Error: {error}", fg="red", err=True)
    sys.stderr.flush()
    return code_of(error)


def _mistakes(count: int) -> str:
    return "a mistake" if count == 1 else f"{count} mistakes"
