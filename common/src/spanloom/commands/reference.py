"""Commands that print reference pages: settings and metrics."""

from __future__ import annotations

from typing import Annotated

import typer

from spanloom_cli.options import show


def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/settings.md.")] = False,
) -> None:
    """Every setting with its value here, its default and what it is."""
    import os

    from spanloom.settings import Settings, is_secret, load_settings, unknown_variables, variables_of
    from spanloom.settings_page import settings_page

    if markdown:
        typer.echo(settings_page(), nl=False)
        return
    values = load_settings()
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(values, name)
        shown = "(set)" if is_secret(field) and value is not None else "" if value in (None, ()) else str(value)
        rows.append({"variable": variables_of(name, field)[0], "value": shown, "what it is": field.description})
    show(rows, "table")
    for line in unknown_variables(os.environ):
        typer.secho(line, fg="yellow", err=True)


def metrics() -> None:
    """Every metric the services export, as Markdown (docs/metrics.md)."""
    from spanloom.telemetry import metrics_page

    typer.echo(metrics_page(), nl=False)
