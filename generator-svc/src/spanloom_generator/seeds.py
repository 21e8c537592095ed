"""Which gold train sentences seed which call: the published scripts' way, and Spanloom's."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

import numpy as np

from spanloom.data.subset import paper_permutation, permutation
from spanloom.errors import SpecError

PromptSplit = Literal["train", "dev"]


@dataclass(frozen=True)
class SeedPlan:
    """How the seeds of a synthetic source are drawn from `size` gold train sentences of a language.

    `m` seeds a call; `calls` and `dev_calls` are the most calls of the two datasets; `pool` fixes the first so many
    sentences of the organic subset order (`subset_seed`), None takes all; `paper` draws as the published scripts do.
    """

    size: int
    m: int
    calls: int
    dev_calls: int
    seed: int
    pool: int | None = None
    subset_seed: int = 3535
    paper: bool = False
    paper_subsets: bool = False

    def seeds(self, split: PromptSplit, start: int, count: int) -> Iterator[tuple[int, ...]]:
        """Indices into gold train of calls `start` to `start + count - 1`; the same whatever range they come in.

        Raises SpecError when the sentences do not suffice for disjoint train and dev seeds.
        """
        if self.m == 0:
            yield from (() for _ in range(count))
            return
        pool = _pool(self, split)
        if len(pool) < self.m:
            of = f"seed_pool lets prompts draw from {len(pool)}" if self.pool else f"gold train has {len(pool)}"
            what = f"{of} sentences, and each prompt of the {split} calls shows m={self.m} of them"
            raise SpecError([("m", f"{what}; {_remedy(len(pool))}")])
        if self.paper:
            for state in islice(_paper_states(self.seed), start, start + count):
                yield tuple(pool[i] for i in np.random.RandomState(state).permutation(len(pool))[: self.m])
            return
        for call in range(start, start + count):
            yield _spread(pool, self.m, call, self.seed, split)

    def pool_of(self, split: PromptSplit) -> tuple[int, ...]:
        """The gold train indices that the calls of a split may draw from. Raises SpecError as `seeds` does."""
        return _pool(self, split)


def _paper_states(seed: int) -> Iterator[int]:
    """`random.seed(seed)`, then one `random.randint(0, 1000)` a call: 215 distinct in 250 calls for 3535."""
    generator = random.Random(seed)  # noqa: S311  the published scripts' own
    while True:
        yield generator.randint(0, 1000)


@lru_cache(maxsize=256)
def _pool(plan: SeedPlan, split: PromptSplit) -> tuple[int, ...]:
    """Gold train indices that may seed the calls of a split. Train and dev never share one.

    The paper's way must draw train seeds from all sentences in file order, so that dev is what its calls left over;
    otherwise the pool is divided beforehand, in proportion to the calls.
    """
    if plan.pool is None:
        everything = tuple(range(plan.size))
    else:
        order = paper_permutation if plan.paper_subsets else permutation
        everything = tuple(order(plan.size, plan.subset_seed)[: plan.pool])
    if plan.dev_calls == 0:
        return everything if split == "train" else ()
    if plan.paper and plan.pool is None:
        if split == "train":
            return everything
        states = set(islice(_paper_states(plan.seed), plan.calls))
        used = {int(i) for s in states for i in np.random.RandomState(s).permutation(plan.size)[: plan.m]}
        left = tuple(i for i in everything if i not in used)
        if len(left) < plan.m:
            raise SpecError([("dev_calls", _too_few(plan, len(left)))])
        return left
    if len(everything) < 2 * plan.m:
        raise SpecError([("dev_calls", _too_few(plan, len(everything) - plan.m))])
    share = round(len(everything) * plan.dev_calls / (plan.calls + plan.dev_calls))
    dev = min(max(share, plan.m), len(everything) - plan.m)
    order_of = permutation(len(everything), plan.seed)
    chosen = order_of[:dev] if split == "dev" else order_of[dev:]
    return tuple(everything[i] for i in sorted(chosen))


def _remedy(sentences: int) -> str:
    smaller = f"give m: {sentences} or less, or more" if sentences else "m: 0 shows none; or give"
    return f"{smaller} sentences in gold train (annotate more, or let gold.fractions leave more of them to it)"


def _too_few(plan: SeedPlan, left: int) -> str:
    of = f"seed_pool {plan.pool}" if plan.pool is not None else f"{plan.size} gold train sentences"
    return (
        f"of {of} {max(left, 0)} are left for the dev calls, which need m={plan.m} of their own; "
        "give more sentences, a smaller m, fewer calls, or dev_calls: 0"
    )


def _spread(pool: tuple[int, ...], m: int, call: int, seed: int, split: str) -> tuple[int, ...]:
    """Seeds of a call: the pool is gone through in permuted order, m at a time, again in another order when spent.

    So every sentence is used about as often as every other, and none twice in a call.
    """
    rounds = len(pool) // m
    epoch, place = divmod(call, rounds)
    order = _order(len(pool), mixed(seed, split, epoch))
    return tuple(pool[i] for i in order[place * m : (place + 1) * m])


@lru_cache(maxsize=64)
def _order(n: int, seed: int) -> tuple[int, ...]:
    return tuple(permutation(n, seed))


def mixed(*parts: object) -> int:
    """31 bits of a hash of the parts: a seed that engines and APIs take."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") & 0x7FFFFFFF


def call_seed(seed: int, source: str, language: str, split: str, call_index: int) -> int:
    """The sampling seed of one call, 0 to 2^31 - 1: the same on every machine and in every order of calls."""
    return mixed("call", seed, source, language, split, call_index)
