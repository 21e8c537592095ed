"""Judging one candidate: the first reason in the closed list's order wins, all that apply are kept.

What a verdict says depends on the completion, the rules and the context alone; duplicates within the dataset are judged
after (`duplicates.rule`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from typing import Any, NamedTuple

from spanloom.contracts.rules import EXCERPT, Reason, Repair, Treatment, Verdict
from spanloom.ner.formats import FORMATS, FormatProblem
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import content_hash
from spanloom.ner.spans import orphans, repair_iob
from spanloom_validator.extract.parse import Candidate
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.escapes import restore
from spanloom_validator.judge.scripts import share_in
from spanloom_validator.judge.text import (
    has_bad_unicode,
    has_control,
    has_filler,
    is_plain,
    is_visible,
    storable,
    without_surrogates,
)

RIGHT_SCRIPT = 0.5
"""Share of a sample's letters that must be of the language's script."""

# A third of what naming eleven fields costs, and there are millions; the two functions that do it are tested.
_new = tuple.__new__

_PLACE = {reason: place for place, reason in enumerate(Reason)}
# What only makes a token storable is no repair of a candidate that is rejected.
_FOR_STORING = frozenset({Repair.TOKEN_STR, Repair.NUL, Repair.SURROGATE})


class ParsedSample(NamedTuple):
    """A candidate read under the sample format. With `reasons` no aligned sample is left."""

    tokens: Sequence[Any] | None = None
    """None where there is no list of them."""
    tags: Sequence[int] = ()
    reasons: tuple[Reason, ...] = ()
    delta: int | None = None
    """Tokens minus tags, where they differ."""


def parse_sample(candidate: Candidate, sample_format: str, schema: LabelSchema) -> ParsedSample:
    """The candidate read under a sample format, or all the reasons why it cannot be."""
    _, _, value, reason, _ = candidate
    if reason is not None:
        return ParsedSample(reasons=(reason,))
    if not isinstance(value, dict):
        return ParsedSample(reasons=(Reason.NO_OBJECT,))
    try:
        return ParsedSample(*FORMATS[sample_format].read(value, schema))
    except FormatProblem as problem:
        reasons = tuple(Reason(reason) for reason, _ in problem.problems)
        return ParsedSample(problem.tokens, reasons=reasons, delta=problem.delta)


def judge(
    index: int, candidate: Candidate, text: str, context: Context, prompt_examples: Set[str] = frozenset()
) -> Verdict:
    """The verdict on one candidate of the completion `text`; `prompt_examples` as `judge_completion` takes it."""
    start, end, _, _, repair = candidate
    parsed = parse_sample(candidate, context.sample_format, context.schema)
    found: list[Reason] = []
    repairs: list[Repair] = [repair] if repair is not None else []
    tokens: Sequence[str] = ()
    tags = parsed.tags
    if parsed.tokens is not None:
        tokens = _judge_tokens(parsed.tokens, found, repairs, context)
    if not parsed.reasons:
        tags = _judge_sample(tokens, tags, found, repairs, context, prompt_examples)
    treatments = context.rules.treatments
    rejecting = [*parsed.reasons, *(reason for reason in found if treatments[reason] is Treatment.REJECT)]
    if rejecting:
        reasons = tuple(sorted(rejecting, key=_PLACE.__getitem__))
        return rejected(
            index=index,
            offset=start,
            reasons=reasons,
            delta=parsed.delta,
            tokens=() if parsed.reasons else tuple(tokens),
            tags=() if parsed.reasons else tuple(tags),
            repairs=tuple(repair for repair in repairs if repair not in _FOR_STORING),
            excerpt=storable(text[start : min(end, start + EXCERPT)]),
        )
    found.sort(key=_PLACE.__getitem__)
    marks = tuple(str(reason) for reason in found if treatments[reason] is Treatment.MARK)
    return accepted(
        index=index,
        offset=start,
        tokens=tuple(tokens),
        tags=tuple(tags),
        repairs=tuple(repairs),
        marks=marks,
    )


def accepted(
    index: int,
    offset: int,
    tokens: tuple[str, ...],
    tags: tuple[int, ...],
    repairs: tuple[Repair, ...] = (),
    marks: tuple[str, ...] = (),
) -> Verdict:
    """The verdict on a usable sample."""
    return _new(Verdict, (index, True, None, (), offset, None, tokens, tags, repairs, marks, ""))


def rejected(
    index: int,
    offset: int,
    reasons: tuple[Reason, ...],
    excerpt: str,
    delta: int | None = None,
    tokens: tuple[str, ...] = (),
    tags: tuple[int, ...] = (),
    repairs: tuple[Repair, ...] = (),
) -> Verdict:
    """The verdict on a candidate that is refused; `reasons` in the closed list's order."""
    return _new(Verdict, (index, False, reasons[0], reasons, offset, delta, tokens, tags, repairs, (), excerpt))


def reject(verdict: Verdict, reason: Reason) -> Verdict:
    """An accepted verdict turned into a rejected one, for a reason known only when other samples, or the rules about
    diagnostics, were looked at; the excerpt is of its words."""
    return verdict._replace(
        accepted=False, reason=reason, reasons=(reason,), marks=(), excerpt=" ".join(verdict.tokens)[:EXCERPT]
    )


def _judge_tokens(tokens: Sequence[Any], found: list[Reason], repairs: list[Repair], context: Context) -> Sequence[str]:
    """The tokens after repairs; adds what is wrong with them to `found` and what was done to `repairs`."""
    parsed = not repairs
    try:
        joined = " ".join(tokens)
    except TypeError:
        found.append(Reason.WRONG_TYPE)
        repairs.append(Repair.TOKEN_STR)
        tokens = [token if type(token) is str else _json_text(token) for token in tokens]
        joined = " ".join(tokens)
    if parsed and is_plain(joined):
        return tokens
    printable = joined.isprintable()  # then neither a control character nor a surrogate is in it
    if not printable and has_control(tokens):
        restored = _restore(tokens, context)
        if restored is not None:
            repairs.append(Repair.SPLIT_ESCAPE)
            return restored
        found.append(Reason.BROKEN_ESCAPE)
    plain = printable and not has_filler(joined)  # then what is not seen is space
    if not tokens or not all(map(str.strip if plain else is_visible, tokens)):
        found.append(Reason.EMPTY)
    if has_bad_unicode(tokens, repaired=not parsed):
        found.append(Reason.BAD_UNICODE)
    return tokens if printable else _make_storable(tokens, repairs)


def _json_text(value: Any) -> str:
    return str(value) if type(value) is int else json.dumps(value, ensure_ascii=False)


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
    if storable(text) == text:
        return tokens
    if "\0" in text:
        repairs.append(Repair.NUL)
    if without_surrogates(text) != text:
        repairs.append(Repair.SURROGATE)
    return [storable(token) for token in tokens]


def _judge_sample(
    tokens: Sequence[str],
    tags: Sequence[int],
    found: list[Reason],
    repairs: list[Repair],
    context: Context,
    prompt_examples: Set[str],
) -> Sequence[int]:
    """The tags after repairs, for tokens and tags of equal length; adds to `found` and `repairs`."""
    if context.gold_eval or prompt_examples:
        content = content_hash(list(tokens))
        if content in context.gold_eval:
            found.append(Reason.IN_GOLD_EVAL)
        if content in prompt_examples:
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
