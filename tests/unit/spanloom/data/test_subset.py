"""Permutations and subsets."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.data.subset import paper_permutation, permutation, subset


@given(st.integers(0, 300), st.integers(0, 2**32 - 1))
def test_permutation_is_one(n: int, seed: int) -> None:
    assert sorted(permutation(n, seed)) == list(range(n))
    assert permutation(n, seed) == permutation(n, seed)


@given(st.integers(0, 200), st.integers(0, 2**32 - 1), st.booleans(), st.data())
def test_sizes_nest(n: int, seed: int, paper: bool, data: st.DataObject) -> None:
    large = data.draw(st.integers(0, n + 5))
    small = data.draw(st.integers(0, large))
    items = list(range(n))
    assert subset(items, small, seed, paper=paper) == subset(items, large, seed, paper=paper)[:small]


def test_the_order_is_fixed_for_good() -> None:
    assert permutation(10, 3535) == [2, 7, 9, 4, 0, 6, 1, 3, 5, 8]


@given(st.integers(1, 500), st.integers(0, 2**32 - 1), st.data())
def test_paper_is_pandas_sample(n: int, seed: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, n))
    assert paper_permutation(n, seed)[:size] == list(pd.DataFrame({"x": range(n)}).sample(n=size, random_state=seed).x)


def test_positions_are_even() -> None:
    """Over many seeds each item leads about equally often (3 sigma of a binomial)."""
    seeds, n = 4000, 8
    first = [permutation(n, seed)[0] for seed in range(seeds)]
    bound = 3 * (seeds * (1 / n) * (1 - 1 / n)) ** 0.5
    assert all(abs(first.count(i) - seeds / n) < bound for i in range(n))


def test_negative() -> None:
    with pytest.raises(ValueError, match="permutation of -1"):
        permutation(-1, 0)
