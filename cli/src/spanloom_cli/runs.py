"""Commands over runs: start one, list, show, follow, cancel, resume, retry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from spanloom.dev_sets import described
from spanloom_cli.exits import Exit, NoSuchRoute
from spanloom_cli.options import Json, Limit, Url, client, print_json, print_rows
from spanloom_cli.specs import SpecFile, mistakes_in, read_spec
from spanloom_cli.work import failure_lines, paused_lines, refused_lines

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id; `spanloom runs` lists them.")]
DATASET_COLUMNS = ("id", "state", "calls", "failed", "objects", "accepted", "reason")
RUN_SPARE = ("ended_at", "reason", "created_at", "name")
DATASET_SPARE = ("reason", "failed", "state")
"""What a narrow terminal is not shown, in this order."""


def run(
    spec: SpecFile,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show progress until the run ends.")] = False,
    as_json: Json = False,
    url: Url = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="The same key and specification give the same run, however often they are sent.")
    ] = None,
    all_folds: Annotated[
        bool, typer.Option("--all-folds", help="A run for each fold of `gold.folds`; prints an id a line.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check/--no-check", help="Ask the LLM servers and look for the encoder before it is accepted."),
    ] = True,
) -> None:
    """Start a run from a specification; print its id.

    With `--follow` the command ends with the run: exit code 0 when it is complete, 1 when parts of it failed or it
    was cancelled. A service that goes away meanwhile is waited for. Ctrl-C stops following; the run goes on.
    """
    text = read_spec(spec)
    if all_folds:
        if follow:
            raise typer.BadParameter("follow the runs one by one: `spanloom follow RUN`", param_hint="--all-folds")
        _start_folds(text, as_json, url, idempotency_key, check)
        return
    with client(url) as api, mistakes_in(spec, text):
        made = api.create_run(text, idempotency_key=idempotency_key, check=check)
        if earlier := made.get("earlier"):
            typer.secho(
                f"the same specification was run before: {earlier['id']} ({earlier['state']}); "
                f"`spanloom results {earlier['id']}` shows what came of it",
                fg="yellow",
                err=True,
            )
        for warning in made.get("warnings", []):
            typer.secho(f"note: {warning}", fg="yellow", err=True)
        if not follow:
            if as_json:
                print_json(made)
            else:
                typer.echo(made["id"])
                typer.echo(f"follow it with `spanloom follow {made['id']}`", err=True)
            return
        typer.echo(f"run {made['id']}", err=True)
        _follow(api, made["id"], as_json)


def _start_folds(text: str, as_json: bool, url: str | None, idempotency_key: str | None, check: bool) -> None:
    from spanloom.contracts.spec import parse_spec
    from spanloom.data.languages import complete_spec
    from spanloom_cli.folds import each_fold

    folds = each_fold(parse_spec(text, complete_spec), text)
    made = []
    with client(url) as api:
        for i, fold in enumerate(folds):
            key = idempotency_key and f"{idempotency_key}-{i}"
            made.append(api.create_run(fold, idempotency_key=key, check=check and i == 0))
            if not as_json:
                typer.echo(made[-1]["id"])
    if as_json:
        print_json(made)


def runs(limit: Limit = 20, as_json: Json = False, url: Url = None) -> None:
    """List runs, newest first."""
    with client(url) as api:
        rows = api.runs(limit=limit)
    columns = ("id", "name", "state", "created_at", "ended_at", "reason")
    if not as_json:
        rows = [{**row, **{name: _minute(row.get(name)) for name in ("created_at", "ended_at")}} for row in rows]
    print_rows(rows, columns, as_json=as_json, nothing="no runs yet", spare=RUN_SPARE)


def show(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """One run: its state, counts and datasets."""
    with client(url) as api:
        found = api.run(run)
    if as_json:
        print_json(found)
    else:
        _print_run(found)


def follow(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Show a run's progress until it ends; the exit code is 0 when it is complete, else 1.

    A service that goes away meanwhile is waited for; one that is not there at first is an error. Ctrl-C stops
    following; the run goes on.
    """
    with client(url) as api:
        _follow(api, api.run(run)["id"], as_json)


