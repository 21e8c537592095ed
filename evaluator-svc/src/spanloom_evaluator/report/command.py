"""`spanloom report`: asks a running service for all that a run made, and writes the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from spanloom.contracts.arm import IDENTITY, RESTARTED
from spanloom.version import version
from spanloom_cli.client import Client
from spanloom_cli.options import Url, client
from spanloom_cli.results import by_own_distances
from spanloom_evaluator.report.page import ReportData, ReportSample, write_report

ROWS = 100_000
"""Most rows of a view."""


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id; `spanloom runs` lists them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("report.html"),
    samples: Annotated[int, typer.Option(min=0, max=500, help="Samples shown of each dataset.")] = 8,
    distances: Annotated[
        Path | None,
        typer.Option(
            help="A table of distances between languages (CSV or TSV: two ISO 639 codes and a number a line), in place "
            "of the specification's."
        ),
    ] = None,
    url: Url = None,
) -> None:
    """Write a run's report: one self-contained HTML page with specification, yields, samples, curves and tests."""
    with client(url) as api:
        data = gather(api, run, samples=samples)
    if distances is not None:
        data = replace(data, transfer_comparison=by_own_distances(data.transfer_comparison, distances))
    typer.echo(f"wrote {write_report(data, output)}", err=True)


def gather(api: Client, run: str, *, samples: int) -> ReportData:
    """Everything a report says about a run, from the service's routes."""
    found = api.run(run)
    scored = api.results("evaluations", run=run, limit=ROWS)
    # A restarted try and the shared labels have rows of their own beside that of the training itself.
    evaluations = [row for row in scored if row["label_mapping"] == IDENTITY and row["method"] != RESTARTED]
    written = [d for d in found["datasets"] if d["calls_expected"] and d["split"] == "train" and d["accepted"]]
    gallery = [sample for dataset in written for sample in _samples(api, dataset, samples)] if samples else []
    return ReportData(
        title=found["name"],
        specification=yaml.safe_dump(found["spec"], sort_keys=False, allow_unicode=True),
        facts=_facts(found),
        provenance=_provenance(found, evaluations),
        f1_by_size=api.results("f1_by_size", run=run, limit=ROWS),
        source_comparison=[_less(row, "run") for row in api.results("source_comparison", run=run, limit=ROWS)],
        transfer_comparison=api.results("transfer_comparison", run=run, limit=ROWS),
        significance=api.results("significance", run=run, limit=ROWS),
        failures=api.results("failures", run=run, limit=ROWS),
        advice=api.advice(run),
        yield_by_source=api.results("yield_by_source", run=run, limit=ROWS),
        rejection_reasons=api.results("rejection_reasons", run=run, limit=ROWS),
        samples=gallery,
        trainings=trainings_of(evaluations),
    )


def trainings_of(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a training job: a model scored on several test sets is one training."""
    jobs: dict[str, dict[str, Any]] = {}
    for row in evaluations:
        facts = row.get("facts") or {}
        jobs.setdefault(
            row["job"],
            {
                **{name: row[name] for name in ("language", "source", "setting")},
                "collapsed": bool(facts.get("collapsed")),
                "restarts": facts.get("restarts", 0),
            },
        )
    return list(jobs.values())


def _samples(api: Client, dataset: Mapping[str, Any], count: int) -> list[ReportSample]:
    tags = api.dataset(dataset["id"])["tags"]
    types = [tag[2:] for tag in tags if tag.startswith("B-")]
    group = f"{dataset['language']}, {dataset['source']}, {dataset['accepted']:,} samples"
    return [
        ReportSample(
            group,
            row["tokens"],
            row["ner_tags"],
            types,
            notes="; ".join(
                f"{name}: {', '.join(row[key])}"
                for name, key in (("repaired", "repairs"), ("marked", "marks"))
                if row[key]
            ),
        )
        for row in api.samples(dataset["id"], limit=count)
    ]


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"run": found["id"], "state": found["state"].replace("_", " "), "begun": _minute(found["created_at"])}
    if found["ended_at"]:
        facts["ended"] = _minute(found["ended_at"])
    if found["reason"]:
        facts["reason"] = found["reason"]
    return facts


def _provenance(found: Mapping[str, Any], evaluations: list[dict[str, Any]]) -> dict[str, Any]:
    facts = [row.get("facts") or {} for row in evaluations]
    encoders = sorted({str(f["encoder"]) for f in facts if f.get("encoder")})
    gold = [d for d in found["datasets"] if d["source"] == "gold"]
    tests = {row["test_set"]: row["test_sha256"] for row in evaluations}
    return {
        "Spanloom": version(),
        "specification": f"sha256 {found['spec_hash']}",
        "encoder": ", ".join(encoders) or "-",
        "training seeds": ", ".join(map(str, sorted({row["training_seed"] for row in evaluations}))) or "-",
        "updates in all": f"{sum(int(f.get('updates') or 0) for f in facts):,}",
        "training seconds in all": f"{sum(float(f.get('training_seconds') or 0) for f in facts):,.0f}",
        "models of the sources": ", ".join(sorted({row["source_model"] for row in evaluations} - {None})) or "-",
        **{f"gold {d['language']}, {d['split']}": d["id"] for d in gold},
        **{f"hash of {name}": f"sha256 {value}" for name, value in sorted(tests.items()) if value},
        "scored by version": ", ".join(sorted({row["code_version"] for row in evaluations} - {None})) or "-",
        "calls": f"{found['calls']['completed']:,} completed, {found['calls']['failed']:,} failed",
        "metric version": ", ".join(map(str, sorted({row["metric_version"] for row in evaluations}))) or "-",
    }


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC"


def _less(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
