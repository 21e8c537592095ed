"""Judging a whole completion: its candidates, and one verdict on each."""

from __future__ import annotations

from collections.abc import Set

from spanloom.contracts.rules import Verdict
from spanloom.ner.formats import sample_format as check_format
from spanloom_validator.extract.candidates import extract
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.fast import MAX_TAGS, judge_tag_ids
from spanloom_validator.judge.verdict import judge


def judge_completion(text: str, context: Context, *, prompt_examples: Set[str] = frozenset()) -> list[Verdict]:
    """One verdict for each candidate of a completion, in the order of the text; none where it holds no candidate.

    `prompt_examples` is `content_hash` of each example in this call's prompt. Duplicates are not told: that takes the
    dataset (`duplicates.rule`).
    """
    check_format(context.sample_format)
    candidates = extract(text, context.rules, sample_format=context.sample_format, json_object=context.json_object)
    if context.sample_format == "tag_ids" and len(context.schema) <= MAX_TAGS:
        return judge_tag_ids(candidates, text, context, prompt_examples)
    return [judge(index, candidate, text, context, prompt_examples) for index, candidate in enumerate(candidates)]
