"""Scoring against seqeval, and intervals against resampling sentence by sentence, side by side in one run.

Run as `make bench BENCH=evaluator`. One JSON line a measurement: seconds (best of three, taken in turns), and their
ratio (theirs / ours).
"""

from __future__ import annotations

import json
import platform
import random
import time
from collections.abc import Callable

import numpy as np
from seqeval.metrics import f1_score

from spanloom.ner.schema import LabelSchema
from spanloom_evaluator.score.intervals import RESAMPLES, bootstrap, f1_of
from spanloom_evaluator.score.schemes import SentenceCounts, score, score_names
from spanloom_evaluator.score.significance import SWAPS, compare

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC", "DATE"])
TOKENS = 1_000_000
SENTENCES = 2_000
ROUNDS = 3


def corpus(tokens: int, rng: random.Random) -> tuple[list[list[int]], list[list[int]]]:
    """Gold and predictions: 8 spans in 100 tokens, of 1 to 4 tokens; a fifth of them lost, moved, cut or retyped."""
    gold: list[list[int]] = []
    pred: list[list[int]] = []
    made = 0
    while made < tokens:
        length = rng.randint(5, 45)
        tags, guess = [0] * length, [0] * length
        at = 0
        while at < length:
            if rng.random() < 0.1:
                size, kind = min(rng.randint(1, 4), length - at), rng.randrange(4)
                tags[at : at + size] = _span(kind, size)
                kind = rng.randrange(4) if rng.random() < 0.07 else kind
                shift, cut = int(rng.random() < 0.05), int(rng.random() < 0.05)
                size = max(0, min(size - cut, length - at - shift)) if rng.random() > 0.05 else 0
                guess[at + shift : at + shift + size] = _span(kind, size)
                at += size + 1
            at += 1
        gold.append(tags)
        pred.append(guess)
        made += length
    return gold, pred


def _span(kind: int, size: int) -> list[int]:
    return [2 * kind + (1 if i == 0 else 2) for i in range(size)]


def timed(**ways: Callable[[], object]) -> dict[str, float]:
    """Best seconds of each way, taken in turns."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def report(name: str, seconds: dict[str, float]) -> None:
    ours, theirs = seconds["ours"], seconds["theirs"]
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    line = {"name": name, "ours": round(ours, 4), "theirs": round(theirs, 4), "ratio": round(theirs / ours, 2)}
    print(json.dumps({**line, "unit": "s", "machine": machine}), flush=True)


def sentence_by_sentence(counts: SentenceCounts, resamples: int) -> tuple[float, float]:
    """The interval as it is usually computed: draw sentence numbers, add up their counts."""
    rng = np.random.default_rng(0)
    columns = counts.of().T.astype(np.int64)
    draws = [float(f1_of(columns[rng.integers(len(columns), size=len(columns))].sum(axis=0))) for _ in range(resamples)]
    lo, hi = np.percentile(draws, [2.5, 97.5])
    return float(lo), float(hi)


def swap_by_swap(first: SentenceCounts, second: SentenceCounts, swaps: int) -> float:
    """The test as it is usually computed: toss a coin for each sentence, add up both sides' counts."""
    rng = np.random.default_rng(0)
    a, b = first.of().T.astype(np.int64), second.of().T.astype(np.int64)
    observed = abs(f1_of(a.sum(axis=0)) - f1_of(b.sum(axis=0)))
    extreme = 0
    for _ in range(swaps):
        swapped = rng.random((len(a), 1)) < 0.5
        difference = f1_of(np.where(swapped, b, a).sum(axis=0)) - f1_of(np.where(swapped, a, b).sum(axis=0))
        extreme += int(abs(difference) >= observed)
    return (1 + extreme) / (1 + swaps)


def main() -> None:
    rng = random.Random(3535)
    gold, pred = corpus(TOKENS, rng)
    gold_names, pred_names = ([SCHEMA.names(s) for s in side] for side in (gold, pred))

    def from_names() -> float:
        return score_names(gold_names, pred_names, SCHEMA).of().f1

    theirs = f1_score(gold_names, pred_names)
    if abs(from_names() - theirs) > 1e-12:
        raise SystemExit(f"typed F1 {from_names()} is not seqeval's {theirs}")
    seqeval = lambda: f1_score(gold_names, pred_names)  # noqa: E731
    report(
        f"all readings of {TOKENS:,} tag ids vs seqeval's default F1 of the names",
        timed(ours=lambda: score(gold, pred, SCHEMA), theirs=seqeval),
    )
    report(f"all readings of {TOKENS:,} tag names vs seqeval's default F1", timed(ours=from_names, theirs=seqeval))

    gold, pred = gold[:SENTENCES], pred[:SENTENCES]
    counts = score(gold, pred, SCHEMA).counts
    other = score(gold, [[0] * 3 + tags[3:] for tags in pred], SCHEMA).counts
    report(
        f"95% interval, {SENTENCES:,} sentences, {RESAMPLES:,} resamples: distinct patterns vs sentence by sentence",
        timed(ours=lambda: bootstrap([counts]), theirs=lambda: sentence_by_sentence(counts, RESAMPLES)),
    )
    report(
        f"paired randomisation test, {SENTENCES:,} sentences, {SWAPS:,} swaps (ours: the difference's interval too)",
        timed(ours=lambda: compare([counts], [other]), theirs=lambda: swap_by_swap(counts, other, SWAPS)),
    )


if __name__ == "__main__":
    main()
