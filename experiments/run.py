"""Carry out a preset on this machine, through a real Kafka and PostgreSQL and four service processes, and report it.

    python -m experiments.run experiments/paper-mini/spec.yaml --page experiments/paper-mini/page.md

Recorded completions and gold data come from SPANLOOM_DATA, else from `data` in SPANLOOM_SHARED, else from
`shared/data` beside the repository. With `--page` the block between the page's two `results` comments is replaced, or
the page is begun; it says what was run, where that is less than the preset as well. The longer form (`--full`) has a
page of its own, full.md beside it, and what is run for some languages alone a block of its own there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from experiments.orderings import orderings
from experiments.whole_sets import whole_sets
from rich.console import Console

from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.contracts.translation import TranslatedSource
from spanloom.data.encoders import KNOWN
from spanloom.data.languages import complete_spec
from spanloom.data.rows import as_markdown
from spanloom.plan import project
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom.version import version
from spanloom_cli.client import Client
from spanloom_cli.published import compare_f1, compare_yields
from spanloom_cli.results import View, columns_for
from support.cluster import Cluster
from support.common import ROOT
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres


def marks_of(languages: Sequence[str] | None = None) -> tuple[str, str]:
    """The comments around the block of some languages, or of the whole."""
    part = f" of {', '.join(languages)}" if languages else ""
    return f"<!-- results{part}: written by experiments/run.py -->", f"<!-- end of results{part} -->"


BEGIN, END = marks_of()  # of all languages
BEGAN_WITH = version()  # files may change before the page is written
LIMIT = 100_000
TWO_AT_ONCE = {
    "SPANLOOM_CONCURRENT_JOBS": "2",
    "SPANLOOM_LEASE_S": "60",
    "SPANLOOM_RENEW_S": "15",
    "SPANLOOM_SWEEP_S": "5",
    "SPANLOOM_REPUBLISH_AFTER_S": "300",
    "SPANLOOM_SESSION_TIMEOUT_S": "60",
    "SPANLOOM_HEARTBEAT_S": "3",
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "HF_HUB_OFFLINE": "1",
}
"""Two trainings of one thread each, vLLM on a CPU without a hub, and the patience of a busy machine."""
TRANSFER = ("translate_train", "translate_test", "mix", "annotate", "llm_tag", "tagger")
"""Kinds of sources that a run's other view is for."""
TINY = {"hidden": 128, "layers": 2, "heads": 4, "ffn": 512, "vocabulary": 1000, "tokenizer_from": "all_sources"}
TINY_RECIPE = {"learning_rate": 0.001, "warmup": 0.06, "restarts": 0, "precision": "bf16"}
"""For an encoder of random weights: 2e-5 learns nothing there."""


