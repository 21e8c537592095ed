"""`spanloom score`: predictions in files against gold in a file, without any service."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from spanloom.contracts.gold import Keys as FieldNames
from spanloom.data.formats.raw import Layout, RawSentence
from spanloom.data.reading import read_annotated
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_cli.gold import Column, Columns, Keys, Tags, items_of, keys_of, pair_of
from spanloom_cli.tables import as_table
from spanloom_evaluator.score.align import Aligned, align
from spanloom_evaluator.score.check import Checked, check
from spanloom_evaluator.score.files import Read, read_gold, read_predictions
from spanloom_evaluator.score.intervals import Interval, bootstrap_all, values_of
from spanloom_evaluator.score.novelty import entities_of, gold_overlap, recall_by_novelty
from spanloom_evaluator.score.schemes import SCHEMES, Prf, Scores, score_names
from spanloom_evaluator.score.significance import Comparison, compare_all, differences_of, holm

_TOLD = {"f1": "typed F1", "boundary_f1": "boundary F1", "entity_span_accuracy": "span accuracy"}


@dataclass(frozen=True)
class _Scored:
    path: str
    aligned: Aligned
    scores: Scores
    notes: tuple[str, ...] = ()
    checked: Checked | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "pred": self.path,
            **self.scores.as_dict(),
            "missing_tokens": self.aligned.missing_tokens,
            "missing_sentences": self.aligned.missing_sentences,
            "respelled_tokens": self.aligned.respelled_tokens,
            "extra_tokens": self.aligned.extra_tokens,
            "notes": [*self.notes, *_notes(self)],
            "checked_by": self.checked.by if self.checked else None,
        }


def score(
    gold: Annotated[
        Path | None,
        typer.Option(help="Gold file: columns, JSONL, parquet or another format of `spanloom gold`, gzip or not."),
    ] = None,
    pred: Annotated[
        list[Path] | None,
        typer.Option(
            help="Predictions for the same sentences. Given twice, the two are compared. A file of `token gold "
            "predicted` needs no --gold."
        ),
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Training data: adds recall on entities seen and unseen in it.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Entity types in the order of integer tags, such as PER,ORG,LOC (for JSONL).")
    ] = None,
    columns: Columns = None,
    column: Column = None,
    keys: Keys = None,
    tags: Tags = None,
    pred_columns: Annotated[
        str | None, typer.Option(help="Columns of the predictions where they are others than gold's.")
    ] = None,
    library: Annotated[
        str | None, typer.Option("--check", help="Compare with seqeval or nervaluate; a difference is an error.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score predictions against gold: F1 in five readings, per type, with intervals.

    Two predictions are compared by paired approximate randomisation. Predicted tokens that were lost to truncation are
    scored as O and reported; a sentence that is not its gold sentence is an error that names the line.
    """
    if gold is None and pred is None:
        raise typer.BadParameter("give gold and predictions, or one file that holds both", param_hint="--gold")
    pred = pred or [path for path in [gold] if path is not None]
    gold = gold or pred[0]
    if not 1 <= len(pred) <= 2:
        raise typer.BadParameter(f"{len(pred)} files of predictions; give one, or two to compare", param_hint="--pred")
    named = items_of(tags) or (LabelSchema.of(labels.split(",")).tags if labels else None)
    at = pair_of(columns)
    layout = Layout(columns=(at[0], at[1]) if at else None, column=column, keys=_keys(keys), tags=named)
    at = pair_of(pred_columns)
    pred_layout = Layout(columns=(at[0], at[1]), tags=named) if at else layout
    gold_read = read_gold(gold, layout)
    read = [read_predictions(path, pred_layout, gold_read) for path in pred]
    training = read_annotated(train, layout).sentences if train else []
    gold_sentences = gold_read.sentences
    schema = LabelSchema.of(_types([gold_sentences, *(each.sentences for each in read), training]))
    scored = [_score(schema, gold_read, each, library) for each in read]
    intervals = bootstrap_all([scored[0].scores.counts], rng_seed=seed)
    result = {"gold": str(gold), **scored[0].as_dict(), **_intervals(intervals)}
    if len(scored) == 2:
        result["comparison"] = _comparison(scored, seed)
    if train:
        result["train"] = _against_training(schema, gold_sentences, training, scored)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print(result, scored, intervals)


def _types(files: Sequence[Sequence[RawSentence]]) -> list[str]:
    return sorted({tag[2:] for file in files for sentence in file for tag in sentence.tags if tag != "O"})


def _keys(text: str | None) -> dict[str, str] | None:
    return FieldNames.model_validate(keys_of(text)).named if text else None


def _score(schema: LabelSchema, gold: Read, pred: Read, library: str | None) -> _Scored:
    aligned = align(gold.sentences, pred.sentences, gold_path=str(gold.path), pred_path=str(pred.path))
    names = [sentence.tags for sentence in gold.sentences]
    scores = score_names(names, aligned.tags, schema)
    checked = check(library, names, aligned.tags, scores) if library else None
    notes = [*gold.notes, *pred.notes]
    for label in schema.types:
        typed = scores.of("typed", label)
        if typed.pred and not typed.gold:
            notes.append(
                f"predicted type {label!r} ({typed.pred:,.0f} spans) does not occur in gold: each counts as wrong"
            )
    return _Scored(str(pred.path), aligned, scores, tuple(dict.fromkeys(notes)), checked)


def _ids(schema: LabelSchema, tags: Sequence[str]) -> tuple[int, ...]:
    return tuple(map(schema.index.__getitem__, tags))


def _comparison(scored: Sequence[_Scored], seed: int) -> dict[str, Any]:
    first, second = scored
    measures = compare_all([first.scores.counts], [second.scores.counts], rng_seed=seed)
    tested: Comparison = measures["f1"]
    return {
        **second.as_dict(),
        **_intervals(bootstrap_all([second.scores.counts], rng_seed=seed)),
        "test": "paired approximate randomisation over sentences, typed F1, first less second",
        "difference": tested.difference,
        "difference_interval": {"lo": tested.lo, "hi": tested.hi},
        "p": tested.p,
        "p_holm": holm([tested.p])[0],
        "swaps": tested.swaps,
        "differences": differences_of(measures),
    }


def _intervals(intervals: Mapping[str, Interval]) -> dict[str, Any]:
    return {"interval": intervals["f1"]._asdict(), "intervals": values_of(intervals)}


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


def _print(result: dict[str, Any], scored: Sequence[_Scored], intervals: Mapping[str, Interval]) -> None:
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
        for note in (*each.notes, *_notes(each)):
            say(note, style="yellow")
        if each.checked:
            say(f"checked: {each.checked.by} says the same of {', '.join(each.checked.figures)}")
    for name, interval in intervals.items():
        say(
            f"{_TOLD[name]} {interval.f1:.4f}, {interval.level:.0%} interval {interval.lo:.4f} to {interval.hi:.4f} "
            f"({interval.resamples:,} resamples, {interval.varies})"
        )
    if "comparison" in result:
        swaps = result["comparison"]["swaps"]
        for name, d in result["comparison"]["differences"].items():
            say(
                f"difference in {_TOLD[name]} {d['difference']:+.4f}, 95% interval {d['lo']:+.4f} to {d['hi']:+.4f}, "
                f"p = {d['p']:.4f} (paired approximate randomisation, {swaps:,} swaps)"
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
