"""Commands over specifications: `plan` and `spec`. They need no service."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spanloom.errors import DataError, SpecError
from spanloom.settings import load_settings
from spanloom_cli.exits import Exit, ServiceError
from spanloom_cli.options import Json, Url, client, print_json, show

if TYPE_CHECKING:
    from spanloom.contracts.spec import RunSpec
    from spanloom.contracts.training import EncoderSpec
    from spanloom.plan import PlannedRun
    from spanloom_cli.speeds import Speed

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


@contextmanager
def mistakes_in(path: str, text: str) -> Iterator[None]:
    """Say of a specification's mistakes in which file and line they stand."""
    from spanloom.contracts.document import lines_of

    try:
        yield
    except SpecError as error:
        name = "standard input" if path == "-" else path
        lines = lines_of(text, [place for place, _ in error.problems if place])
        told = []
        for place, what in error.problems:
            if place.startswith("line "):
                told.append((f"{name}, {place}", what))
            else:
                told.append((place, f"{what} ({name}, line {lines[place]})" if place in lines else what))
        raise SpecError(told) from error


def plan(
    spec: SpecFile,
    ms_per_step: Annotated[
        float | None,
        typer.Option(min=0.001, help="Milliseconds an update takes on your device: the hours are projected from it."),
    ] = None,
    measured: Annotated[
        str | None, typer.Option(metavar="RUN", help="Project the hours from what the updates of this run have taken.")
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(
            envvar="SPANLOOM_MODELS", help="Folder of models: exit code 1 when the run's would not fit on its disk."
        ),
    ] = None,
    yields: Annotated[
        Yields | None, typer.Option(help="Count arms with the published yields of the paper's LLMs.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Have the service look at all that `run` looks at, if it is up.")
    ] = True,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """What a run would do, without doing it: calls, arms, tokens, disk, hours.

    Counts of arms are upper bounds until it is known how many samples the datasets hold (--yields). Where the service
    is up it checks what `run` would: exit code 2 for what would be refused.
    """
    from spanloom.contracts.spec import parse_spec
    from spanloom.data.languages import complete_spec
    from spanloom.plan import project, shortage
    from spanloom_cli.gold import plan_blocks, print_summary
    from spanloom_cli.published import yields_for

    text = read_spec(spec)
    with mistakes_in(spec, text):
        parsed = parse_spec(text, complete_spec)
        blocks = list(plan_blocks(parsed))
    train = {code: by_split["train"].sentences for code, _, by_split, _ in blocks if "train" in by_split}
    tests = {code: by_split["test"].sentences for code, _, by_split, _ in blocks if "test" in by_split}
    projection = project(parsed, gold=train, tests=tests, yields=yields_for(parsed) if yields else None)
    speeds = _speeds(parsed.training.encoder, ms_per_step, measured, url)
    short = None
    if models is not None and projection.models_peak_bytes is not None:
        short = shortage(projection.models_peak_bytes, models, keep_free=load_settings().models_min_free_bytes)
    if as_json:
        hours = speeds[0].hours(projection.steps) if speeds else None
        told = {"disk_bytes": projection.disk_bytes, "hours": hours, "speeds": [asdict(speed) for speed in speeds]}
        gold = {code: {"origin": at, **(whole.as_dict() if whole else {})} for code, whole, _, at in blocks}
        print_json({"name": parsed.name, **asdict(projection), **told, "shortage": short, "gold": gold})
    else:
        _print_plan(parsed, projection, speeds)
        for code, whole, by_split, at in blocks:
            if whole is None:
                typer.secho(f"gold of {code}: {at}", dim=True)
            else:
                print_summary(f"gold of {code}: {at}", whole, by_split)
        if short is not None:
            typer.secho(f"the run's models would not fit: {short}", fg="red", err=True)
    if check:
        with mistakes_in(spec, text):
            _check(text, url, None if as_json else not all(whole for _, whole, _, _ in blocks))
    if short is not None:
        raise typer.Exit(Exit.FAILED)


def _check(text: str, url: str | None, unread: bool | None) -> None:
    """Have the service check a specification; `unread`: gold data that are not here, None where nothing is told."""
    with client(url, attempts=1) as api:
        try:
            warnings = api.check(text)
        except ServiceError as error:
            if error.exit_code is not Exit.UNREACHABLE:
                raise
            if unread is not None:
                more = ", nor were gold data that are not here" if unread else ""
                what = f"- LLM servers and the encoder were not looked at{more}: no service is up (`spanloom up`)"
                typer.secho(what, fg="yellow", err=True)
            return
    if unread is not None:
        for warning in warnings:
            typer.secho(f"- {warning}", fg="yellow", err=True)
        typer.secho("checked by the service: `spanloom run` would be accepted", fg="green", err=True)


def _speeds(encoder: EncoderSpec, ms_per_step: float | None, run: str | None, url: str | None) -> list[Speed]:
    """What hours are projected from: the figure given, else a run's, else those measured at the encoder's shape."""
    from spanloom_cli.speeds import Speed, measured_speeds, speed_of_run

    if ms_per_step is not None:
        return [Speed(ms_per_step, "your device", "as given", "yours")]
    if run is not None:
        with client(url) as api:
            return [speed_of_run(run, api.results("evaluations", run=run, limit=100_000), encoder)]
    return measured_speeds(encoder)


def _settings_told(parsed: RunSpec) -> list[tuple[str, str]]:
    """The settings, and the related languages, which may be the registry's guess."""
    settings = ", ".join(parsed.training.settings)
    if "fine_tuning" not in parsed.training.settings:
        alone = any(language.related is None for language in parsed.languages)
        return [("settings", settings + (" (fine_tuning wants `related` for each language)" if alone else ""))]
    pairs = [f"{x.code}: {x.related.code}" for x in parsed.languages if x.related is not None]
    return [("settings", settings), ("related languages", ", ".join(pairs))]


def _print_plan(parsed: RunSpec, projection: PlannedRun, speeds: Sequence[Speed]) -> None:
    codes = ", ".join(language.code for language in parsed.languages)
    typer.secho(f"{parsed.name}: {len(parsed.languages)} languages ({codes})", bold=True)
    show(source_rows(parsed, projection, speeds), "table", spare=("engine", "tokens in", "updates"))
    facts: list[tuple[str, str]] = [
        *_settings_told(parsed),
        ("calls", f"{projection.calls:,}"),
        (
            "arms",
            f"at most {projection.arms:,}, and {projection.pretrainings:,} pre-trainings"
            + (f", {projection.audits:,} label audits" if projection.audits else ""),
        ),
        ("evaluations", f"at most {projection.evaluations:,}, {projection.zero_shot:,} of them zero-shot"),
        ("updates", f"at most {projection.steps:,}"),
        *(
            (
                "hours of training",
                f"at most {speed.hours(projection.steps):,.1f} at {speed.ms_per_step:,.5g} ms an update: "
                f"{speed.device}, {speed.source}",
            )
            for speed in speeds
        ),
        ("disk", _disk_told(projection)),
    ]
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        typer.echo(f"{name:<{width}}  {value}")
    notes = [*projection.notes, *_about_speeds(parsed.training.encoder, projection.steps, speeds)]
    for note in notes:
        typer.secho(f"- {note}", dim=True)


def source_rows(parsed: RunSpec, projection: PlannedRun, speeds: Sequence[Speed]) -> list[dict[str, Any]]:
    """Calls, tokens, money, arms and hours of each source, of pre-trainings, and in all."""
    called = {source.source: source for source in projection.sources}
    names = [source.name for source in parsed.sources] + (["related"] if projection.pretrainings else [])
    rows = []
    for name in names:
        told, steps = called.get(name), projection.steps_by_source.get(name, 0)
        rows.append(
            {
                "source": name,
                "engine": told.engine if told else None,
                "calls": told.train_calls + told.dev_calls if told else None,
                "tokens in": told.tokens_in if told else None,
                "tokens out": told.tokens_out if told else None,
                "cost": None if told is None or told.cost is None else f"{told.cost:,.2f} {told.currency}",
                "arms": projection.pretrainings if name == "related" else projection.arms_by_source[name],
                "updates": steps,
                "hours": round(speeds[0].hours(steps), 1) if speeds else None,
            }
        )
    costs: dict[str, float] = {}
    for source in projection.sources:
        if source.cost is not None and source.currency is not None:
            costs[source.currency] = costs.get(source.currency, 0) + source.cost
    rows.append(
        {
            "source": "in all",
            "engine": None,
            "calls": projection.calls,
            "tokens in": projection.tokens_in,
            "tokens out": projection.tokens_out,
            "cost": ", ".join(f"{cost:,.2f} {currency}" for currency, cost in costs.items()) or None,
            "arms": projection.arms + projection.pretrainings,
            "updates": projection.steps,
            "hours": round(speeds[0].hours(projection.steps), 1) if speeds else None,
        }
    )
    held = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return [{name: row[name] for name in held} for row in rows]


def _disk_told(projection: PlannedRun) -> str:
    """One figure, and what it is made of."""
    rows = projection.completions_bytes + projection.samples_bytes
    peak = projection.models_peak_bytes
    if peak is None:
        return f"about {human_bytes(rows)} of completions and samples, and the models, whose size is not known here"
    kept = projection.models_bytes or 0
    return (
        f"about {human_bytes(projection.disk_bytes)} at most at one time: {projection.models:,} models kept "
        f"{human_bytes(kept)}, files of a training under way {human_bytes(max(peak - kept, 0))}, completions and "
        f"samples {human_bytes(rows)}"
    )


def _about_speeds(encoder: EncoderSpec, steps: int, speeds: Sequence[Speed]) -> list[str]:
    """What to say where the hours on a GPU are not known, and what is known instead."""
    from spanloom_cli.speeds import smaller_speed

    if not all(speed.kind == "cpu" for speed in speeds):
        return []
    notes = [
        "No GPU has been measured at this encoder's shape: give --ms-per-step, or --measured RUN for what a run of "
        "yours has taken."
    ]
    smaller = None if speeds else smaller_speed(encoder)
    if smaller is not None:
        notes.append(
            f"A smaller encoder took {smaller.ms_per_step:,.5g} ms an update on {smaller.device} ({smaller.source}): "
            f"{smaller.hours(steps):,.0f} h for so many updates, and this one takes longer."
        )
    return notes


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
    text = read_spec(file)
    with mistakes_in(file, text):
        parsed = parse_spec(text, complete_spec)
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
