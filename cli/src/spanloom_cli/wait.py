"""`spanloom wait`: for scripts that start the services and then use them."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from spanloom_cli.client import Client
from spanloom_cli.exits import Exit, ServiceError
from spanloom_cli.options import Url, client

EVERY_S = 0.5


def wait(
    timeout_s: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 60.0,
    url: Url = None,
) -> None:
    """Wait until the service, and behind a gateway every part of it, is ready; exit code 3 when it is not in time."""
    until = time.monotonic() + timeout_s
    with client(url, attempts=1) as api:
        while True:
            missing = missing_of(api)
            if not missing:
                typer.echo(f"{api.url} is ready")
                return
            if time.monotonic() >= until:
                raise ServiceError(
                    f"{api.url} is not ready after {timeout_s:g} s: {'; '.join(missing)}", Exit.UNREACHABLE
                )
            time.sleep(EVERY_S)


def missing_of(api: Client) -> list[str]:
    """What keeps the service from being ready, a line each part; empty when all are."""
    try:
        parts = api.parts()
    except ServiceError as error:
        return [str(error)]
    return [f"{name}: {what}" if len(parts) > 1 else what for name, what in parts.items() if what is not None]