@dataclass(frozen=True)
class Done:
    """A run that was carried out, and what it gave."""

    run: Mapping[str, Any]
    rows: Mapping[View, Sequence[Mapping[str, Any]]]
    whole: Sequence[Mapping[str, Any]]
    """Tests between arms on all that each source has."""
    minutes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiment; the exit code is 0 when the run is complete, 1 when parts of it failed."""
    asked = _arguments(arguments)
    preset = read_preset(asked.preset, full=asked.full)
    spec, changes = changed(preset, asked)
    console = Console()
    page = asked.page.with_name("full.md") if asked.page and asked.full else asked.page
    marks = marks_of(asked.languages)
    if not asked.toy_llm:
        return experiment(spec, changes, page, console, marks)
    from support.toy_llama import write_toy_llama  # brings torch

    with tempfile.TemporaryDirectory(prefix="spanloom-llm-") as folder:
        console.print("training the demo's LLM")
        llm = write_toy_llama(Path(folder))
        return experiment(with_model(spec, llm), changes, page, console, marks, llm)


def read_preset(path: Path, *, full: bool = False) -> dict[str, Any]:
    """A preset; with `full` its longer form, of which full.yaml beside it says what differs."""
    preset = yaml.safe_load(path.read_text("utf-8"))
    if not full:
        return dict(preset)
    longer = yaml.safe_load(path.with_name("full.yaml").read_text("utf-8"))
    return {**preset, **longer, "training": {**preset["training"], **longer["training"]}}


def experiment(
    spec: Mapping[str, Any],
    changes: Sequence[str],
    page: Path | None,
    console: Console,
    marks: tuple[str, str],
    llm: Path | None = None,
) -> int:
    """Carry out and report; `llm` is a folder that vLLM may load beside those of the data."""
    recorded = any(source.get("engine", {}).get("kind") == "replay" for source in spec["sources"])
    folder = data_folder(recorded=recorded)
    parsed = parse_spec(yaml.safe_dump(spec), complete_spec)
    plan = project(parsed)
    console.print(f"[bold]{parsed.name}[/bold]: at most {plan.arms} arms, {plan.steps:,} updates; data in {folder}")
    console.print_json(json.dumps(parsed.training.model_dump(mode="json", exclude_none=True)))
    for line in changes:
        console.print(f"less than the preset: {line}", style="yellow")
    known = known_encoders(parsed)
    for name in known:
        subprocess.run([str(Path(sys.executable).with_name("spanloom")), "encoder", "get", name], check=True)
    with services(folder, cache=load_settings().cache if known else None, llm=llm) as cluster:
        done = carry_out(cluster, spec)
    text = report(done, parsed.training.model_dump(mode="json", exclude_none=True), changes, published=recorded)
    print(text)
    if page is not None:
        write_block(page, text, title=f"# {parsed.name}", marks=marks)
        console.print(f"wrote {page}")
    return 0 if done.run["state"] == "complete" else 1


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("preset", type=Path)
    parser.add_argument("--page", type=Path, help="page in which the results are written")
    parser.add_argument("--scale", type=float, default=1, help="0 to 1: sizes up to this share of the largest, and as "
                        "large a share of the training seeds and of control_steps")  # fmt: skip
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], help="sizes, instead")
    parser.add_argument("--languages", type=lambda text: text.split(","), help="target languages, instead of all")
    parser.add_argument("--epochs", type=int, help="epochs of every arm, instead of the recipe's")
    parser.add_argument("--control-steps", type=int, help="updates of every step-matched arm, instead of the preset's")
    parser.add_argument("--no-control", action="store_true", help="without the step-matched arms")
    parser.add_argument("--full", action="store_true", help="the longer form: full.yaml beside the preset")
    parser.add_argument("--tiny", action="store_true", help="a small encoder of random weights, with its recipe")
    parser.add_argument("--toy-llm", action="store_true", help="the demo's LLM, trained now, for vLLM's model")
    asked = parser.parse_args(arguments)
    if not 0 < asked.scale <= 1:
        parser.error(f"--scale {asked.scale} is not in (0, 1]")
    return asked


def changed(preset: Mapping[str, Any], asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The specification to carry out, and a line for each thing that is not as the preset has it."""
    training = dict(preset["training"])
    if asked.tiny:
        training |= {"encoder": {"tiny": TINY}, "recipe": TINY_RECIPE}
    if asked.scale < 1:
        sizes, seeds = training["sizes"], training["training_seeds"]
        training["sizes"] = [n for n in sizes if n <= asked.scale * max(sizes)] or [min(sizes)]
        kept = max(1, round(asked.scale * len(seeds)))
        for name in {"training_seeds", "subset_seeds"} & set(training):
            training[name] = training[name][:kept]
        if "control_steps" in training:
            training["control_steps"] = max(1, round(asked.scale * training["control_steps"]))
    if asked.sizes:
        training["sizes"] = asked.sizes
    if asked.epochs is not None:
        training["recipe"] = {**training["recipe"], "epochs": asked.epochs}
    if asked.control_steps is not None:
        training["control_steps"] = asked.control_steps
    if asked.no_control:
        training.pop("control_steps", None)
        training["control"] = "none"
    lines = [
        f"`{key}: {json.dumps(training.get(key))}`; the preset has `{json.dumps(preset['training'].get(key))}`"
        for key in sorted({*training, *preset["training"]})
        if training.get(key) != preset["training"].get(key)
    ]
    if not asked.languages:
        return {**preset, "training": training}, lines
    part = for_languages(preset, asked.languages)
    every = ", ".join(language["code"] for language in preset["languages"])
    return {**part, "training": training}, [f"languages {', '.join(asked.languages)} of {every}", *lines]


