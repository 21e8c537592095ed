"""A mend for kafka-python 3.0: a group join that outlasts the poll that began it.

A poll that runs out of time leaves the join running and means to take its result at the next poll. In 3.0.12 two things
go wrong with that. Where the join was called for by new metadata, `need_rejoin` is false again as soon as the leader
has dealt the partitions: the next poll takes the member for joined, never applies its assignment and spins (seen with
polls of 0.1 s: joined, no partitions, for good). And where the join ended between two polls, its result is thrown away
and the whole group has to rebalance again.

Both are mended on the one consumer given: a member that is joining needs to join until its assignment is applied, and
the result of a join is kept until it is. Reaches into private parts, which is one reason why kafka-python is pinned
below 3.1.
"""

from __future__ import annotations

from typing import Any

from kafka.coordinator.base import MemberState


def keep_joins(client: Any) -> None:
    """Mend a `kafka.KafkaConsumer` before its first poll."""
    coordinator = client._coordinator
    need_rejoin, join_and_sync = coordinator.need_rejoin, coordinator._do_join_and_sync_async
    kept: list[tuple[Any, bytes]] = []

    def need_rejoin_until_applied() -> bool:
        return bool(coordinator.rejoining or need_rejoin())

    async def join_and_sync_once() -> bytes:
        # Applying an assignment makes the state STABLE, losing the membership UNJOINED; both void what is kept.
        if kept and coordinator.state is MemberState.REBALANCING and kept[0][0] == coordinator._generation:
            return kept.pop()[1]
        kept.clear()
        assignment: bytes = await join_and_sync()
        kept.append((coordinator._generation, assignment))
        return assignment

    coordinator.need_rejoin = need_rejoin_until_applied
    coordinator._do_join_and_sync_async = join_and_sync_once
