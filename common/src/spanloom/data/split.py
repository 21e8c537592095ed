"""From an arm and its datasets to the sentences a training sees: subset, dev set, related cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanloom.data.subset import permutation, subset
from spanloom.ner.sentence import Sentence, content_hash

HELD_OUT = 0.1
"""Share of an arm's own training data that `dev: held_out` keeps back."""

FEW_DEV = 30
"""Dev sentences below which chance has a large part in which checkpoint is the best."""


@dataclass(frozen=True)
class TrainDevSplit:
    """Sentences to train on and the dev set that chooses the best state."""

    train: list[Sentence]
    dev: list[Sentence]


def split_of(
    samples: Sequence[Sentence], size: int, dev: Sequence[Sentence] | None, *, seed: int, paper: bool = False
) -> TrainDevSplit:
    """The first `size` samples of the arm's permutation; without a dev set a tenth of them is held out.

    Sizes nest: the permutation depends on the dataset and the subset seed, never on size, training seed or setting.
    """
    chosen = subset(samples, size, seed, paper=paper)
    if dev is not None:
        return TrainDevSplit(chosen, list(dev))
    return held_out(chosen, seed=seed)


def held_out(samples: Sequence[Sentence], *, share: float = HELD_OUT, seed: int) -> TrainDevSplit:
    """Keep back about `share` of the sentences, at least one; copies (NFC, case-folded) stay on one side.

    With a single distinct sentence there is nothing to hold out: it is both train and dev.
    """
    groups: dict[str, list[Sentence]] = {}
    for sample in samples:
        groups.setdefault(content_hash(sample.tokens), []).append(sample)
    keys = sorted(groups)
    if len(keys) < 2:
        return TrainDevSplit(list(samples), list(samples))
    wanted, taken = max(1, round(share * len(samples))), 0
    kept_back: set[str] = set()
    for i in permutation(len(keys), seed):
        if taken >= wanted or len(kept_back) == len(keys) - 1:
            break
        kept_back.add(keys[i])
        taken += len(groups[keys[i]])
    train = [s for s in samples if content_hash(s.tokens) not in kept_back]
    dev = [s for s in samples if content_hash(s.tokens) in kept_back]
    return TrainDevSplit(train, dev)