def for_languages(preset: Mapping[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    """The preset for some of its target languages, and the sources that are for them."""
    sources = []
    for source in preset["sources"]:
        kept = [code for code in codes if code in source.get("languages", codes)]
        if kept:
            sources.append({**source, **({"languages": kept} if "languages" in source else {})})
    languages = [language for language in preset["languages"] if language["code"] in codes]
    if len(languages) != len(codes):
        sys.exit(f"--languages {','.join(codes)}: the preset has {', '.join(x['code'] for x in preset['languages'])}")
    return {**preset, "languages": languages, "sources": sources}


def with_model(spec: Mapping[str, Any], model: Path) -> dict[str, Any]:
    """The specification with a model's folder in each engine that is vLLM's."""
    sources = [
        {**source, "engine": {**source["engine"], "model": str(model)}}
        if source.get("engine", {}).get("kind") == "vllm"
        else source
        for source in spec["sources"]
    ]
    return {**spec, "sources": sources}


def data_folder(*, recorded: bool) -> Path:
    """Where gold data and recorded completions lie. Ends the program with what to do where the latter are asked for
    and are not there."""
    given = os.environ.get("SPANLOOM_DATA")
    folder = Path(given or Path(os.environ.get("SPANLOOM_SHARED") or ROOT.parent / "shared") / "data")
    if recorded and not given and not (folder / "raw-completions").is_dir():
        sys.exit(f"no raw-completions in {folder}; set SPANLOOM_DATA to the folder that holds raw-completions and gold")
    return folder


def known_encoders(spec: RunSpec) -> list[str]:
    """Encoders of a specification that are known by name: trained ones, and those that find word links."""
    aligners = [source.aligner for source in spec.sources if isinstance(source, TranslatedSource)]
    named = [spec.training.encoder.name, *(aligner.encoder for aligner in aligners if aligner is not None)]
    return sorted({name for name in named if name is not None and name in KNOWN})


@contextmanager
def services(data: Path, *, cache: Path | None = None, llm: Path | None = None) -> Iterator[Cluster]:
    """Kafka, PostgreSQL and the four services as processes, in a folder of their own that goes at the end.

    `cache` is a folder outside it with encoders that were got before, `llm` one with a model for vLLM.
    """
    folder = Path(tempfile.mkdtemp(prefix="spanloom-experiment-"))
    broker = KafkaBroker(folder)
    try:
        broker.start()
        with own_postgres() as postgres:
            settings = {"SPANLOOM_DATA": str(data), **TWO_AT_ONCE}
            if cache is not None:
                settings["SPANLOOM_CACHE"] = str(cache)
            if llm is not None:
                settings["SPANLOOM_LLMS"] = str(llm)
            with Cluster(postgres.url, broker.bootstrap, folder, **settings) as cluster:
                cluster.migrate()
                cluster.start()
                yield cluster
                for process in cluster.processes:
                    process.stop()
    finally:
        if broker.running:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


def carry_out(cluster: Cluster, spec: Mapping[str, Any]) -> Done:
    """Submit the specification, follow it to its end, and read its results."""
    path = cluster.folder / "spec.yaml"
    path.write_text(yaml.safe_dump(dict(spec), sort_keys=False), "utf-8")
    command = [str(Path(sys.executable).with_name("spanloom")), "run", str(path), "--follow", "--json", "--url"]
    began = time.monotonic()
    followed = subprocess.run([*command, cluster.of("generator").url], stdout=subprocess.PIPE, text=True, check=False)
    if followed.returncode not in (0, 1) or not followed.stdout.strip():
        raise RuntimeError(f"`spanloom run` ended with {followed.returncode}\n{cluster.logs()}")
    run = json.loads(followed.stdout)
    with Client(cluster.of("evaluator").url) as api:
        views = (View.yield_by_source, View.f1_by_size, View.significance, View.transfer_comparison)
        rows = {view: api.results(view, run=run["id"], limit=LIMIT) for view in views}
    engine = connect(cluster.database_url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        whole = whole_sets(connection, run["id"], rows[View.f1_by_size])
    engine.dispose()
    return Done(run, rows, whole, (time.monotonic() - began) / 60)


def stamp() -> str:
    """Today and the commit that the experiment began with, for its page."""
    return f"{time.strftime('%Y-%m-%d', time.gmtime())}, spanloom {BEGAN_WITH}"


def report(done: Done, training: Mapping[str, Any], changes: Sequence[str], *, published: bool) -> str:
    """What was run and what it gave, as Markdown; with `published` beside the paper's figures, of the same data."""
    jobs = done.run["jobs"]
    tests = done.rows[View.significance]
    plain = [row for row in tests if row.get("control") in (None, "epochs")]
    matched = [row for row in tests if row.get("control") not in (None, "epochs")]
    yields, beside, held = _view(View.yield_by_source, "## Yields", done), "", []
    if published:
        yields = _table("## Yields beside the published ones", compare_yields(done.rows[View.yield_by_source]))
        theirs = compare_f1(done.rows[View.f1_by_size])
        beside = _table("## F1 beside the published ones, of XLM-R-large", theirs)
        held = orderings(done.rows[View.f1_by_size], plain, theirs)
    sections = [
        "## What was run",
        f"{stamp()}, {platform.machine()}, {os.cpu_count()} cores, Kafka, PostgreSQL "
        f"and four service processes, two trainings at once: {jobs['done']} trainings ({jobs['failed']} failed) in "
        f"{done.minutes:.0f} minutes, the services' own start not counted. The run ended as `{done.run['state']}`"
        + (f": {done.run['reason']}." if done.run.get("reason") else "."),
        "Less than the preset: " + "; ".join(changes) + "." if changes else "The preset as it stands.",
        "```yaml\n" + yaml.safe_dump(dict(training), sort_keys=False, default_flow_style=None) + "```",
        yields,
        _table("## Do the paper's orderings hold?", held),
        _view(View.f1_by_size, "## F1 by size, with 95% intervals", done),
        beside,
        _view(View.transfer_comparison, "## Each way beside zero-shot and the largest organic arm", done)
        if any(source["kind"] in TRANSFER for source in done.run["spec"]["sources"])
        else "",
        _table(
            "## Differences between sources, with significance (p after Holm)",
            plain,
            columns_for(View.significance, plain),
        ),
        _table("## The same with equal updates", matched, columns_for(View.significance, matched)),
        _table("## Differences between whole sets, of unequal size (p after Holm within the table)", done.whole),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _view(view: View, title: str, done: Done) -> str:
    rows = done.rows[view]
    return _table(title, rows, columns_for(view, rows))


def _table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> str:
    return f"{title}\n\n{as_markdown(rows, columns=columns).strip()}" if rows else ""


def write_block(page: Path, text: str, *, title: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Replace what stands between the page's two comments, `marks`; a page without them gets them at its end."""
    begin, end = marks
    old = page.read_text("utf-8") if page.exists() else f"{title}\n\n"
    block = f"{begin}\n\n{text}\n{end}"
    head, found, rest = old.partition(begin)
    new = f"{head}{block}{rest.partition(end)[2]}" if found else f"{old.rstrip()}\n\n{block}\n"
    page.write_text(new, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
