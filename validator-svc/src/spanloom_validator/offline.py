"""Judging recorded completions in files, without any service: what `spanloom validate` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from spanloom.contracts.rules import Rules, Verdict
from spanloom.data.completions import RecordedCompletion, read_completions
from spanloom.data.readers import RawSentence, read_sentences
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence, content_hash
from spanloom_validator.counts import Counts
from spanloom_validator.duplicates.rule import Seen, mark_duplicates
from spanloom_validator.judge.completion import judge_completion
from spanloom_validator.judge.diagnostics import apply_rules, diagnose, known_entities, wants_diagnostics


@dataclass(frozen=True)
class Judge:
    """Everything a file's completions are judged by."""

    schema: LabelSchema
    rules: Rules
    sample_format: str = "tag_ids"
    gold_eval: frozenset[str] = frozenset()
    script: str | None = None
    alphabet: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """The seed sentences' entities, as `diagnostics.known_entities` gives them."""
    language: str | None = None
    """The language as `languages.label_of` names it."""

    def verdicts(self, completion: RecordedCompletion) -> list[Verdict]:
        """The verdicts on one completion, duplicates not yet told."""
        verdicts = judge_completion(
            completion.text,
            schema=self.schema,
            rules=self.rules,
            sample_format=self.sample_format,
            json_object=completion.kind == "openai_batch",
            gold_eval=self.gold_eval,
            script=self.script,
            alphabet=self.alphabet,
        )
        return [self._diagnosed(verdict) for verdict in verdicts] if wants_diagnostics(self.rules) else verdicts

    def _diagnosed(self, verdict: Verdict) -> Verdict:
        if not verdict.accepted:
            return verdict
        found = diagnose(verdict.tokens, verdict.tags, known=self.known, script=self.script, language=self.language)
        return apply_rules(verdict, found, self.rules)


class JudgedLine(NamedTuple):
    """One completion of a file and its verdicts; none for a call that failed."""

    path: Path
    completion: RecordedCompletion
    verdicts: list[Verdict]


def judge_files(paths: Iterable[Path], judge: Judge) -> Iterator[JudgedLine]:
    """Each completion with its verdicts, as it is read. The files together are one dataset, where duplicates go.

    Raises DataError naming the file and line that cannot be read.
    """
    seen = Seen()
    for path in paths:
        for completion in read_completions(path):
            verdicts = [] if completion.error is not None else judge.verdicts(completion)
            yield JudgedLine(path, completion, mark_duplicates(verdicts, seen, judge.rules))


def count(judged: Iterable[JudgedLine], each: Callable[[JudgedLine], None] | None = None) -> dict[Path, Counts]:
    """The counts of each file; `each` sees every completion on the way."""
    counts: dict[Path, Counts] = {}
    for item in judged:
        of_file = counts.setdefault(item.path, Counts())
        if item.completion.error is not None:
            of_file.add_failure()
        else:
            of_file.add_call(item.verdicts)
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
