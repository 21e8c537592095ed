"""Judging a whole completion: its candidates, and one verdict on each."""

from __future__ import annotations

from collections.abc import Set

from spanloom.contracts.rules import Rules, Verdict
from spanloom.ner.formats import sample_format as check_format
from spanloom.ner.schema import LabelSchema
from spanloom_validator.extract.candidates import extract
from spanloom_validator.judge.fast import MAX_TAGS, judge_tag_ids
from spanloom_validator.judge.verdict import Context, judge


def judge_completion(
    text: str,
    *,
    schema: LabelSchema,
    rules: Rules,
    sample_format: str = "tag_ids",
    json_object: bool = False,
    gold_eval: Set[str] = frozenset(),
    prompt_examples: Set[str] = frozenset(),
    script: str | None = None,
    alphabet: Set[str] = frozenset(),
) -> list[Verdict]:
    """One verdict for each candidate of a completion, in the order of the text; none where it holds no candidate.

    `json_object`: the completion was asked for as one JSON object (`paper` with the reader `auto` reads it so).
    `gold_eval` and `prompt_examples` are sets of `content_hash`, `script` is an ISO 15924 code, `alphabet` the letters
    known to be of the language. Duplicates are not told: that takes the dataset (`duplicates.mark_duplicates`).
    """
    check_format(sample_format)
    context = Context(schema, rules, sample_format, gold_eval, prompt_examples, script, alphabet)
    candidates = extract(text, rules, sample_format=sample_format, json_object=json_object)
    if sample_format == "tag_ids" and len(schema) <= MAX_TAGS:
        return judge_tag_ids(candidates, text, context)
    return [judge(index, candidate, text, context) for index, candidate in enumerate(candidates)]
