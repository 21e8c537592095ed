"""Judging recorded completions in files, without any service: what `spanloom validate` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, get_args

from spanloom.contracts.rules import Verdict
from spanloom.data.completions import Kind, RecordedCompletion, read_completions
from spanloom.data.readers import RawSentence, read_sentences
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash
from spanloom_validator.counts import Counts
from spanloom_validator.duplicates.rule import SeenSamples, mark_duplicates
from spanloom_validator.extract.candidates import drafts_in
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.diagnostics import diagnose_accepted, known_entities, wants_diagnostics


class JudgedLine(NamedTuple):
    """One completion of a file and its verdicts; none for a call that failed."""

    path: Path
    completion: RecordedCompletion
    verdicts: list[Verdict]
    drafts: int = 0
    """Samples drafted in its reasoning, which are no candidates."""


def judge_files(paths: Iterable[Path], context: Context, *, known: Set[str] = frozenset()) -> Iterator[JudgedLine]:
    """Each completion with its verdicts, as it is read. The files together are one dataset, where duplicates go.

    A line of an OpenAI batch's output was asked for as one JSON object. `known` are the seed sentences' entities, as
    `diagnostics.known_entities` gives them. Raises DataError naming the file and line that cannot be read.
    """
    contexts = {kind: replace(context, json_object=kind == "openai_batch") for kind in get_args(Kind)}
    seen = SeenSamples(context.rules)
    for path in paths:
        for completion in read_completions(path):
            if completion.error is not None:
                yield JudgedLine(path, completion, [])
                continue
            verdicts = judge_completion(completion.text, contexts[completion.kind])
            if wants_diagnostics(context.rules):
                verdicts, _ = diagnose_accepted(verdicts, context, known)
            drafts = drafts_in(completion.text, context.sample_format)
            yield JudgedLine(path, completion, mark_duplicates(verdicts, seen), drafts)


def count(judged: Iterable[JudgedLine], each: Callable[[JudgedLine], None] | None = None) -> dict[Path, Counts]:
    """The counts of each file; `each` sees every completion on the way."""
    counts: dict[Path, Counts] = {}
    for item in judged:
        of_file = counts.setdefault(item.path, Counts())
        if item.completion.error is not None:
            of_file.add_failure()
        else:
            of_file.add_call(item.verdicts, item.drafts)
        if each is not None:
            each(item)
    return counts


def gold_of(paths: Sequence[Path]) -> list[RawSentence]:
    """The sentences of gold files."""
    return [sentence for path in paths for sentence in read_sentences(path)]


def hashes(sentences: Iterable[RawSentence]) -> frozenset[str]:
    """`content_hash` of each sentence."""
    return frozenset(content_hash(sentence.tokens) for sentence in sentences)


def entities(sentences: Iterable[RawSentence]) -> frozenset[str]:
    """The sentences' entities, as `diagnostics.known_entities` gives them."""
    rows = list(sentences)
    schema = LabelSchema.of(sorted({tag[2:] for row in rows for tag in row.tags if tag != "O"}))
    return known_entities(Sentence(row.tokens, tuple(schema.index[tag] for tag in row.tags)) for row in rows)
