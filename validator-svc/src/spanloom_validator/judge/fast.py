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
_new = tuple.__new__  # as `accepted` and `rejected` make verdicts, without the cost of calling these


def judge_tag_ids(
    candidates: Sequence[Candidate], text: str, context: Context, prompt_examples: Set[str] = frozenset()
) -> list[Verdict]:
    """`judge` of each candidate, for the format `tag_ids` and a label schema of at most `MAX_TAGS` tags."""
    # Fillers are looked for once: in the text, or where escapes can write them in all its tokens.
    if "\\" not in text:
        return _judge(candidates, text, context, prompt_examples, has_filler(text))[0]
    verdicts, read = _judge(candidates, text, context, prompt_examples, False)
    return _judge(candidates, text, context, prompt_examples, True)[0] if has_filler("".join(read)) else verdicts


def _judge(
    candidates: Sequence[Candidate], text: str, context: Context, prompt_examples: Set[str], fillers: bool
) -> tuple[list[Verdict], list[str]]:
    """The verdicts; and where the text has escapes, the tokens of all candidates in which no filler was looked for,
    which is done with `fillers`."""
    inside, outside, orphan = _kinds(len(context.schema))
    escapes = "\\" in text
    plain = not escapes and "\x7f" not in text  # then ASCII tokens are printable: JSON takes no control characters
    booleans = "true" in text or "false" in text  # which are the integers 1 and 0
    gold, copies = context.gold_eval, bool(context.gold_eval or prompt_examples)
    mend, violation = context.rules.repairs(Repair.IOB), context.rules.treatments[Reason.IOB_VIOLATION]
    marks = _VIOLATION if violation is Treatment.MARK else ()
    longest = context.rules.max_tokens if context.script is None else -1
    shown = storable(text)
    out: list[Verdict] = []
    read: list[str] = []
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
            left = ids.strip(outside)  # from the first I-X, or what is no tag, to the last one
            if (
                not ((plain and repair is None and joined.isascii()) or joined.isprintable())
                or "  " in joined  # a blank token
                or joined.strip() != joined
                or not joined
                or (left and left.translate(None, inside).strip(outside))
                or (escapes and "\\" in joined)
                or (booleans and set(map(type, tags)) != _INT)
                or (fillers and not joined.isascii() and has_filler(joined))
                or (repair is not None and _is_doubtful(joined, tags))
            ):
                raise TypeError
        except (KeyError, TypeError, ValueError):  # also: a tag none of 0 to 255
            out.append(judge(index, candidates[index], text, context, prompt_examples))
            continue
        if escapes:
            read.append(joined)
        repairs = () if repair is None else (repair,)
        size, delta = len(tokens), len(tokens) - len(tags)
        if delta:
            excerpt = shown[start : end if end - start < EXCERPT else start + EXCERPT]
            mismatch = Reason.LENGTH_MISMATCH, _MISMATCHES
            out.append(_new(Verdict, (index, False, *mismatch, start, delta, (), (), repairs, (), excerpt)))
        elif size > longest or (copies and _is_copy(tokens, gold, prompt_examples)):
            out.append(judge(index, candidates[index], text, context, prompt_examples))
        elif not left or not (mended := _mended(ids, left, orphan)):
            out.append(_new(Verdict, (index, True, None, (), start, None, tuple(tokens), tuple(tags), repairs, (), "")))
        elif mend:
            out.append(accepted(index, start, tuple(tokens), tuple(mended), repairs=(*repairs, Repair.IOB)))
        elif violation is not Treatment.REJECT:
            out.append(accepted(index, start, tuple(tokens), tuple(tags), repairs=repairs, marks=marks))
        else:
            out.append(judge(index, candidates[index], text, context, prompt_examples))
    return out, read


def _mended(ids: bytes, left: bytes, orphan: Set[tuple[int, int]]) -> bytearray | None:
    """The tag ids with each orphan I-X turned into B-X; None where there is none. `left` is all from the first I-X to
    the last one."""
    mended, first = None, ids.find(left[0])
    before = ids[first - 1] if first else 0
    for place, tag in enumerate(left, first):
        if (before, tag) in orphan:
            mended = mended or bytearray(ids)
            mended[place] = tag - 1
        before = tag
    return mended


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
