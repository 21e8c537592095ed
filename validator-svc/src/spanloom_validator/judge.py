"""Judging: each candidate of a completion gets one verdict.

The first reason in the closed list's order wins, all that apply are kept. What a verdict says depends on the completion
and the rules alone; duplicates within the dataset are judged after (`duplicates.mark_duplicates`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from spanloom.contracts.rules import Reason, Repair, Rules, Treatment, Verdict
from spanloom.ner.formats import FORMATS, FormatProblem
from spanloom.ner.formats import sample_format as check_format
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import content_hash
from spanloom.ner.spans import orphans, repair_iob
from spanloom_validator.escapes import restore
from spanloom_validator.extract import Candidate, by_json_object, by_regex
from spanloom_validator.scan import by_scan
from spanloom_validator.scripts import share_in
from spanloom_validator.text import has_bad_unicode, has_control, is_plain, is_visible, storable, without_surrogates

EXCERPT = 240
"""Characters of a rejected candidate that are kept."""

RIGHT_SCRIPT = 0.5
"""Share of a sample's letters that must be of the language's script."""
NESTED = frozenset({"entities"})
"""Formats whose samples hold objects."""

_PLACE = {reason: place for place, reason in enumerate(Reason)}
_INT = {int}
_MISMATCH = (Reason.LENGTH_MISMATCH,)
# What only makes a token storable is no repair of a candidate that is rejected.
_FOR_STORING = frozenset({Repair.TOKEN_STR, Repair.NUL, Repair.SURROGATE})


@dataclass(frozen=True)
class Context:
    """What a candidate is judged against."""

    schema: LabelSchema
    rules: Rules
    sample_format: str = "tag_ids"
    gold_eval: Set[str] = frozenset()
    """`content_hash` of each gold dev and test sentence."""
    prompt_examples: Set[str] = frozenset()
    """`content_hash` of each example in this call's prompt."""
    script: str | None = None
    """ISO 15924 code of the language's script, such as `Latn`; None: not looked at."""
    alphabet: Set[str] = frozenset()
    """Letters known to be of the language, such as those of its gold sentences; they help to put escapes right."""

    @cached_property
    def tag_ids(self) -> frozenset[int]:
        """The ids of the label schema."""
        return frozenset(range(len(self.schema)))

    @cached_property
    def inside(self) -> frozenset[int]:
        """The ids of the I-X."""
        return frozenset(range(2, len(self.schema), 2))


class Reading(NamedTuple):
    """A candidate read under the sample format. With `reasons` no aligned sample is left."""

    tokens: Sequence[Any] = ()
    tags: Sequence[int] = ()
    reasons: tuple[Reason, ...] = ()
    delta: int | None = None
    """Tokens minus tags, where they differ."""


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
    known to be of the language.
    """
    check_format(sample_format)
    context = Context(schema, rules, sample_format, gold_eval, prompt_examples, script, alphabet)
    candidates = extract(text, rules, sample_format=sample_format, json_object=json_object)
    return [judge(index, candidate, text, context) for index, candidate in enumerate(candidates)]


def extract(text: str, rules: Rules, *, sample_format: str = "tag_ids", json_object: bool = False) -> list[Candidate]:
    """The completion's candidates under the rules."""
    if rules.base == "default":
        keys = FORMATS[sample_format].keys
        return by_scan(text, keys, flat=sample_format not in NESTED, repairs=rules.repairs(Repair.JSON))
    reader = rules.reader if rules.reader != "auto" else "json_object" if json_object else "regex"
    return by_json_object(text) if reader == "json_object" else by_regex(text)


def read(candidate: Candidate, sample_format: str, schema: LabelSchema) -> Reading:
    """The candidate read under a sample format, or all the reasons why it cannot be."""
    if candidate.reason is not None:
        return Reading(reasons=(candidate.reason,))
    if not isinstance(candidate.value, dict):
        return Reading(reasons=(Reason.NO_OBJECT,))
    if sample_format == "tag_ids":
        return read_tag_ids(candidate.value, schema)
    try:
        return Reading(*FORMATS[sample_format].read(candidate.value, schema))
    except FormatProblem as problem:
        return Reading(reasons=tuple(Reason(reason) for reason, _ in problem.problems), delta=problem.delta)


def read_tag_ids(value: dict[str, Any], schema: LabelSchema) -> Reading:
    """`tokens` and `ner_tags`, the paper's parallel arrays: what the format `tag_ids` reads, and tokens that are no
    strings or blank, which a sample can live with."""
    tokens, tags = value.get("tokens"), value.get("ner_tags")
    if tokens is None or tags is None:
        return Reading(reasons=(Reason.MISSING_KEY,))
    if not isinstance(tokens, list) or not isinstance(tags, list):
        return Reading(reasons=(Reason.WRONG_TYPE,))
    reasons: list[Reason] = []
    delta = len(tokens) - len(tags)
    if delta:
        reasons.append(Reason.LENGTH_MISMATCH)
    if tags and set(map(type, tags)) != _INT:
        reasons.append(Reason.TAG_NOT_INT)
    elif tags and (min(tags) < 0 or max(tags) >= len(schema)):
        reasons.append(Reason.UNKNOWN_TAG)
    return Reading(tokens, tags, tuple(reasons), delta or None)


