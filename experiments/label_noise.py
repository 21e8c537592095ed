"""Put mistakes into gold data, have the label audit look for them, and train on what it leaves or mends.

    python experiments/label_noise.py --gold shared/data/gold/da_ddt --language da --labels PER,ORG,LOC --share 0.2

A share of the gold spans is damaged, a third each by another type, a boundary one word off, and being left out. The
audit (`spanloom_trainer.audit`) is run on the damaged sentences; arms are trained on them as they are, without the
sentences of flagged findings (`drop`), with flagged findings taken over (`relabel`), and with the mistakes taken out
again (`clean`). A line of JSON is printed for each share and training seed, and `--table` makes tables of such lines.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from numpy.typing import NDArray

from spanloom.contracts.audit_arms import FOLDS
from spanloom.contracts.gold import GoldSpec
from spanloom.contracts.training import Recipe, read_recipe
from spanloom.data.gold import load_gold
from spanloom.data.roots import ANYWHERE
from spanloom.data.subset import subset
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom.settings import load_settings
from spanloom_trainer.audit.findings import Finding, findings_of, relabelled
from spanloom_trainer.audit.held_out import cross_fitted
from spanloom_trainer.core.base import Base, load_base
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.encoders.get import ensure

SUBSET_SEED = 3535
RESAMPLES = 10_000
KINDS = ("type", "boundary", "left out")
RECIPE: dict[str, Any] = {"learning_rate": 2e-4, "head_learning_rate": 1e-2, "epochs": 1, "restarts": 0}


class Mistake(NamedTuple):
    """A gold span that was damaged: where, how, and what stands there now (None: nothing)."""

    sentence: int
    was: Span
    now: Span | None
    kind: str


def damaged(sentences: Sequence[Sentence], share: float, types: int, seed: int) -> tuple[list[Sentence], list[Mistake]]:
    """Sentences with `share` of their spans damaged, each kind as often as the others, and the mistakes put in.

    A span whose boundary cannot move by a word without meeting another or vanishing gets another type instead.
    """
    rng = random.Random(seed)
    spans = [set(spans_of(sentence.tags)) for sentence in sentences]
    places = [(i, span) for i in range(len(sentences)) for span in sorted(spans[i], key=lambda s: s.start)]
    mistakes = []
    for turn, (i, span) in enumerate(rng.sample(places, round(share * len(places)))):
        kind = KINDS[turn % len(KINDS)]
        now: Span | None = None
        if kind == "boundary":
            free = moved(span, spans[i] - {span}, len(sentences[i].tags))
            now, kind = (rng.choice(free), kind) if free else (None, "type")
        if kind == "type":
            now = span._replace(type=rng.choice([t for t in range(types) if t != span.type]))
        spans[i].remove(span)
        if now is not None:
            spans[i].add(now)
        mistakes.append(Mistake(i, span, now, kind))
    new = [
        Sentence(sentence.tokens, tags_of(own, len(sentence.tags)))
        for sentence, own in zip(sentences, spans, strict=True)
    ]
    return new, mistakes


def moved(span: Span, others: Iterable[Span], length: int) -> list[Span]:
    """The span with one boundary a word off: never empty, outside the sentence or over another."""
    taken = {word for other in others for word in range(other.start, other.end)}
    out = []
    for start, end in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        one = Span(span.type, span.start + start, span.end + end)
        if 0 <= one.start < one.end <= length and not taken & set(range(one.start, one.end)):
            out.append(one)
    return out


def found_counts(
    findings: Sequence[Finding], mistakes: Sequence[Mistake], sentences: int
) -> dict[str, NDArray[np.int64]]:
    """(sentences,) counts: findings, those that touch a mistake, mistakes, those touched, those put right; by kind."""
    by_sentence: dict[int, list[Mistake]] = defaultdict(list)
    for mistake in mistakes:
        by_sentence[mistake.sentence].append(mistake)
    out: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(sentences, np.int64))
    seen = set[tuple[Mistake, bool]]()
    for one in findings:
        here = [m for m in by_sentence[one.sentence] if _touches(one, m)]
        out["findings"][one.sentence] += 1
        out["right"][one.sentence] += bool(here)
        seen.update((m, m.was in one.proposed) for m in here)
    for mistake in mistakes:
        for name in ("mistakes", f"mistakes {mistake.kind}"):
            out[name][mistake.sentence] += 1
        if (mistake, True) in seen or (mistake, False) in seen:
            for name in ("found", f"found {mistake.kind}"):
                out[name][mistake.sentence] += 1
        out["mended"][mistake.sentence] += (mistake, True) in seen
    return out


def _touches(one: Finding, mistake: Mistake) -> bool:
    spans = [mistake.was] + ([mistake.now] if mistake.now is not None else [])
    return any(one.start < span.end and span.start < one.end for span in spans)


def ratio(top: NDArray[np.int64], bottom: NDArray[np.int64], seed: int = 0) -> list[float] | None:
    """Sum over sum with its 95% percentile interval over sentences drawn with replacement; None for 0 of 0."""
    if not bottom.sum():
        return None
    drawn = np.random.default_rng(seed).multinomial(len(top), np.full(len(top), 1 / len(top)), size=RESAMPLES)
    draws = (drawn @ top) / np.maximum(drawn @ bottom, 1)
    return [round(float(x), 3) for x in (top.sum() / bottom.sum(), *np.percentile(draws, [2.5, 97.5]))]


def span_counts(test: Sequence[Sentence], predicted: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(sentences, 3): spans right, predicted, gold."""
    rows = []
    for sentence, tags in zip(test, predicted, strict=True):
        gold, guess = set(spans_of(sentence.tags)), set(spans_of(tags))
        rows.append((len(gold & guess), len(guess), len(gold)))
    return np.asarray(rows, np.int64)