def cancel(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Cancel a run: nothing new is begun; what was done stays, and `spanloom resume` goes on from there."""
    _act(run, "cancel", as_json, url)


def resume(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Set a cancelled run, or a paused source, going again; no call that has a completion is asked again."""
    _act(run, "resume", as_json, url)


def retry(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Put the failed calls, jobs and evaluations of a run back to work."""
    _act(run, "retry", as_json, url)


def _act(run_id: str, verb: str, as_json: bool, url: str | None) -> None:
    with client(url) as api:
        answer = api.act(run_id, verb)
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"{answer.get('id', run_id)}: {answer.get('state', 'accepted')}")


def _follow(api: Any, run_id: str, as_json: bool) -> None:
    from spanloom_cli.follow import follow_run
    from spanloom_cli.results import zero_advice

    ended = follow_run(api, run_id)
    if as_json:
        print_json(ended)
    else:
        _print_run(ended)
        try:
            if told := zero_advice(api.results("evaluations", run=run_id, limit=1000)):
                typer.secho(told, fg="yellow", err=True)
            typer.echo(f"results: `spanloom results {run_id}`", err=True)
        except NoSuchRoute:  # without a gateway the run's service has no results
            typer.echo(f"results: `spanloom results {run_id} --url` with the evaluator's address", err=True)
    if ended["state"] != "complete":
        raise typer.Exit(Exit.FAILED)


def _print_datasets(datasets: list[dict[str, Any]]) -> None:
    """Gold data in a line a language; of the others those that calls made, a row each."""
    gold: dict[str, list[str]] = {}
    for row in datasets:
        if row.get("source") == "gold":
            gold.setdefault(row["language"], []).append(f"{row['split']} {row['accepted']:,}")
    for language, splits in gold.items():
        typer.echo(f"gold {language}: {', '.join(splits)} sentences")
    rows = [
        {
            **row,
            "calls": f"{row['calls_judged']:,}/{row['calls_expected']:,}" if row["calls_expected"] else None,
            "failed": row.get("calls_failed") or None,
            "objects": row.get("candidates") if row["calls_expected"] else None,
            "state": "paused" if row.get("paused") else row["state"],
        }
        for row in datasets
        if row.get("source") != "gold"
    ]
    if rows:
        print_rows(rows, DATASET_COLUMNS, as_json=False, nothing="", spare=DATASET_SPARE)
    elif not gold:
        typer.echo("no datasets", err=True)


def _minute(moment: str | None) -> str | None:
    """A time as people read it: to the minute, in their own zone."""
    return None if moment is None else f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"


def _dev_told(found: dict[str, Any]) -> str | None:
    """What chooses the checkpoints of a run, and of what size it is."""
    spec = found.get("spec")
    if not spec:
        return None
    targets = [language["code"] for language in spec["languages"]]
    gold = {
        row["language"]: row["accepted"]
        for row in found.get("datasets", [])
        if (row.get("source"), row.get("split")) == ("gold", "dev") and row["language"] in targets
    }
    return described(spec["training"]["dev"], gold, spec["training"]["sizes"])


def _print_run(found: dict[str, Any]) -> None:
    typer.secho(f"{found['id']}  {found.get('name', '')}", bold=True)
    colour = {"complete": "green", "running": "blue"}.get(found["state"], "yellow")
    typer.secho(found["state"], fg=colour, nl=not found.get("reason"))
    if found.get("reason"):
        typer.echo(f": {found['reason']}")
    calls, samples, jobs, done = (found.get(part, {}) for part in ("calls", "samples", "jobs", "evaluations"))
    typer.echo(
        f"calls {calls.get('judged', 0):,} judged of {calls.get('expected', 0):,} ({calls.get('failed', 0):,} failed); "
        f"samples {samples.get('accepted', 0):,} accepted, {samples.get('rejected', 0):,} rejected; "
        f"jobs {jobs.get('done', 0):,} done of {jobs.get('total', 0):,} ({jobs.get('failed', 0):,} failed); "
        f"evaluations {done.get('done', 0):,} done"
    )
    if told := _dev_told(found):
        typer.echo(f"dev: {told}")
    for line in [*failure_lines(found.get("failures", [])), *refused_lines(found), *paused_lines(found)]:
        typer.secho(line, fg="yellow")
    _print_datasets(found.get("datasets", []))