def judge(index: int, candidate: Candidate, text: str, context: Context) -> Verdict:
    """The verdict on one candidate of the completion `text`."""
    quick = _judge_quickly(index, candidate, text, context)
    if quick is not None:
        return quick
    reading = read(candidate, context.sample_format, context.schema)
    found: list[Reason] = []
    repairs: list[Repair] = [Repair.JSON] if candidate.repaired else []
    tokens, tags = reading.tokens, reading.tags
    if tokens or not reading.reasons:
        tokens = _judge_tokens(tokens, found, repairs, context)
    if not reading.reasons:
        tags = _judge_sample(tokens, tags, found, repairs, context)
    treatments = context.rules.treatments
    rejecting = {*reading.reasons, *(reason for reason in found if treatments[reason] is Treatment.REJECT)}
    if rejecting:
        reasons = tuple(sorted(rejecting, key=_PLACE.__getitem__))
        sample = ((), ()) if reading.reasons else (tuple(tokens), tuple(tags))
        used = tuple(repair for repair in repairs if repair not in _FOR_STORING)
        excerpt = _excerpt(candidate, text)
        return Verdict(
            index, False, reasons[0], reasons, candidate.start, reading.delta, *sample, repairs=used, excerpt=excerpt
        )
    found.sort(key=_PLACE.__getitem__)
    marks = tuple(str(reason) for reason in found if treatments[reason] is Treatment.MARK)
    return Verdict(index, True, None, (), candidate.start, None, tuple(tokens), tuple(tags), tuple(repairs), marks)


def _judge_quickly(index: int, candidate: Candidate, text: str, context: Context) -> Verdict | None:
    """What `judge` says of the two commonest kinds, at a third of the time: a sample of which there is nothing to say,
    and one of which nothing is wrong but the lengths. None for all others."""
    value = candidate.value
    if context.sample_format != "tag_ids" or candidate.repaired or type(value) is not dict:
        return None
    tokens, tags = value.get("tokens"), value.get("ner_tags")
    if type(tokens) is not list or type(tags) is not list:
        return None
    try:
        if not is_plain(tokens) or not context.tag_ids.issuperset(tags) or set(map(type, tags)) != _INT:
            return None
    except TypeError:  # a token that is no string, a tag that is a list
        return None
    if len(tokens) != len(tags):
        delta = len(tokens) - len(tags)
        return Verdict(index, False, _MISMATCH[0], _MISMATCH, candidate.start, delta, excerpt=_excerpt(candidate, text))
    if len(tokens) > context.rules.max_tokens or context.script is not None:
        return None
    if not context.inside.isdisjoint(tags) and orphans(tags):
        return None
    if (context.gold_eval or context.prompt_examples) and _is_copy(tokens, context):
        return None
    return Verdict(index, True, None, (), candidate.start, None, tuple(tokens), tuple(tags))


def _is_copy(tokens: Sequence[str], context: Context) -> bool:
    content = content_hash(list(tokens))
    return content in context.gold_eval or content in context.prompt_examples


def _excerpt(candidate: Candidate, text: str) -> str:
    return storable(text[candidate.start : min(candidate.end, candidate.start + EXCERPT)])


def _judge_tokens(tokens: Sequence[Any], found: list[Reason], repairs: list[Repair], context: Context) -> Sequence[str]:
    """The tokens after repairs; adds what is wrong with them to `found` and what was done to `repairs`."""
    try:
        if is_plain(tokens) and Repair.JSON not in repairs:
            return tokens
    except TypeError:
        found.append(Reason.WRONG_TYPE)
        repairs.append(Repair.TOKEN_STR)
        tokens = [token if isinstance(token, str) else json.dumps(token, ensure_ascii=False) for token in tokens]
    if has_control(tokens):
        restored = _restore(tokens, context)
        if restored is not None:
            repairs.append(Repair.SPLIT_ESCAPE)
            return restored
        found.append(Reason.BROKEN_ESCAPE)
    if not tokens or not all(map(is_visible, tokens)):
        found.append(Reason.EMPTY)
    if has_bad_unicode(tokens, repaired=Repair.JSON in repairs):
        found.append(Reason.BAD_UNICODE)
    return _make_storable(tokens, repairs)


def _restore(tokens: Sequence[str], context: Context) -> Sequence[str] | None:
    """The tokens with their broken escapes put right, if nothing at all is wrong with them then."""
    if not context.rules.repairs(Repair.SPLIT_ESCAPE):
        return None
    restored = restore(tokens, alphabet=context.alphabet, script=context.script)
    if restored is None or has_bad_unicode(restored):
        return None
    return restored if all(map(is_visible, restored)) else None


def _make_storable(tokens: Sequence[str], repairs: list[Repair]) -> Sequence[str]:
    text = "".join(tokens)
    if "\0" in text:
        repairs.append(Repair.NUL)
    if without_surrogates(text) != text:
        repairs.append(Repair.SURROGATE)
    return [storable(token) for token in tokens]


def _judge_sample(
    tokens: Sequence[str], tags: Sequence[int], found: list[Reason], repairs: list[Repair], context: Context
) -> Sequence[int]:
    """The tags after repairs, for tokens and tags of equal length; adds to `found` and `repairs`."""
    if context.gold_eval or context.prompt_examples:
        content = content_hash(list(tokens))
        if content in context.gold_eval:
            found.append(Reason.IN_GOLD_EVAL)
        if content in context.prompt_examples:
            found.append(Reason.COPIED_FROM_PROMPT)
    if orphans(tags):
        if context.rules.repairs(Repair.IOB):
            tags = repair_iob(tags)
            repairs.append(Repair.IOB)
        else:
            found.append(Reason.IOB_VIOLATION)
    if len(tokens) > context.rules.max_tokens:
        found.append(Reason.TOO_LONG)
    if context.script is not None and share_in(" ".join(tokens), context.script) < RIGHT_SCRIPT:
        found.append(Reason.WRONG_SCRIPT)
    return tags
