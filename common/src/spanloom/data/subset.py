"""Subsets of a dataset: the first n of one permutation, so that each size holds the smaller ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def permutation(n: int, seed: int) -> list[int]:
    """The numbers 0 to n - 1 in an order that depends on (n, seed) alone.

    Sorted by a keyed BLAKE2b of the number: the same on every machine and under every library version, which
    generators of random numbers do not promise. Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError(f"a permutation of {n} things")
    key = seed.to_bytes(8, "little", signed=True)

    def rank(i: int) -> bytes:
        return hashlib.blake2b(i.to_bytes(8, "little"), digest_size=16, key=key).digest()

    return sorted(range(n), key=rank)


def paper_permutation(n: int, seed: int) -> list[int]:
    """The order in which pandas' `sample(n, random_state=seed)` draws rows, as the published scripts do.

    pandas asks NumPy's legacy RandomState for `choice(n, size, replace=False)`, which is the head of its permutation.
    """
    import numpy as np

    return [int(i) for i in np.random.RandomState(seed).permutation(n)]


def subset(items: Sequence[T], n: int, seed: int, *, paper: bool = False) -> list[T]:
    """`n` items (all, where there are fewer) in permuted order; the subset of size n starts every larger one."""
    order = paper_permutation(len(items), seed) if paper else permutation(len(items), seed)
    return [items[i] for i in order[:n]]