def f1(counts: NDArray[np.int64]) -> Any:
    """F1 of summed counts `(..., 3)`."""
    return 2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1)


def f1_told(counts: NDArray[np.int64], against: NDArray[np.int64] | None = None) -> list[float]:
    """F1, or its difference to that of other predictions, with the 95% percentile interval of test sampling."""
    drawn = np.random.default_rng(0).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=RESAMPLES)
    point, draws = f1(counts.sum(0)), f1(drawn @ counts)
    if against is not None:
        point, draws = point - f1(against.sum(0)), draws - f1(drawn @ against)
    return [round(float(x), 3) for x in (point, *np.percentile(draws, [2.5, 97.5]))]


def arm(train: Sequence[Sentence], test: Sequence[Sentence], recipe: Recipe, base: Base, schema: LabelSchema,
        seed: int) -> NDArray[np.int64]:  # fmt: skip
    """Counts per test sentence of a model trained on `train`; the last state, no dev set."""
    outcome = fine_tune(train, train[:1], test, recipe, base=base, schema=schema, seed=seed)
    return span_counts(test, outcome.first.predictions)


def measured(
    clean: Sequence[Sentence], test: Sequence[Sentence], share: float, recipe: Recipe, base: Base, schema: LabelSchema,
    seed: int, folds: int, undamaged: NDArray[np.int64] | None,
) -> dict[str, Any]:  # fmt: skip
    """One share of mistakes: what was found, and F1 of arms beside the `undamaged` sentences'; else no arms."""
    train, mistakes = damaged(clean, share, len(schema.types), seed)
    held = cross_fitted(train, recipe, base=base, schema=schema, seed=seed, folds=folds)
    findings = findings_of(train, held, len(schema))
    flagged = [one for one in findings if one.flagged]
    by_sentence: dict[int, list[Finding]] = defaultdict(list)
    for one in flagged:
        by_sentence[one.sentence].append(one)
    arms = {
        "as it is": train,
        "drop": [sentence for i, sentence in enumerate(train) if i not in by_sentence],
        "relabel": [Sentence(s.tokens, relabelled(s.tags, by_sentence[i])) for i, s in enumerate(train)],
    }
    counts = {}
    if undamaged is not None:
        counts = {name: arm(kept, test, recipe, base, schema, seed) for name, kept in arms.items()}
        counts["clean"], arms["clean"] = undamaged, list(clean)
    tallies = {
        "all": found_counts(findings, mistakes, len(train)),
        "flagged": found_counts(flagged, mistakes, len(train)),
    }
    return {
        "share": share,
        "seed": seed,
        "spans": sum(len(spans_of(s.tags)) for s in clean),
        "mistakes": len(mistakes),
        **{
            which: {
                "findings": int(tally["findings"].sum()),
                "precision": ratio(tally["right"], tally["findings"]),
                "recall": ratio(tally["found"], tally["mistakes"]),
                "mended": ratio(tally["mended"], tally["mistakes"]),
                **{f"recall, {kind}": ratio(tally[f"found {kind}"], tally[f"mistakes {kind}"]) for kind in KINDS},
            }
            for which, tally in tallies.items()
        },
        "sentences": {name: len(kept) for name, kept in arms.items()},
        "f1": {name: f1_told(one) for name, one in counts.items()},
        "gain": {name: f1_told(one, counts["as it is"]) for name, one in counts.items() if name != "as it is"},
    }


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Markdown tables of lines as `main` prints them."""
    out = ["| language | share | seed | findings | precision | recall | type | boundary | left out | proposal right |",
           "|---|---|---|---:|---|---|---|---|---|---|"]  # fmt: skip
    for line in lines:
        for which in ("all", "flagged"):
            part = line[which]
            cells = [part["precision"], part["recall"], *(part[f"recall, {k}"] for k in KINDS), part["mended"]]
            out.append(f"| {line['language']} | {line['share']:.0%} of {line['spans']} spans | {line['seed']} "
                       f"| {part['findings']} {which} | {' | '.join(map(_cell, cells))} |")  # fmt: skip
    out += [
        "",
        "| language | share | seed | arm | sentences | test F1 | against as it is |",
        "|---|---|---|---|---:|---|---|",
    ]
    for line in lines:
        for name, value in line["f1"].items():
            cells = [line["sentences"][name], _cell(value), _cell(line["gain"].get(name))]
            head = f"| {line['language']} | {line['share']:.0%} | {line['seed']} | {name} | "
            out.append(head + " | ".join(map(str, cells)) + " |")
    return "\n".join(out)


def _cell(value: Sequence[float] | None) -> str:
    return "" if value is None else f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"


def main() -> int:
    """Measure each share with each seed, a line of JSON each; or make tables of such lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--table", type=Path, nargs="+", help="files of lines: print tables of them, and nothing else")
    parser.add_argument("--encoder", default="e5-small", help="a known name, or a folder")
    parser.add_argument("--layers", type=int, default=6, help="its first layers (default 6)")
    parser.add_argument("--gold", type=Path, help="folder with a file for train, dev and test")
    parser.add_argument("--language", default="da")
    parser.add_argument("--labels", default="PER,ORG,LOC")
    parser.add_argument("--share", type=float, action="append", help="share of the spans that is damaged; repeatable")
    parser.add_argument("--sentences", type=int, default=500, help="train sentences (default 500)")
    parser.add_argument("--test", type=int, default=500, help="test sentences at most, the first (default 500)")
    parser.add_argument("--updates", type=int, default=80, help="updates of each training (default 80)")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--arms", action=argparse.BooleanOptionalAction, default=True, help="train on what is left")
    parser.add_argument("--seeds", type=lambda text: [int(n) for n in text.split(",")], default=[1])
    asked = parser.parse_args()
    if asked.table:
        print(table([json.loads(line) for path in asked.table for line in path.read_text().splitlines()]))
        return 0
    torch.set_num_threads(1)
    schema = LabelSchema.of(asked.labels.split(","))
    gold = load_gold(GoldSpec(path=str(asked.gold)), schema, language=asked.language, roots=(ANYWHERE,), hub=False)
    train = subset(gold.splits["train"], asked.sentences, SUBSET_SEED)
    test = gold.splits["test"][: asked.test]
    folder = asked.encoder if Path(asked.encoder).is_dir() else str(ensure(asked.encoder, load_settings().cache))
    base = load_base(folder, layers=asked.layers)
    recipe = read_recipe({**RECIPE, "max_steps": asked.updates})
    undamaged: dict[int, NDArray[np.int64]] = {}
    if asked.arms:
        undamaged = {seed: arm(train, test, recipe, base, schema, seed) for seed in asked.seeds}
    for share in asked.share or [0.05, 0.2, 0.45]:
        for seed in asked.seeds:
            began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            told = measured(train, test, share, recipe, base, schema, seed, asked.folds, undamaged.get(seed))
            spent = round(resource.getrusage(resource.RUSAGE_SELF).ru_utime - began)
            print(
                json.dumps(
                    {"language": asked.language, **told, "updates": asked.updates, "folds": asked.folds, "cpu_s": spent}
                ),
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
