"""Judging `tag_ids` at speed: what `judge` says of the commonest candidates, told by operations on whole lists.

A sample of which there is nothing to say, one whose I-X are orphans, one of which nothing is wrong but the lengths,
whether its notation was repaired or not: these are nine of ten. All others go to `judge`, which says the same of these.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import lru_cache

from spanloom.contracts.rules import EXCERPT, Reason, Repair, Treatment, Verdict
from spanloom.ner.sentence import content_hash
from spanloom_validator.extract.parse import Candidate
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.text import has_bad_unicode, has_filler, storable
from spanloom_validator.judge.verdict import accepted, judge, rejected

MAX_TAGS = 256
"""Tags of a label schema, beyond which ids are no bytes."""

_MISMATCHES = (Reason.LENGTH_MISMATCH,)
_VIOLATION = (str(Reason.IOB_VIOLATION),)
_INT = {int}


def judge_tag_ids(
    candidates: Sequence[Candidate], text: str, context: Context, prompt_examples: Set[str] = frozenset()
) -> list[Verdict]:
    """`judge` of each candidate, for the format `tag_ids` and a label schema of at most `MAX_TAGS` tags."""
    inside, outside, orphan = _kinds(len(context.schema))
    # What only the text can bring about, looked for once: true, which is the integer 1, escapes as text, fillers.
    careful = "true" in text or "false" in text or "\\\\" in text
    fillers = "\\u" in text or has_filler(text)
    gold, copies = context.gold_eval, bool(context.gold_eval or prompt_examples)
    mend, violation = context.rules.repairs(Repair.IOB), context.rules.treatments[Reason.IOB_VIOLATION]
    marks = _VIOLATION if violation is Treatment.MARK else ()
    longest = context.rules.max_tokens if context.script is None else -1
    shown = storable(text)
    out: list[Verdict] = []
    for index, (start, end, value, reason, repair) in enumerate(candidates):
        if reason is not None:
            excerpt = shown[start : min(end, start + EXCERPT)]
            out.append(rejected(index, start, (reason,), excerpt))
            continue
        try:
            tokens, tags = value["tokens"], value["ner_tags"]
            if type(tokens) is not list or type(tags) is not list:
                raise TypeError
            joined, ids = " ".join(tokens), bytes(tags)
            left = ids.translate(None, outside)  # I-X, and what is no tag
            if (
                not joined.isprintable()
                or (fillers and not joined.isascii() and has_filler(joined))
                or "  " in joined  # a blank token
                or joined.strip() != joined
                or not joined
                or (left and left.translate(None, inside))
                or (careful and _is_odd(joined, tags))
                or (repair is not None and _is_doubtful(joined, tags))
            ):
                raise TypeError
        except (KeyError, TypeError, ValueError):  # also: a tag none of 0 to 255
            out.append(judge(index, candidates[index], text, context, prompt_examples))
            continue
        repairs = () if repair is None else (repair,)
        size, delta = len(tokens), len(tokens) - len(tags)
        if delta:
            excerpt = shown[start : end if end - start < EXCERPT else start + EXCERPT]
            out.append(rejected(index, start, _MISMATCHES, excerpt, delta=delta, repairs=repairs))
        elif size > longest or (copies and _is_copy(tokens, gold, prompt_examples)):
            out.append(judge(index, candidates[index], text, context, prompt_examples))
        elif not left or orphan.isdisjoint(zip(b"\0" + ids, ids, strict=False)):
            out.append(accepted(index, start, tuple(tokens), tuple(tags), repairs=repairs))
        elif mend:
            pairs = zip(b"\0" + ids, ids, strict=False)
            mended = tuple([pair[1] - 1 if pair in orphan else pair[1] for pair in pairs])
            out.append(accepted(index, start, tuple(tokens), mended, repairs=(*repairs, Repair.IOB)))
        elif violation is not Treatment.REJECT:
            out.append(accepted(index, start, tuple(tokens), tuple(tags), repairs=repairs, marks=marks))
        else:
            out.append(judge(index, candidates[index], text, context, prompt_examples))
    return out


@lru_cache(maxsize=32)
def _kinds(tags: int) -> tuple[bytes, bytes, frozenset[tuple[int, int]]]:
    """The tag ids that are I-X; those that are O or B-X; and the pairs of neighbours in which an I-X is an orphan."""
    inside = bytes(range(2, tags, 2))
    outside = bytes(tag for tag in range(tags) if tag not in inside)
    orphan = frozenset((before, tag) for tag in inside for before in range(tags) if before not in (tag, tag - 1))
    return inside, outside, orphan


def _is_doubtful(joined: str, tags: list[int]) -> bool:
    """Whether a repaired object may hold what its text did not show: other notations have other escapes and words."""
    return _is_odd(joined, tags) or has_filler(joined) or has_bad_unicode((joined,), repaired=True)


def _is_odd(joined: str, tags: list[int]) -> bool:
    """Whether a token holds a backslash, or a tag is true or false, which count as 1 and 0."""
    return "\\" in joined or set(map(type, tags)) != _INT


def _is_copy(tokens: list[str], gold: Set[str], prompt_examples: Set[str]) -> bool:
    content = content_hash(tokens)
    return content in gold or content in prompt_examples
