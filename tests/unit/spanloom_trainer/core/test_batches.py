from __future__ import annotations

import random

import torch
from hypothesis import given
from hypothesis import strategies as st

from spanloom_trainer.core.batches import bucketed, by_length, like_lengths, shuffled, updates_per_epoch

lengths_of = st.lists(st.integers(3, 512), min_size=1, max_size=120)


def padded(packs: list[list[int]], lengths: list[int]) -> int:
    return sum(len(pack) * max(lengths[i] for i in pack) for pack in packs)


@given(lengths_of, st.integers(1, 20), st.integers(0, 5))
def test_bucketed_batches_hold_every_window_once_in_as_many_updates(lengths: list[int], batch: int, epoch: int) -> None:
    packs = bucketed(lengths, batch, 7, epoch)
    assert sorted(i for pack in packs for i in pack) == list(range(len(lengths)))
    assert len(packs) == updates_per_epoch(len(lengths), batch)


def test_bucketed_batches_pad_less_than_shuffled_ones() -> None:
    draw = random.Random(1)
    lengths = [min(200, 5 + int(draw.expovariate(1 / 30))) for _ in range(500)]
    plain = padded(shuffled(500, 16, torch.Generator().manual_seed(1)), lengths)
    ours = padded(bucketed(lengths, 16, 1, 0), lengths)
    assert sum(lengths) <= ours < 0.62 * plain


def test_bucketed_batches_differ_by_epoch_and_repeat_by_seed() -> None:
    lengths = [10, 11, 12, 13] * 20
    assert bucketed(lengths, 8, 1, 0) == bucketed(lengths, 8, 1, 0)
    assert bucketed(lengths, 8, 1, 0) != bucketed(lengths, 8, 1, 1)
    assert bucketed(lengths, 8, 1, 0) != bucketed(lengths, 8, 2, 0)


def test_shuffled_batches_are_of_one_size_but_the_last() -> None:
    packs = shuffled(50, 16, torch.Generator().manual_seed(1))
    assert [len(pack) for pack in packs] == [16, 16, 16, 2]
    assert sorted(i for pack in packs for i in pack) == list(range(50))


@given(lengths_of, st.integers(1, 2000))
def test_batches_for_tagging_keep_the_budget(lengths: list[int], budget: int) -> None:
    packs = by_length(lengths, budget)
    assert sorted(i for pack in packs for i in pack) == list(range(len(lengths)))
    assert all(len(pack) == 1 or len(pack) * max(lengths[i] for i in pack) <= budget for pack in packs)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=16), st.integers(0, 30))
def test_parts_of_a_batch_hold_every_row_once_and_cost_no_more_than_the_whole(lengths: list[int], cost: int) -> None:
    parts = like_lengths(lengths, cost)
    assert sorted(i for part in parts for i in part) == list(range(len(lengths)))
    assert padded(parts, lengths) + cost * len(parts) <= len(lengths) * max(lengths) + cost


def test_parts_are_cut_where_lengths_jump() -> None:
    assert like_lengths([50, 10, 11, 49, 9], 4) == [[4, 1, 2], [3, 0]]
    assert like_lengths([50, 10, 11, 49, 9], 1000) == [[4, 1, 2, 3, 0]]


def test_nothing_makes_no_batches() -> None:
    assert bucketed([], 16, 1, 0) == [] == by_length([], 100)


def test_the_order_is_that_of_transformers_trainer() -> None:
    """Recorded from Trainer (transformers 5.19, accelerate 1.15): 50 rows, batch 16, seed 42, epochs 0 and 1."""
    recorded = [
        [42, 17, 30, 34, 20, 25, 0, 8, 36, 18, 28, 39, 3, 2, 41, 1],
        [38, 40, 49, 45, 43, 25, 10, 8, 9, 28, 21, 48, 44, 22, 3, 13],
    ]
    for epoch, first in enumerate(recorded):
        assert shuffled(50, 16, torch.Generator().manual_seed(42 + epoch))[0] == first
