"""From words to encoder inputs: subwords, windows over long sentences, and back to one prediction a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

IGNORE = -100  # what torch's cross entropy leaves out


@dataclass(frozen=True)
class Window:
    """One encoder input: a stretch of one sentence's words, special tokens around it.

    `words[i]` is a word's place in the sentence and `heads[i]` the place of its first subword in `ids`. A word in
    several windows is listed in the one where it has most context, so that each word is listed exactly once.
    """

    sentence: int
    ids: tuple[int, ...]
    words: tuple[int, ...]
    heads: tuple[int, ...]


@dataclass(frozen=True)
class Encoded:
    """Sentences as windows. `tokens_lost` words were cut off (only where truncation was asked for)."""

    windows: tuple[Window, ...]
    lengths: tuple[int, ...]
    """Words of each sentence."""
    tokens_lost: int

    def ids(self) -> set[int]:
        """All token ids that occur."""
        return {i for window in self.windows for i in window.ids}


def subwords(tokenizer: Any, sentences: Sequence[Sequence[str]]) -> list[list[list[int]]]:
    """Subword ids of each word of each sentence; a word that yields none gets the unknown token.

    Lone surrogates, which no tokenizer takes, are read as U+FFFD.
    """
    if not sentences:
        return []
    clean = [[word.encode("utf-8", "replace").decode("utf-8") for word in words] for words in sentences]
    coded = tokenizer(clean, is_split_into_words=True, add_special_tokens=False, return_attention_mask=False)
    out = []
    for i, words in enumerate(sentences):
        pieces: list[list[int]] = [[] for _ in words]
        for token_id, word in zip(coded["input_ids"][i], coded.word_ids(i), strict=True):
            pieces[word].append(token_id)
        out.append([piece or [tokenizer.unk_token_id] for piece in pieces])
    return out


def around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The special tokens a tokenizer puts before and after a sentence: `([<s>], [</s>])` for XLM-R."""
    inner = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    for start in range(len(full) - len(inner) + 1):
        if full[start : start + len(inner)] == inner:
            return full[:start], full[start + len(inner) :]
    return [], []


def encode(
    tokenizer: Any, sentences: Sequence[Sequence[str]], *, max_length: int, stride: int, truncate: bool = False
) -> Encoded:
    """Windows of at most `max_length` subwords over sentences of words."""
    before, after = around(tokenizer)
    room = max_length - len(before) - len(after)
    windows: list[Window] = []
    lost = 0
    for i, pieces in enumerate(subwords(tokenizer, sentences)):
        pieces = [piece[:room] for piece in pieces]  # a single word longer than the window keeps its beginning
        spans = stretches([len(piece) for piece in pieces], room, stride)
        if truncate and len(spans) > 1:
            lost += len(pieces) - spans[0][1]
            spans = spans[:1]
        for (start, end), owned in zip(spans, owners(spans, [len(piece) for piece in pieces]), strict=True):
            heads, ids = {}, list(before)
            for word in range(start, end):
                heads[word] = len(ids)
                ids.extend(pieces[word])
            ids.extend(after)
            windows.append(Window(i, tuple(ids), tuple(owned), tuple(heads[word] for word in owned)))
    return Encoded(tuple(windows), tuple(len(words) for words in sentences), lost)


def stretches(lengths: Sequence[int], room: int, stride: int) -> list[tuple[int, int]]:
    """Stretches of words `[start, end)` of at most `room` subwords that share about `stride` with the one before.

    `lengths` are subwords per word, each at most `room`. The last stretch begins as early as it can, so that its
    words have context too.
    """
    if not lengths:
        return []
    out: list[tuple[int, int]] = []
    start = 0
    while True:
        end, used = start, 0
        while end < len(lengths) and used + lengths[end] <= room:
            used += lengths[end]
            end += 1
        if end == len(lengths):
            while start and used + lengths[start - 1] <= room:
                start -= 1
                used += lengths[start]
            out.append((start, end))
            return out
        out.append((start, end))
        start, shared = end, 0
        most = min(stride, room - lengths[end])  # the next word must fit too
        while start - 1 > out[-1][0] and shared + lengths[start - 1] <= most:
            start -= 1
            shared += lengths[start]


def owners(spans: Sequence[tuple[int, int]], lengths: Sequence[int]) -> list[list[int]]:
    """For each stretch, the words it speaks for: those for which it holds the most context of all stretches.

    Context is the lesser of the subwords to the left and right within the stretch; the sentence's own ends cut
    nothing off and count as endless.
    """
    if len(spans) == 1:
        return [list(range(*spans[0]))]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    total = len(lengths)
    owned: list[list[int]] = [[] for _ in spans]
    for word in range(spans[-1][1] if spans else 0):
        best, best_context = -1, -1.0
        for k, (start, end) in enumerate(spans):
            if not start <= word < end:
                continue
            left = float("inf") if start == 0 else float(offsets[word] - offsets[start])
            right = float("inf") if end == total else float(offsets[end] - offsets[word + 1])
            if min(left, right) > best_context:
                best, best_context = k, min(left, right)
        owned[best].append(word)
    return owned


def labels_of(window: Window, tags: Sequence[int]) -> list[int]:
    """Tag ids at the first subwords the window speaks for, `IGNORE` elsewhere."""
    labels = [IGNORE] * len(window.ids)
    for word, head in zip(window.words, window.heads, strict=True):
        labels[head] = tags[word]
    return labels


def pad(rows: Iterable[Sequence[int]], value: int, length: int | None = None) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows as one array `(B, L)`, filled up with `value`; L is `length` or the longest row."""
    rows = list(rows)
    out = np.full((len(rows), length or max(map(len, rows))), value, dtype=np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def attended(lengths: Iterable[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The attention mask `(B, L)` of rows of these lengths, padded on the right to the longest: 1 for a row's own ids.

    It comes from the lengths and never from the ids: a config may name a padding id that the tokenizer uses for text.
    """
    return pad(([1] * length for length in lengths), 0)
