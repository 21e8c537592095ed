"""Commands over runs: start one, list, show, follow, cancel, resume, retry."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spanloom_cli.exits import Exit
from spanloom_cli.options import Json, Limit, Url, client, print_json, print_rows
from spanloom_cli.specs import SpecFile, read_spec
from spanloom_cli.work import failure_lines

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id; `spanloom runs` lists them.")]
DATASET_COLUMNS = ("id", "state", "calls_judged", "calls_expected", "candidates", "accepted", "reason")


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
) -> None:
    """Start a run from a specification; print its id.

    With `--follow` the command ends with the run: exit code 0 when it is complete, 1 when parts of it failed or it
    was cancelled. Ctrl-C stops following; the run goes on.
    """
    text = read_spec(spec)
    if all_folds:
        if follow:
            raise typer.BadParameter("follow the runs one by one: `spanloom follow RUN`", param_hint="--all-folds")
        _start_folds(text, as_json, url, idempotency_key)
        return
    with client(url) as api:
        made = api.create_run(text, idempotency_key=idempotency_key)
        if not follow:
            if as_json:
                print_json(made)
            else:
                typer.echo(made["id"])
                typer.echo(f"follow it with `spanloom follow {made['id']}`", err=True)
            return
        typer.echo(f"run {made['id']}", err=True)
        _follow(api, made["id"], as_json)


def _start_folds(text: str, as_json: bool, url: str | None, idempotency_key: str | None) -> None:
    from spanloom.contracts.spec import parse_spec
    from spanloom.data.languages import complete_spec
    from spanloom_cli.folds import each_fold

    folds = each_fold(parse_spec(text, complete_spec), text)
    made = []
    with client(url) as api:
        for i, fold in enumerate(folds):
            made.append(api.create_run(fold, idempotency_key=idempotency_key and f"{idempotency_key}-{i}"))
            if not as_json:
                typer.echo(made[-1]["id"])
    if as_json:
        print_json(made)


def runs(limit: Limit = 20, as_json: Json = False, url: Url = None) -> None:
    """List runs, newest first."""
    with client(url) as api:
        rows = api.runs(limit=limit)
    print_rows(
        rows, ("id", "name", "state", "created_at", "ended_at", "reason"), as_json=as_json, nothing="no runs yet"
    )


def show(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """One run: its state, counts and datasets."""
    with client(url) as api:
        found = api.run(run)
    if as_json:
        print_json(found)
    else:
        _print_run(found)


def follow(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Show a run's progress until it ends; the exit code is 0 when it is complete, else 1."""
    with client(url) as api:
        _follow(api, run, as_json)


def cancel(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Cancel a run: nothing new is begun; what was done stays, and `spanloom resume` goes on from there."""
    _act(run, "cancel", as_json, url)


def resume(run: RunId, as_json: Json = False, url: Url = None) -> None:
    """Set a cancelled run going again; no call that has a completion is asked again."""
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

    ended = follow_run(api, run_id)
    if as_json:
        print_json(ended)
    else:
        _print_run(ended)
        typer.echo(f"results: `spanloom results {run_id}`", err=True)
    if ended["state"] != "complete":
        raise typer.Exit(Exit.FAILED)


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
    for line in failure_lines(found.get("failures", [])):
        typer.secho(line, fg="yellow")
    print_rows(found.get("datasets", []), DATASET_COLUMNS, as_json=False, nothing="no datasets")
