"""Predictions read from a file, laid over their gold sentences token by token.

Published prediction files are not always the gold tokens with new tags. Tools cut long sentences off, spreadsheets
turn `016` into `16` and `"` into four quotes, and another version of the data splits `COVID-19` in three. A
predicted sentence matches its gold when it holds the same tokens, or some of them in order (the others were lost and
are scored as O), or when both spell the same letters and digits, leading zeros apart. What was lost or spelled
otherwise is counted and reported. Anything else is an error: it is another sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from spanloom.data.readers import RawSentence
from spanloom.errors import DataError

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Aligned:
    """Predicted tag names for every gold token, and what it took to get them."""

    tags: list[list[str]]
    missing_tokens: int
    """Gold tokens without a prediction, scored as O; those of missing sentences count."""
    missing_sentences: int
    """Gold sentences after the last predicted one."""
    respelled_tokens: int
    """Gold tokens whose prediction stands on a token that is spelled or split otherwise."""
    extra_tokens: int
    """Predicted tokens (punctuation) that no gold token answers to; their tags are not scored."""


def align(gold: Sequence[RawSentence], pred: Sequence[RawSentence], *, gold_path: str, pred_path: str) -> Aligned:
    """Lay predicted sentences over gold ones, in order.

    Raises DataError naming the line of the first predicted sentence that is not its gold sentence.
    """
    if len(pred) > len(gold):
        raise DataError(
            f"sentence {len(gold) + 1} has no gold: {gold_path} holds {len(gold)} sentences",
            path=pred_path,
            line=pred[len(gold)].line,
        )
    tags: list[list[str]] = []
    missing = respelled = extra = 0
    for number, (gold_sentence, pred_sentence) in enumerate(zip(gold, pred, strict=False), 1):
        if gold_sentence.tokens == pred_sentence.tokens:
            tags.append(list(pred_sentence.tags))
            continue
        places = _subsequence(gold_sentence.tokens, pred_sentence.tokens)
        if places is None:
            places = _respelled(gold_sentence.tokens, pred_sentence.tokens)
        if places is None:
            raise _mismatch(number, gold_sentence, pred_sentence, gold_path, pred_path)
        tags.append(_tags_at(places, pred_sentence.tags))
        missing += sum(not place for place in places)
        respelled += sum(
            [pred_sentence.tokens[i] for i in place] != [token]
            for token, place in zip(gold_sentence.tokens, places, strict=True)
            if place
        )
        extra += len(pred_sentence.tokens) - len({i for place in places for i in place})
    lost = gold[len(pred) :]
    tags += [["O"] * len(sentence.tokens) for sentence in lost]
    return Aligned(tags, missing + sum(len(s.tokens) for s in lost), len(lost), respelled, extra)


def _subsequence(gold: Sequence[str], pred: Sequence[str]) -> list[list[int]] | None:
    """For each gold token the predicted token that is it, if all predicted tokens are gold tokens in order."""
    places: list[list[int]] = []
    at = 0
    for token in gold:
        hit = at < len(pred) and pred[at] == token
        places.append([at] if hit else [])
        at += hit
    return places if at == len(pred) else None


def _respelled(gold: Sequence[str], pred: Sequence[str]) -> list[list[int]] | None:
    """For each gold token the predicted tokens that spell the same letters; None when the letters differ.

    Tokens without letters and digits are paired in order between their neighbours.
    """
    gold_text, pred_text = [_letters(token) for token in gold], [_letters(token) for token in pred]
    whole, part = "".join(gold_text), "".join(pred_text)
    gold_ends = list(accumulate(map(len, gold_text)))
    # Where tokens were lost at the end as well, the predictions must stop between two gold tokens.
    if not part or not whole.startswith(part) or len(part) not in gold_ends:
        return None
    places: list[list[int]] = [[] for _ in gold]
    marks: dict[int, list[int]] = {}  # predicted tokens without letters, by the number of letters before them
    g = 0
    starts = [0, *accumulate(map(len, pred_text))]
    for i, (start, end) in enumerate(pairwise(starts)):
        while g < len(gold) and gold_ends[g] <= start:
            g += 1
        inside = g < len(gold) and gold_ends[g] - len(gold_text[g]) < start
        if start == end and not inside:
            marks.setdefault(start, []).append(i)
            continue
        h = g
        while h < len(gold) and (h == g or gold_ends[h] - len(gold_text[h]) < end):
            if gold_text[h]:
                places[h].append(i)
            h += 1
    for g, text in enumerate(gold_text):
        if not text and marks.get(gold_ends[g]):
            places[g] = [marks[gold_ends[g]].pop(0)]
    return places


def _letters(token: str) -> str:
    """Letters, marks and digits of a token, each number without leading zeros."""
    text = _DIGITS.sub(lambda match: match.group().lstrip("0") or "0", unicodedata.normalize("NFC", token))
    return "".join(char for char in text if unicodedata.category(char)[0] in "LMN")


def _tags_at(places: Sequence[Sequence[int]], tags: Sequence[str]) -> list[str]:
    """The tag of each gold token: of its predicted tokens the first that is not O.

    A predicted token over several gold tokens is one span over all of them.
    """
    out: list[str] = []
    previous: Sequence[int] = ()
    for place in places:
        tag = next((tags[i] for i in place if tags[i] != "O"), "O")
        if tag != "O" and set(place) & set(previous):
            tag = "I" + tag[1:]
        out.append(tag)
        previous = place
    return out


def _mismatch(number: int, gold: RawSentence, pred: RawSentence, gold_path: str, pred_path: str) -> DataError:
    pairs = zip(gold.tokens, pred.tokens, strict=False)
    at = next(
        (i for i, (a, b) in enumerate(pairs) if _letters(a) != _letters(b)), min(len(gold.tokens), len(pred.tokens))
    )
    ours = repr(pred.tokens[at]) if at < len(pred.tokens) else "nothing more"
    theirs = repr(gold.tokens[at]) if at < len(gold.tokens) else "nothing more"
    return DataError(
        f"sentence {number} does not match its gold ({gold_path}:{gold.line}): token {at + 1} is {ours}, gold has "
        f"{theirs}; predictions must hold the gold sentences in order (lost tokens are scored as O)",
        path=pred_path,
        line=pred.line_of(min(at, len(pred.tokens) - 1)),
    )
