"""The offset that may be committed, against a model of what is open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom.bus.offsets import OffsetTracker

P = ("topic", 0)
Q = ("topic", 1)


def held(*partitions: tuple[str, int]) -> OffsetTracker:
    progress = OffsetTracker()
    progress.assign(partitions)
    return progress


@given(
    start=st.integers(0, 1000),
    gaps=st.lists(st.integers(1, 3), min_size=1, max_size=40),
    order=st.randoms(use_true_random=False),
    commit_every=st.integers(1, 5),
)
def test_never_past_an_open_message_and_at_the_end_past_all(
    start: int, gaps: list[int], order: object, commit_every: int
) -> None:
    offsets = [start + sum(gaps[:n]) for n in range(len(gaps))]  # compaction and transactions leave holes
    progress = held(P)
    deliveries = {offset: progress.delivered(P, offset) for offset in offsets}
    shuffled = list(offsets)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    open_, committed = set(offsets), offsets[0]
    for count, offset in enumerate(shuffled, 1):
        progress.ack(P, offset, deliveries[offset])
        open_.discard(offset)
        if count % commit_every == 0:
            ready = progress.ready()
            if ready:
                assert committed <= ready[P] <= min(open_, default=offsets[-1] + 1)
                progress.committed(ready)
                committed = ready[P]
    assert progress.ready().get(P, progress.committed_of(P)) == offsets[-1] + 1
    assert progress.open_count() == 0


def test_partitions_go_each_their_way() -> None:
    progress = held(P, Q)
    first, other = progress.delivered(P, 5), progress.delivered(Q, 9)
    assert first != other
    progress.ack(Q, 9, other)
    assert progress.ready() == {P: 5, Q: 10}


def test_what_is_committed_is_not_ready_again() -> None:
    progress = held(P)
    progress.ack(P, 0, progress.delivered(P, 0))
    progress.committed(progress.ready())
    assert progress.ready() == {}


def test_an_ack_of_an_older_delivery_changes_nothing() -> None:
    progress = held(P)
    old = progress.delivered(P, 0)
    progress.revoke([P])
    progress.ack(P, 0, old)
    assert progress.ready() == {}
    progress.assign([P])
    new = progress.delivered(P, 0)
    progress.ack(P, 0, old)
    assert progress.ready() == {P: 0}
    progress.ack(P, 0, new)
    assert progress.ready() == {P: 1}


def test_rewind_names_the_first_open_message_and_starts_anew() -> None:
    progress = held(P, Q)
    deliveries = [progress.delivered(P, offset) for offset in range(4)]
    for offset in (0, 2):
        progress.ack(P, offset, deliveries[offset])
    assert progress.rewind() == {P: 1}
    progress.ack(P, 1, deliveries[1])
    assert progress.ready() == {P: 1}
    again = [progress.delivered(P, offset) for offset in range(1, 4)]
    for offset, delivery in enumerate(again, 1):
        progress.ack(P, offset, delivery)
    assert progress.ready() == {P: 4}
