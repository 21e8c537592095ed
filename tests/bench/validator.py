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
from typing import Any

import json_repair

from spanloom.contracts.rules import Rules, Verdict
from spanloom.data.completions import read_completions
from spanloom.ner.schema import LabelSchema
from spanloom_validator.duplicates import Seen, mark_duplicates
from spanloom_validator.extract import loads
from spanloom_validator.judge import judge_completion
from spanloom_validator.repair import repair

ROUNDS = 7
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


def our_way(texts: list[str], schema: LabelSchema, rules: Rules) -> tuple[int, list[Verdict]]:
    """The number of candidates, and the verdicts on accepted samples, duplicates told."""
    seen = Seen()
    candidates = 0
    accepted = []
    for text in texts:
        verdicts = mark_duplicates(judge_completion(text, schema=schema, rules=rules), seen, rules)
        candidates += len(verdicts)
        accepted += [verdict for verdict in verdicts if verdict.accepted]
    return candidates, accepted


def best(*ways: Callable[[], object]) -> list[float]:
    """Best seconds of each way, taken in turns."""
    seconds = [float("inf")] * len(ways)
    for _ in range(ROUNDS):
        for i, way in enumerate(ways):
            start = time.perf_counter()
            way()
            seconds[i] = min(seconds[i], time.perf_counter() - start)
    return seconds


def emit(name: str, ours: float, theirs: float, unit: str) -> None:
    """One measurement."""
    line = {"name": name, "ours": ours, "theirs": theirs, "ratio": ours / theirs, "unit": unit}
    print(
        json.dumps(line | {"machine": f"{platform.machine()} {platform.system()} Python {platform.python_version()}"})
    )


def measure(path: Path, types: list[str]) -> None:
    """The paper's way, `paper` and `default` on one file."""
    texts = [completion.text for completion in read_completions(path) if completion.error is None]
    schema, paper, default = LabelSchema.of(types), Rules(base="paper"), Rules(base="default")
    usable = len(papers_way(texts, len(schema)))
    (candidates, accepted), (found, _) = our_way(texts, schema, paper), our_way(texts, schema, default)
    if len(accepted) != usable:
        raise SystemExit(f"{path}: `paper` accepts {len(accepted)}, the paper's way {usable}: nothing to compare")
    megabytes = sum(map(len, texts)) / 1e6
    theirs, ours_paper, ours_default = best(
        lambda: papers_way(texts, len(schema)),
        lambda: our_way(texts, schema, paper),
        lambda: our_way(texts, schema, default),
    )
    for name, seconds, samples in (("paper", ours_paper, candidates), ("default", ours_default, found)):
        emit(f"validator {name} {path.name} text", megabytes / seconds, megabytes / theirs, "MB/s")
        emit(f"validator {name} {path.name} samples", samples / seconds, candidates / theirs, "samples/s")


def measure_parsers(paths: list[Path]) -> None:
    """The parser of the fast path against json, and what repair costs against it, on the flat objects of the files."""
    texts = [completion.text for path in paths for completion in read_completions(path)]
    pieces = [piece for text in texts for piece in re.findall(r"\{[^{}]*+\}", text)]
    good, broken = [piece for piece in pieces if _parses(piece)], [piece for piece in pieces if not _parses(piece)]
    fast, plain = best(lambda: list(map(loads, good)), lambda: list(map(json.loads, good)))
    emit("validator parse, orjson first against json", len(good) / fast, len(good) / plain, "objects/s")
    ours, theirs = best(lambda: list(map(repair, broken)), lambda: list(map(json_repair.loads, broken)))
    emit("validator repair, against json_repair.loads", len(broken) / ours, len(broken) / theirs, "objects/s")


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
        from support import shared_data

        folder = shared_data("data", "raw-completions", "Llama-3.1-8B-Instruct")
        paths = sorted(folder.glob("*.jsonl.gz"))
    for path in paths:
        measure(path, ["PER", "ORG", "LOC", *(["DATE"] if path.name.startswith("swa") else [])])
    measure_parsers(paths)


if __name__ == "__main__":
    main(sys.argv[1:])
