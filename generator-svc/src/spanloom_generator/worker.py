"""The generator's worker: claims prompts, keeps the engine busy, stores each completion as it comes.

The claim is the transaction before the Kafka commit; the call itself may take minutes and finish in any order.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from spanloom import telemetry
from spanloom.contracts.messages import PromptMessage
from spanloom.errors import LeaseLost, SpanloomError, TransientEngineError, UnreadableMessage
from spanloom.store import work
from spanloom.store.work import Claim, Lease
from spanloom.workers.leases import LeaseKeeper
from spanloom.workers.outage import Outage, is_shortage, is_transient
from spanloom_generator import records
from spanloom_generator.calls import decode_call
from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.links.completions import Linker
from spanloom_generator.once import divide
from spanloom_generator.pool import EnginePool

log = structlog.stdlib.get_logger(__name__)
TABLE = "prompts"
FINISH_AT_ONCE = 100


@dataclass(frozen=True)
class Finished:
    """A call that ended: its claim and the future with the result or the error."""

    claim: Claim
    future: Future[CallResult]


class GeneratorWorker:
    """Calls in flight, from claim to completion. `run` stores results; `handle` is the consuming loop's."""

    def __init__(
        self, db: Database, pool: EnginePool, *, holder: str, lease: Lease, renew_s: float, in_flight: int = 512
    ) -> None:
        self.db, self.pool, self.holder, self.lease, self.in_flight = db, pool, holder, lease, in_flight
        self.keeper = LeaseKeeper(db, TABLE, lease, renew_s=renew_s, on_lost=self._lost)
        self.outage = Outage()
        self.freed = threading.Event()
        """Set when a call has ended: there may be room again."""
        self._finished: queue.Queue[Finished] = queue.Queue()
        self._calls: dict[Claim, Engine] = {}
        self._unlinked: dict[Claim, CallRequest] = {}
        self.linker = Linker()
        self._begun: set[Claim] = set()
        self._lock = threading.Lock()

    def room(self) -> int:
        """How many more prompts may be claimed now: at most a window of calls is held, a larger one for engines that
        take more at once.
        """
        with self._lock:
            open_ = len(self._calls)
        return min(max(self.in_flight, self.pool.capacity()) - open_, self.pool.room())

    def handle(self, messages: list[PromptMessage]) -> None:
        """Claim and start calls; prompts that are done, held or cancelled are left alone."""
        with self.db.begin() as connection:
            claims = work.claim(connection, TABLE, [m.id for m in messages], holder=self.holder, lease=self.lease)
            found = divide(connection, claims)
        by_id = {message.id: message for message in messages}
        for claim in (*found.ask, *found.answered):
            self.keeper.add(claim)
        for claim in found.ask:
            self._start(claim, by_id[claim.id])
        for claim, answer in found.answered.items():
            self._take_over(claim, by_id[claim.id], answer)

    def _take_over(self, claim: Claim, message: PromptMessage, answer: CallResult) -> None:
        """End a call with the answer that another had; its links are its own."""
        future: Future[CallResult] = Future()
        try:
            _, request = self._request(claim, message)
            if request.extra.get("aligner") is not None:
                with self._lock:
                    self._unlinked[claim] = request
            future.set_result(answer)
        except UnreadableMessage as error:
            future.set_exception(error)
        self._ended(Finished(claim, future))

    def _request(self, claim: Claim, message: PromptMessage) -> tuple[dict[str, Any], CallRequest]:
        payload = message.payload
        if payload is None:
            with self.db.connect() as connection:
                payload = records.request_of(connection, claim.id)
        config, request = decode_call(payload)
        return config, replace(request, prompt_id=claim.id)  # a later version of a dataset keeps the stored request

    def _start(self, claim: Claim, message: PromptMessage) -> None:
        try:
            config, request = self._request(claim, message)
            engine = self.pool.engine_for(message.run_id, request.language, config)
            future = engine.submit(request)
        except Exception as error:  # noqa: BLE001  as if the call had failed so: a claim must never be left hanging
            future = Future()
            future.set_exception(error)
            engine = None
        if engine is not None:
            with self._lock:
                self._calls[claim] = engine
                if request.extra.get("aligner") is not None:
                    self._unlinked[claim] = request
            if not self.keeper.holds(claim):  # lost while the engine was starting
                engine.cancel([claim.id])
        future.add_done_callback(lambda done: self._ended(Finished(claim, done)))

    def _ended(self, call: Finished) -> None:
        self._finished.put(call)
        self.freed.set()

    def run(self, stop: threading.Event) -> None:
        """Store what finishes, many calls a transaction, until `stop` is set and what is in flight has ended."""
        waiting: list[Finished] = []
        while not stop.is_set() or waiting:
            waiting += self._link(self._take(0.2 if not waiting else 0.0, FINISH_AT_ONCE - len(waiting)))
            try:
                if waiting:
                    self._store(waiting)
                if self._note_begun() or waiting:
                    self.outage.over()
                waiting = []
            except Exception as error:
                if not is_transient(error):
                    raise
                stop.wait(self.outage.note(error))
                if stop.is_set():
                    break

    def _note_begun(self) -> bool:
        """Say in the database which calls have begun: a process that ends is no fault of those that only wait.

        Returns whether any has since the last time.
        """
        with self._lock:
            fresh = [(claim, engine) for claim, engine in self._calls.items() if claim not in self._begun]
        idle = {engine: set(engine.waiting()) for engine in {engine for _, engine in fresh}}
        begun = [claim for claim, engine in fresh if claim.id not in idle[engine]]
        if begun:
            with self.db.begin() as connection:
                work.begin(connection, TABLE, begun)
            with self._lock:
                self._begun.update(self._calls.keys() & begun)
        return bool(begun)

    def _take(self, timeout_s: float, most: int) -> list[Finished]:
        taken: list[Finished] = []
        try:
            taken.append(self._finished.get(timeout=timeout_s) if timeout_s else self._finished.get_nowait())
            while len(taken) < most:
                taken.append(self._finished.get_nowait())
        except queue.Empty:
            pass
        return taken

    def _link(self, finished: list[Finished]) -> list[Finished]:
        """The calls, translations that ask for it with their links; without an aligner they fail, for good."""
        with self._lock:
            requests = {call.claim: request for call in finished if (request := self._unlinked.get(call.claim))}
        places = [
            i for i, call in enumerate(finished)
            if call.claim in requests and not call.future.cancelled() and call.future.exception() is None
        ]  # fmt: skip
        if not places:
            return finished
        out = list(finished)
        futures: list[Future[CallResult]] = [Future() for _ in places]
        try:
            linked = self.linker.link([(requests[out[i].claim], out[i].future.result()) for i in places])
        except SpanloomError as error:
            for future in futures:
                future.set_exception(error)
        else:
            for future, result in zip(futures, linked, strict=True):
                future.set_result(result)
        for i, future in zip(places, futures, strict=True):
            out[i] = replace(out[i], future=future)
        return out

    def _store(self, finished: list[Finished]) -> None:
        with self.db.begin() as connection:
            in_order = sorted(finished, key=lambda call: call.claim.id)  # as every statement: no deadlock
            for call in self._end_together(connection, in_order):
                try:
                    self._end_or_fail(connection, call)
                except LeaseLost as error:
                    log.info("late completion dropped", error=str(error))
        for call in finished:
            self._measure(call)
            self._forget(call.claim)

    def _end_together(self, connection: Connection, calls: list[Finished]) -> list[Finished]:
        """End all calls that were answered in two statements; returns those that are to be ended one by one: the
        others, and all of them where one cannot be stored.
        """
        answered = {
            call.claim: call.future.result()
            for call in calls
            if not call.future.cancelled() and call.future.exception() is None
        }
        try:
            with connection.begin_nested():
                late = records.write_completions(connection, answered)
        except Exception as error:
            if is_transient(error):
                raise
            return calls
        for claim in late:
            log.info("late completion dropped", prompt=claim.id, attempt=claim.attempt)
        return [call for call in calls if call.claim not in answered]

    def _end_or_fail(self, connection: Connection, call: Finished) -> None:
        """End one call; what cannot be stored (an engine may answer anything) fails, and the others go on."""
        try:
            with connection.begin_nested():
                self._end(connection, call)
        except Exception as error:
            if isinstance(error, LeaseLost) or is_transient(error):
                raise
            log.exception("a call's end could not be stored", prompt=call.claim.id)
            with connection.begin_nested():
                what = str(error).strip().split("\n", 1)[0]
                records.write_failure(connection, call.claim, f"could not be stored: {type(error).__name__}: {what}")

    def _measure(self, call: Finished) -> None:
        with self._lock:
            engine = self._calls.get(call.claim)
        name = engine.name if engine is not None else "none"
        if call.future.cancelled():
            telemetry.CALLS.labels(name, "cancelled").inc()
        elif call.future.exception() is not None:
            telemetry.CALLS.labels(name, "failed").inc()
        else:
            result = call.future.result()
            telemetry.CALLS.labels(name, "done").inc()
            telemetry.TOKENS.labels(name, "in").inc(result.tokens_in)
            telemetry.TOKENS.labels(name, "out").inc(result.tokens_out)
            telemetry.WORK_SECONDS.labels(TABLE, "done").observe(result.seconds)

    def _end(self, connection: Connection, call: Finished) -> None:
        if call.future.cancelled():
            work.release(connection, TABLE, call.claim, reason="cancelled", spent=False)
            return
        error = call.future.exception()
        if error is None:
            records.write_completion(connection, call.claim, call.future.result())
        elif is_shortage(error):
            pause_s = self.lease.lease_s / 2
            reason = f"this machine runs short: {error}"
            work.release(connection, TABLE, call.claim, reason=reason, pause_s=pause_s, spent=False)
        elif isinstance(error, TransientEngineError) or is_transient(error):
            self._again(connection, call.claim, str(error))
        elif isinstance(error, SpanloomError | OSError):
            records.write_failure(connection, call.claim, f"{type(error).__name__}: {error}")
        else:
            log.error("a call failed unexpectedly", prompt=call.claim.id, exc_info=error)
            self._again(connection, call.claim, f"{type(error).__name__}: {error}")

    def _again(self, connection: Connection, claim: Claim, reason: str) -> None:
        pause_s = 2.0**claim.charged
        spent = work.retry(connection, TABLE, claim, reason=reason, lease=self.lease, pause_s=pause_s)
        if spent is not None:
            records.write_failure(connection, claim, spent)

    def _forget(self, claim: Claim) -> None:
        self.keeper.drop(claim)
        with self._lock:
            self._calls.pop(claim, None)
            self._unlinked.pop(claim, None)
            self._begun.discard(claim)
        self.freed.set()

    def _lost(self, ids: set[str]) -> None:
        # dropped first: a call that is being submitted now sees that it is lost, or is found among the engines' calls
        for claim in self.keeper.held():
            if claim.id in ids:
                self.keeper.drop(claim)
        with self._lock:
            engines = {engine for claim, engine in self._calls.items() if claim.id in ids}
        for engine in engines:
            engine.cancel(ids)

    def hand_back(self) -> int:
        """Give back every prompt still held (a clean stop): the attempt is not spent. Returns how many.

        Called when the engines are closed; what they still gave is paid for, so it is stored first.
        """
        while finished := self._take(0.0, FINISH_AT_ONCE):
            self._store(self._link(finished))
        held = sorted(self.keeper.held(), key=lambda claim: claim.id)
        with self.db.begin() as connection:
            for claim in held:
                work.release(connection, TABLE, claim, reason="the worker was stopped", spent=False)
                self.keeper.drop(claim)
        return len(held)
