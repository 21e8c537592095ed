"""Leases: what a worker holds is renewed in one statement, and what it has lost it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import Engine

from spanloom import telemetry
from spanloom.store import work
from spanloom.store.work import Claim, Lease
from spanloom.workers.outage import Outage, is_transient

log = structlog.stdlib.get_logger(__name__)


class LeaseKeeper:
    """Holds the claims of one worker on one table and renews them every `renew_s` seconds.

    `on_lost` gets the ids that are no longer ours (taken over, or their run was cancelled). A keeper that cannot reach
    the database works on: a lease that ran out and that nobody took is renewed afterwards.
    """

    def __init__(
        self, db: Engine, table: str, lease: Lease, *, renew_s: float, on_lost: Callable[[set[str]], None]
    ) -> None:
        self.db, self.table, self.lease, self.renew_s, self.on_lost = db, table, lease, renew_s, on_lost
        self.outage = Outage(most_s=renew_s)
        self._held: dict[str, Claim] = {}
        self._lock = threading.Lock()
        self._renewed_at = time.monotonic()

    def add(self, claim: Claim) -> None:
        """Renew this claim from now on."""
        with self._lock:
            self._held[claim.id] = claim

    def drop(self, claim: Claim) -> None:
        """Renew it no longer: it is finished, handed back or lost."""
        with self._lock:
            if self._held.get(claim.id) == claim:
                del self._held[claim.id]

    def held(self) -> list[Claim]:
        """All claims held now."""
        with self._lock:
            return list(self._held.values())

    def holds(self, claim: Claim) -> bool:
        """Whether the claim is still held: neither dropped nor lost."""
        with self._lock:
            return self._held.get(claim.id) == claim

    def renew(self) -> set[str]:
        """Renew once; returns and reports the ids that were lost."""
        held = self.held()
        telemetry.IN_FLIGHT.labels(self.table).set(len(held))
        if not held:
            self._renewed_at = time.monotonic()
        telemetry.LEASE_AGE.labels(self.table).set(time.monotonic() - self._renewed_at)
        with self.db.begin() as connection:
            kept = work.renew(connection, self.table, held, lease=self.lease)
        self._renewed_at = time.monotonic()
        lost = {claim.id for claim in held if claim.id not in kept}
        with self._lock:
            lost &= self._held.keys()
        if lost:
            log.info("leases lost", table=self.table, ids=sorted(lost)[:10], count=len(lost))
            self.on_lost(lost)
        return lost

    def run(self, stop: threading.Event) -> None:
        """Renew until `stop` is set."""
        pause = self.renew_s
        while not stop.wait(pause):
            try:
                self.renew()
                self.outage.over()
                pause = self.renew_s
            except Exception as error:
                if not is_transient(error):
                    raise
                pause = self.outage.note(error)
