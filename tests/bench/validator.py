"""Judging completions against the paper's way, side by side in one run on one core.

The paper's way is that of the published scripts: the regex `\\{(?:[^{}])*?\\}`, `json.loads` on each match, equal
lengths, tags in range. Ours does all that and more: one verdict a candidate, with reason and place, and the duplicates.

Run as `make bench BENCH=validator`. One JSON line a measurement; MB are of completion text, samples are candidates.
The completions are the recorded ones of Llama-3.1-8B, or the file given as argument.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import json_repair

from spanloom.contracts.rules import Repair, Rules, Verdict
from spanloom.data.completions import read_completions
from spanloom.ner.schema import LabelSchema
from spanloom_validator.duplicates.rule import SeenSamples, mark_duplicates
from spanloom_validator.extract.parse import loads
from spanloom_validator.extract.repair import repair
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context

ROUNDS = 15
SLICE = 25
"""Completions, or objects, that are timed at once."""
_PAPER = re.compile(r"\{(?:[^{}])*?\}")


def papers_way(texts: list[str], labels: int) -> list[dict[str, Any]]:
    """The usable samples, as the published scripts find them."""
    usable = []
    for text in texts:
        for match in _PAPER.findall(text):
            try:
                value = json.loads(match)
            except json.JSONDecodeError:
                continue
            tokens, tags = value.get("tokens"), value.get("ner_tags")
            if tokens is None or tags is None or len(tokens) != len(tags):
                continue
            if all(0 <= tag < labels for tag in tags):
                usable.append(value)
    return usable


def our_way(texts: list[str], schema: LabelSchema, rules: Rules) -> list[Verdict]:
    """The verdict on every candidate; under `default`, which rejects them, duplicates told."""
    seen, context = SeenSamples(rules), Context(schema, rules)
    out: list[Verdict] = []
    for text in texts:
        verdicts = judge_completion(text, context)
        out += mark_duplicates(verdicts, seen) if rules.base == "default" else verdicts
    return out


def best(*ways: Callable[[list[str]], object], texts: list[str]) -> list[float]:
    """CPU seconds of each way: the best of some rounds on a slice of the texts, in turns, and the sum over the slices.
    So what else the machine does hits all alike."""
    seconds = [0.0] * len(ways)
    for at in range(0, len(texts), SLICE):
        part, fastest = texts[at : at + SLICE], [float("inf")] * len(ways)
        for _ in range(ROUNDS):
            for i, way in enumerate(ways):
                start = time.thread_time()
                way(part)
                fastest[i] = min(fastest[i], time.thread_time() - start)
        seconds = [sum(pair) for pair in zip(seconds, fastest, strict=True)]
    return seconds


def emit(name: str, ours: float, theirs: float, unit: str) -> None:
    """One measurement."""
    line = {"name": name, "ours": round(ours, 3), "theirs": round(theirs, 3), "ratio": round(ours / theirs, 3)}
    machine = f"{platform.machine()} {platform.system()} Python {platform.python_version()}"
    print(json.dumps(line | {"unit": unit, "machine": machine}), flush=True)


class Measured(NamedTuple):
    """Seconds, megabytes and samples of a set of completions."""

    theirs: float
    paper: float
    default: float
    megabytes: float
    candidates: int
    found: int


def measure(path: Path, types: list[str]) -> Measured:
    """The paper's way, `paper` and `default` on one file."""
    texts = [completion.text for completion in read_completions(path) if completion.error is None]
    schema, paper, default = LabelSchema.of(types), Rules(base="paper"), Rules(base="default")
    usable, verdicts = len(papers_way(texts, len(schema))), our_way(texts, schema, paper)
    accepted = sum(verdict.accepted for verdict in verdicts)
    if accepted != usable:
        raise SystemExit(f"{path}: `paper` accepts {accepted}, the paper's way {usable}: nothing to compare")
    seconds = best(
        lambda part: papers_way(part, len(schema)),
        lambda part: our_way(part, schema, paper),
        lambda part: our_way(part, schema, default),
        texts=texts,
    )
    return Measured(*seconds, sum(map(len, texts)) / 1e6, len(verdicts), len(our_way(texts, schema, default)))


def report(name: str, of: Measured) -> None:
    """Text and samples a second, of both bases."""
    for base, seconds, samples in (("paper", of.paper, of.candidates), ("default", of.default, of.found)):
        emit(f"validator {base} {name} text", of.megabytes / seconds, of.megabytes / of.theirs, "MB/s")
        emit(f"validator {base} {name} samples", samples / seconds, of.candidates / of.theirs, "samples/s")


def measure_parsers(paths: list[Path]) -> None:
    """The parser of the fast path against json, and what repair costs against it, on the flat objects of the files."""
    texts = [completion.text for path in paths for completion in read_completions(path)]
    pieces = [piece for text in texts for piece in re.findall(r"\{[^{}]*+\}", text)]
    good, broken = [piece for piece in pieces if _parses(piece)], [piece for piece in pieces if not _parses(piece)]
    fast, plain = best(lambda part: list(map(loads, part)), lambda part: list(map(json.loads, part)), texts=good)
    emit("validator parse, orjson first against json", len(good) / fast, len(good) / plain, "objects/s")
    ours, theirs = best(
        lambda part: [repair(piece, (Repair.JSON,)) for piece in part],
        lambda part: list(map(json_repair.loads, part)),
        texts=broken,
    )
    emit(
        "validator repair of notation, against json_repair.loads", len(broken) / ours, len(broken) / theirs, "objects/s"
    )


def _parses(piece: str) -> bool:
    try:
        json.loads(piece)
    except json.JSONDecodeError:
        return False
    return True


def main(arguments: list[str]) -> None:
    """Measure on the files given, or on the recorded completions of Llama-3.1-8B."""
    if arguments:
        paths = [Path(argument) for argument in arguments]
    else:
        from support.common import shared_data

        folder = shared_data("data", "raw-completions", "Llama-3.1-8B-Instruct")
        paths = sorted(folder.glob("*.jsonl.gz"))
    measured = {
        path: measure(path, ["PER", "ORG", "LOC", *(["DATE"] if path.name.startswith("swa") else [])]) for path in paths
    }
    report("all files", Measured(*map(sum, zip(*measured.values(), strict=True))))
    for path, one in measured.items():
        report(path.name, one)
    measure_parsers(paths)


if __name__ == "__main__":
    main(sys.argv[1:])
