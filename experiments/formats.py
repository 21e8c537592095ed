"""How many objects a real small LLM writes that can be used, by format and by what holds its decoding.

    PYTHONPATH=tests python -m experiments.formats --calls 12 --page experiments/constrained/page.md

SmolLM2-135M-Instruct, from its wheel, writes for the demo's Swedish through a real `vllm serve` and the openai engine,
and through the vllm engine in this process; the prompts are those a run would send, the verdicts those it would give.
A row of JSON a combination is printed as it ends; with `--page` the table replaces the block between the page's two
`formats` comments.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from experiments.run import stamp, write_block

from spanloom.contracts.labelling import Format
from spanloom.contracts.reach import Reach
from spanloom.contracts.rules import Rules
from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.data.rows import as_markdown
from spanloom_generator.engines.port import CallResult, Engine, open_engine
from spanloom_generator.prompts import plan_prompts
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context
from support.smollm2 import smollm2
from support.vllm_serve import CPU, vllm_serve

BEGIN, END = "<!-- formats: written by experiments/formats.py -->", "<!-- end of formats -->"
NAME, LENGTH = "smollm2", 2048
HELD = ("none", "json", "aligned")


def spec_of(format_: str, constrain: str, *, calls: int, max_tokens: int) -> RunSpec:
    """A run of one synthetic source: three seed sentences a call, two samples asked for."""
    return parse_spec(
        json.dumps(
            {
                "name": "formats",
                "labels": ["PER", "ORG", "LOC"],
                "languages": [{"code": "sv", "gold": {"demo": "sv"}}],
                "sources": [
                    {
                        "kind": "synthetic",
                        "name": "llm",
                        "engine": {"kind": "vllm", "model": NAME},
                        "m": 3,
                        "n": 2,
                        "format": format_,
                        "constrain": constrain,
                        "stop": {"after_calls": calls},
                        "dev_calls": 0,
                        "sampling": {"max_tokens": max_tokens},
                    }
                ],
                "training": {"settings": ["from_scratch"], "sizes": [10]},
            }
        ),
        complete_spec,
    )


def measured(engine: Engine, through: str, spec: RunSpec) -> dict[str, Any]:
    """One combination: calls, objects found, accepted, copies of the prompt's own examples, tokens and seconds."""
    (source,) = spec.sources
    assert isinstance(source, SyntheticSource)
    began = time.monotonic()
    plans = list(plan_prompts(spec, source, "sv", demo_corpus("sv")["train"]))
    held = [engine.submit(plan.request(f"{source.format}-{source.constrain}-{plan.call_index}")) for plan in plans]
    done: list[CallResult] = [call.result(3600) for call in held]
    context = Context(spec.schema_for("sv"), Rules(), source.format, source.constrain == "json", script="Latn")
    verdicts = [verdict for result in done for verdict in judge_completion(result.text, context)]
    reasons = Counter(str(verdict.reason) for verdict in verdicts if not verdict.accepted)
    return {
        "through": through,
        "format": source.format,
        "constrain": source.constrain,
        "calls": len(done),
        "asked": len(done) * source.n,
        "objects": len(verdicts),
        "accepted": sum(verdict.accepted for verdict in verdicts),
        "cut_at_the_limit": sum(result.finish_reason == "length" for result in done),
        "tokens_out": sum(result.tokens_out for result in done),
        "most_frequent_reject": " ".join(map(str, reasons.most_common(1)[0])) if reasons else "",
        "seconds": round(time.monotonic() - began),
    }


def combinations(model: Path, folder: Path, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every format and kind of constraint through the server; the paper's format through the engine in this process."""

    def spec(format_: str, held: str) -> RunSpec:
        return spec_of(format_, held, calls=asked.calls, max_tokens=asked.max_tokens)

    with vllm_serve(model, NAME, folder / "log", max_model_len=LENGTH) as url:
        engine = open_engine({"kind": "openai", "base_url": url, "model": NAME, "reach": Reach(None, None)})
        engine.start()
        for format_ in get_args(Format):
            for held in HELD:
                yield measured(engine, "openai engine, vllm serve", spec(format_, held))
        engine.close()
    os.environ.update(CPU)
    engine = open_engine(
        {
            "kind": "vllm",
            "model": str(model),
            "dtype": "bfloat16",
            "max_model_len": LENGTH,
            "max_num_seqs": 8,
            "enforce_eager": True,
        }
    )
    engine.start()
    for held in HELD:
        yield measured(engine, "vllm engine", spec("tag_ids", held))
    engine.close()


def table(rows: Sequence[dict[str, Any]], asked: argparse.Namespace) -> str:
    """The rows as a page shows them."""
    return (
        f"{stamp()}, SmolLM2-135M-Instruct in bfloat16 on the CPU, {asked.calls} calls of each, three seed sentences "
        f"and two samples asked a call, at most {asked.max_tokens} tokens:\n\n{as_markdown(rows).strip()}\n"
    )


def main() -> int:
    """Carry out all combinations and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=12, help="calls of each combination")
    parser.add_argument("--max-tokens", type=int, default=300, help="most tokens of a completion")
    parser.add_argument("--page", type=Path, help="page in which the table is written")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="spanloom-formats-") as folder:
        model = smollm2(Path(folder) / "model")
        for row in combinations(model, Path(folder), asked):
            print(json.dumps(row), flush=True)
            rows.append(row)
    if asked.page is not None:
        write_block(asked.page, table(rows, asked), title="# Formats", marks=(BEGIN, END))
    return 0


if __name__ == "__main__":
    sys.exit(main())
