"""`spanloom score`: predictions in files against gold in a file, without any service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from spanloom.data.readers import RawSentence, read_sentences
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_cli.tables import as_table
from spanloom_evaluator.score.align import Aligned, align
from spanloom_evaluator.score.intervals import Interval, bootstrap
from spanloom_evaluator.score.novelty import entities_of, gold_overlap, recall_by_novelty
from spanloom_evaluator.score.schemes import SCHEMES, Prf, Scores, score_names
from spanloom_evaluator.score.significance import Comparison, compare, holm


@dataclass(frozen=True)
class _Scored:
    path: str
    aligned: Aligned
    scores: Scores

    def as_dict(self) -> dict[str, Any]:
        return {
            "pred": self.path,
            **self.scores.as_dict(),
            "missing_tokens": self.aligned.missing_tokens,
            "missing_sentences": self.aligned.missing_sentences,
            "respelled_tokens": self.aligned.respelled_tokens,
            "extra_tokens": self.aligned.extra_tokens,
        }


def score(
    gold: Annotated[Path, typer.Option(help="Gold file: CoNLL/IOB2 columns or JSONL, gzip or not.")],
    pred: Annotated[
        list[Path], typer.Option(help="Predictions for the same sentences. Given twice, the two are compared.")
    ],
    train: Annotated[
        Path | None, typer.Option(help="Training data: adds recall on entities seen and unseen in it.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Entity types in the order of integer tags, such as PER,ORG,LOC (for JSONL).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score predictions against gold: F1 in five readings, per type, with an interval.

    Two predictions are compared by paired approximate randomisation. Predicted tokens that were lost to truncation are
    scored as O and reported; a sentence that is not its gold sentence is an error that names the line.
    """
    if not 1 <= len(pred) <= 2:
        raise typer.BadParameter(f"{len(pred)} files of predictions; give one, or two to compare", param_hint="--pred")
    names = LabelSchema.of(labels.split(",")).tags if labels else None
    gold_sentences = read_sentences(gold, names=names)
    read = [read_sentences(path, names=names) for path in pred]
    training = read_sentences(train, names=names) if train else []
    schema = LabelSchema.of(_types([gold_sentences, *read, training]))
    scored = [_score(schema, gold, gold_sentences, path, rows) for path, rows in zip(pred, read, strict=True)]
    interval = bootstrap([scored[0].scores.counts], rng_seed=seed)
    result = {"gold": str(gold), **scored[0].as_dict(), "interval": interval._asdict()}
    if len(scored) == 2:
        result["comparison"] = _comparison(scored, seed)
    if train:
        result["train"] = _against_training(schema, gold_sentences, training, scored)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print(result, scored, interval)


def _types(files: Sequence[Sequence[RawSentence]]) -> list[str]:
    return sorted({tag[2:] for file in files for sentence in file for tag in sentence.tags if tag != "O"})


def _score(
    schema: LabelSchema, gold_path: Path, gold: Sequence[RawSentence], pred_path: Path, pred: Sequence[RawSentence]
) -> _Scored:
    aligned = align(gold, pred, gold_path=str(gold_path), pred_path=str(pred_path))
    scores = score_names([sentence.tags for sentence in gold], aligned.tags, schema)
    return _Scored(str(pred_path), aligned, scores)


def _ids(schema: LabelSchema, tags: Sequence[str]) -> tuple[int, ...]:
    return tuple(map(schema.index.__getitem__, tags))


def _comparison(scored: Sequence[_Scored], seed: int) -> dict[str, Any]:
    first, second = scored
    tested: Comparison = compare([first.scores.counts], [second.scores.counts], rng_seed=seed)
    interval = bootstrap([second.scores.counts], rng_seed=seed)
    return {
        **second.as_dict(),
        "interval": interval._asdict(),
        "test": "paired approximate randomisation over sentences, typed F1, first less second",
        "difference": tested.difference,
        "difference_interval": {"lo": tested.lo, "hi": tested.hi},
        "p": tested.p,
        "p_holm": holm([tested.p])[0],
        "swaps": tested.swaps,
    }


def _against_training(
    schema: LabelSchema, gold: Sequence[RawSentence], training: Sequence[RawSentence], scored: Sequence[_Scored]
) -> dict[str, Any]:
    test, train = ([Sentence(s.tokens, _ids(schema, s.tags)) for s in side] for side in (gold, training))
    known = entities_of(train)
    recalls = [recall_by_novelty(test, [_ids(schema, tags) for tags in each.aligned.tags], known) for each in scored]
    return {
        "overlap": gold_overlap(test, train)._asdict(),
        "recall": [
            {"pred": each.path, "seen": recall.seen._asdict(), "unseen": recall.unseen._asdict()}
            for each, recall in zip(scored, recalls, strict=True)
        ],
    }


def _print(result: dict[str, Any], scored: Sequence[_Scored], interval: Interval) -> None:
    console = Console()
    say = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    for each in scored:
        say(each.path, style="bold")
        say(f"{each.scores.counts.sentences:,} sentences, {each.scores.tokens:,} tokens")
        readings = {name: each.scores.of(name) for name in SCHEMES}
        readings |= {"typed, macro": each.scores.macro(), "typed, weighted": each.scores.weighted()}
        console.print(as_table([{"reading": name, **_prf(prf)} for name, prf in readings.items()]))
        types = {name: each.scores.of("typed", name) for name in each.scores.types}
        console.print(as_table([{"type": name, **_prf(prf), **_counts(prf)} for name, prf in types.items()]))
        for note in _notes(each):
            say(note, style="yellow")
    say(
        f"typed F1 {interval.f1:.4f}, {interval.level:.0%} interval {interval.lo:.4f} to {interval.hi:.4f} "
        f"({interval.resamples:,} resamples, {interval.varies})"
    )
    if "comparison" in result:
        c = result["comparison"]
        say(
            f"difference {c['difference']:+.4f}, 95% interval {c['difference_interval']['lo']:+.4f} to "
            f"{c['difference_interval']['hi']:+.4f}, p = {c['p']:.4f} (paired approximate randomisation, "
            f"{c['swaps']:,} swaps)"
        )
    if "train" in result:
        overlap = result["train"]["overlap"]
        say(f"{overlap['overlapping']:,} of {overlap['sentences']:,} test sentences are in the training data")
        for row in result["train"]["recall"]:
            rows = [{"entities": kind, **row[kind]} for kind in ("seen", "unseen")]
            say(f"recall of {row['pred']}")
            console.print(as_table(rows))


def _prf(prf: Prf) -> dict[str, float]:
    return {"precision": prf.precision, "recall": prf.recall, "f1": prf.f1}


def _counts(prf: Prf) -> dict[str, float]:
    return {"tp": prf.tp, "pred": prf.pred, "gold": prf.gold}


def _notes(each: _Scored) -> list[str]:
    a, illegal = each.aligned, each.scores.illegal_pred
    notes = []
    if a.missing_tokens:
        notes.append(f"{a.missing_tokens:,} tokens have no prediction and are scored as O")
    if a.missing_sentences:
        notes.append(f"{a.missing_sentences:,} of the last sentences have no prediction at all")
    if a.respelled_tokens or a.extra_tokens:
        notes.append(
            f"{a.respelled_tokens:,} tokens are spelled or split otherwise in the predictions, "
            f"{a.extra_tokens:,} predicted tokens have no gold token"
        )
    if sum(illegal):
        notes.append(f"{sum(illegal):,} predicted I- tags follow no span of their type (strict leaves them out)")
    return notes
