"""`spanloom audit`: which labels of a dataset look wrong, and what is done about them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spanloom.errors import SpanloomError
from spanloom_cli.options import Json, Limit, Url, client, print_json, show

if TYPE_CHECKING:
    from spanloom_cli.client import Client

POLL_S = 2.0
MOST = 1_000_000
COLUMNS = (
    "call_index",
    "candidate_index",
    "kind",
    "given",
    "proposed",
    "suspicion",
    "agreement",
    "flagged",
    "sentence",
)
SPARE = ("agreement", "sentence", "kind")


class Do(StrEnum):
    """What is done about labels that look wrong."""

    mark = "mark"
    drop = "drop"
    relabel = "relabel"


def audit(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id; `spanloom show RUN` lists them.")],
    do: Annotated[
        Do,
        typer.Option(
            help="`drop`: a new version without the sentences flagged; `relabel`: one with the spans proposed. "
            "The run trains on it, beside the old one. Gold is only ever marked."
        ),
    ] = Do.mark,
    flagged: Annotated[bool, typer.Option("--flagged", help="Those alone that confident learning flags too.")] = False,
    limit: Limit = 50,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List the spans of a dataset that look wrong, the most suspicious first, with the spans proposed instead.

    They are found by models that never saw the sentence: the dataset is cut into folds, each judged by a model of the
    others, with the run's encoder and recipe. What was not audited yet is audited now, and waited for.
    """
    with client(url) as api:
        whole = api.dataset(dataset)
        told = api.audit(whole["id"], do.value)
        outcome = finished(api, whole)
        rows = [
            row
            for row in api.results("audit_findings", run=whole["run"], limit=MOST)
            if row["dataset"] == whole["id"] and (row["flagged"] or not flagged)
        ]
    version = told["version"] or (outcome.get("version") if do is not Do.mark else None)
    if as_json:
        print_json({"dataset": whole["id"], "version": version, "outcome": outcome, "findings": rows[:limit]})
        return
    if rows:
        shown = [{**row, **{name: round(row[name], 3) for name in ("suspicion", "agreement")}} for row in rows[:limit]]
        show(shown, "table", columns=COLUMNS, spare=SPARE)
    counts = f"{outcome['findings']} findings in {whole['accepted']} samples, {outcome['flagged']} of them flagged"
    typer.echo(f"{counts}; the models' own F1 against these labels is {outcome['f1']:.2f}", err=True)
    if version is not None:
        typer.echo(f"new version {version}; its run trains on it", err=True)
    elif do is not Do.mark:
        why = outcome.get("no_version") or "nothing is flagged"
        typer.echo(f"no new version: {why}", err=True)


def finished(api: Client, dataset: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit of a dataset says of itself, once it is done. Raises SpanloomError where it failed or never began.

    Ctrl-C stops the waiting; the audit goes on.
    """
    waited = False
    while True:
        jobs = [
            job
            for job in api.jobs(dataset["run"], state=None, limit=MOST)
            if job["kind"] == "audit" and job["arm"]["train_dataset"] == dataset["id"]
        ]
        state = jobs[0]["state"] if jobs else "waiting for other arms of the run"
        if state == "done":
            return dict(api.job(jobs[0]["id"])["outcome"])
        if state == "failed":
            raise SpanloomError(f"the audit failed: {jobs[0]['reason']}; `spanloom retry {dataset['run']}` tries again")
        if not waited:
            typer.echo(f"the audit is {state}; waiting for it (Ctrl-C stops the waiting, not the audit)", err=True)
            waited = True
        time.sleep(POLL_S)
