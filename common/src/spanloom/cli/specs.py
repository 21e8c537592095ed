"""Commands over specifications: `plan` and `spec`. They need no service."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from spanloom.cli.options import Json, print_json, show
from spanloom.errors import DataError

SpecFile = Annotated[str, typer.Argument(metavar="SPEC", help="A YAML or JSON file; `-` reads standard input.")]


class Yields(StrEnum):
    """Whose yields are counted with."""

    paper = "paper"


def read_spec(path: str) -> str:
    """The text of a specification. Raises DataError when it cannot be read."""
    try:
        return sys.stdin.buffer.read().decode() if path == "-" else Path(path).read_text("utf-8")
    except OSError as error:
        raise DataError(error.strerror or str(error), path=path) from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 text: {error}", path=path) from None


def plan(
    spec: SpecFile,
    ms_per_step: Annotated[
        float | None, typer.Option(min=0.001, help="Milliseconds an update takes on your device: adds the hours.")
    ] = None,
    yields: Annotated[
        Yields | None, typer.Option(help="Count arms with the published yields of the paper's LLMs.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What a run would do, without doing it: calls, arms, tokens, disk.

    Counts of arms are upper bounds until it is known how many samples the datasets hold (--yields).
    """
    from spanloom.contracts.spec import parse_spec
    from spanloom.data.languages import complete_spec
    from spanloom.data.published import yields_for
    from spanloom.plan import project

    parsed = parse_spec(read_spec(spec), complete_spec)
    projection = project(parsed, yields=yields_for(parsed) if yields else None)
    hours = None if ms_per_step is None else projection.steps * ms_per_step / 3_600_000
    if as_json:
        print_json({"name": parsed.name, **asdict(projection), "disk_bytes": projection.disk_bytes, "hours": hours})
        return
    codes = ", ".join(language.code for language in parsed.languages)
    typer.secho(f"{parsed.name}: {len(parsed.languages)} languages ({codes})", bold=True)
    if projection.sources:
        show([asdict(source) for source in projection.sources], "table")
    facts: list[tuple[str, str]] = [
        ("calls to the LLM", f"{projection.calls:,}"),
        ("tokens read / written", f"about {projection.tokens_in:,} / {projection.tokens_out:,}"),
        ("arms", f"at most {projection.arms:,}"),
        *((f"  {name}", f"{count:,}") for name, count in projection.arms_by_source.items()),
        ("pre-trainings", f"{projection.pretrainings:,}"),
        ("zero-shot evaluations", f"{projection.zero_shot:,}"),
        ("evaluations", f"at most {projection.evaluations:,}"),
        ("updates", f"at most {projection.steps:,}"),
        *([("training time", f"at most {hours:,.1f} h at {ms_per_step:g} ms an update")] if hours is not None else []),
        ("models kept", f"{projection.models:,}"),
        ("disk", f"about {human_bytes(projection.disk_bytes)}"),
    ]
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        typer.echo(f"{name:<{width}}  {value}")
    for note in projection.notes:
        typer.secho(f"- {note}", dim=True)


def spec(
    file: Annotated[
        str | None, typer.Argument(metavar="[SPEC]", help="A specification to check; `-` reads stdin.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of specifications.")] = False,
) -> None:
    """Check a specification and print it with every default filled in; or print the schema."""
    import yaml

    from spanloom.contracts.spec import RunSpec, parse_spec
    from spanloom.data.languages import complete_spec

    if schema == (file is not None):
        raise typer.BadParameter("give a file to check, or --schema")
    if schema or file is None:
        print_json(RunSpec.model_json_schema())
        return
    parsed = parse_spec(read_spec(file), complete_spec)
    yaml.safe_dump(parsed.model_dump(mode="json"), sys.stdout, sort_keys=False, allow_unicode=True)


def human_bytes(count: int) -> str:
    """Bytes in the unit people would use, powers of 1000.

    >>> human_bytes(2_240_000_000)
    '2.2 GB'
    """
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
