"""Work rows against a model: who may claim, renew, finish and release, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from spanloom.errors import BusError, LeaseLost
from spanloom.store import runs, work
from spanloom.store.statements import WORK_TABLES
from spanloom.store.work import Claim, Lease
from support.stored import execute, select

# Long, so that only the test's own clock moves: `expire` ages the rows by a lease.
LEASE = Lease(lease_s=1000, max_attempts=3, max_crashes=2, republish_after_s=1000, ahead=3)
ROWS = 5


@dataclass
class Row:
    """What a row must be."""

    state: str = "queued"
    attempt: int = 0
    forgiven: int = 0
    expired: bool = False
    published: int = 0
    crashes: int = 0
    begun: bool = False


class Work(RuleBasedStateMachine):
    """Any order of claims, renewals, ends, releases, expiries, relays and cancels, by any worker."""

    db: Engine
    run_id: str

    claims = Bundle("claims")

    @initialize()
    def begin(self) -> None:
        execute(
            self.db,
            "UPDATE prompts SET state = 'queued', attempt = 0, forgiven = 0, crashes = 0, holder = NULL, "
            "lease_until = NULL, published = 0, publish_after = now(), reason = NULL, finished_at = NULL "
            "WHERE run_id = :run",
            run=self.run_id,
        )
        execute(self.db, "UPDATE runs SET state = 'running' WHERE id = :run", run=self.run_id)
        found = select(self.db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=self.run_id)
        self.rows = {row.id: Row() for row in found}
        self.running = True

    def _ids(self, numbers: set[int]) -> list[str]:
        return [sorted(self.rows)[number] for number in numbers]

    @rule(
        target=claims,
        numbers=st.sets(st.integers(0, ROWS - 1), min_size=1),
        holder=st.sampled_from("AB"),
        begun=st.booleans(),
    )
    def claim(self, numbers: set[int], holder: str, begun: bool) -> tuple[Claim, ...]:
        ids = self._ids(numbers)
        with self.db.begin() as connection:
            claims = work.claim(connection, "prompts", ids, holder=holder, lease=LEASE, begun=begun)
        free = {
            i
            for i in ids
            if self.running
            and (
                (self.rows[i].state == "queued" and self.charged(i) < LEASE.max_attempts)
                or (self.abandoned(i) and self.crashes(i) < LEASE.max_crashes)
            )
        }
        assert {c.id for c in claims} == free
        for mine in claims:
            row = self.rows[mine.id]
            taken_over = row.state == "claimed"  # its holder went without a word, which is no failed attempt
            charged = self.charged(mine.id) + (not taken_over)
            assert (mine.attempt, mine.charged) == (row.attempt + 1, charged)
            crashes = self.crashes(mine.id) if taken_over else row.crashes
            self.rows[mine.id] = Row("claimed", mine.attempt, row.forgiven + taken_over, crashes=crashes, begun=begun)
        return tuple(claims)

    def charged(self, row_id: str) -> int:
        """Attempts that count."""
        return self.rows[row_id].attempt - self.rows[row_id].forgiven

    def abandoned(self, row_id: str) -> bool:
        """Whether its holder's lease has run out."""
        return self.rows[row_id].state == "claimed" and self.rows[row_id].expired

    def crashes(self, row_id: str) -> int:
        """Holders that went without a word once they had begun, the present one's going included."""
        return self.rows[row_id].crashes + self.rows[row_id].begun

    @rule(held=claims)
    def begin_work(self, held: tuple[Claim, ...]) -> None:
        with self.db.begin() as connection:
            work.begin(connection, "prompts", held)
        for mine in held:
            if self._is_held(mine):
                self.rows[mine.id].begun = True

    def _is_held(self, mine: Claim) -> bool:
        row = self.rows[mine.id]
        return row.state == "claimed" and row.attempt == mine.attempt

    @rule(held=claims)
    def renew(self, held: tuple[Claim, ...]) -> None:
        with self.db.begin() as connection:
            kept = work.renew(connection, "prompts", held, lease=LEASE)
        assert kept == {c.id for c in held if self.running and self._is_held(c)}
        for row_id in kept:
            self.rows[row_id].expired = False

    @rule(held=claims, failed=st.sampled_from([None, "it broke"]))
    def finish(self, held: tuple[Claim, ...], failed: str | None) -> None:
        for mine in held:
            if self._is_held(mine):
                with self.db.begin() as connection:
                    work.finish(connection, "prompts", mine, failed=failed)
                self.rows[mine.id].state = "failed" if failed else "done"
            else:
                with pytest.raises(LeaseLost), self.db.begin() as connection:
                    work.finish(connection, "prompts", mine, failed=failed)

    @rule(held=claims, spent=st.booleans())
    def release(self, held: tuple[Claim, ...], spent: bool) -> None:
        for mine in held:
            with self.db.begin() as connection:
                released = work.release(connection, "prompts", mine, reason="again", spent=spent)
            assert released == self._is_held(mine)
            if released:
                row = self.rows[mine.id]
                row.state, row.expired, row.forgiven = "queued", False, row.forgiven + (not spent)

    @rule(held=claims)
    def retry(self, held: tuple[Claim, ...]) -> None:
        for mine in held:
            if not self._is_held(mine):
                continue
            with self.db.begin() as connection:
                spent = work.retry(connection, "prompts", mine, reason="again", lease=LEASE)
            assert (spent is not None) == (self.charged(mine.id) == LEASE.max_attempts)
            if spent is None:
                row = self.rows[mine.id]
                row.state, row.expired = "queued", False

    @rule(number=st.integers(0, ROWS - 1))
    def expire(self, number: int) -> None:
        (row_id,) = self._ids({number})
        execute(
            self.db,
            "UPDATE prompts SET lease_until = lease_until - interval '2000 s', "
            "publish_after = publish_after - interval '2000 s' WHERE id = :id",
            id=row_id,
        )
        self.rows[row_id].expired = self.rows[row_id].state == "claimed"

    @rule()
    def relay(self) -> None:
        sent: list[str] = []
        ahead = sum(row.state == "queued" and row.published > 0 for row in self.rows.values())
        fresh = {i for i, row in self.rows.items() if row.state == "queued" and row.published == 0}
        work.relay(self.db, "prompts", lambda rows: sent.extend(r["id"] for r in rows), lease=LEASE)
        assert len(sent) == len(set(sent))
        assert len(fresh & set(sent)) <= max(0, LEASE.ahead - ahead), "no further ahead of the workers than allowed"
        if self.running and fresh and ahead < LEASE.ahead:
            assert sent, "what waits is published"
        for row_id in sent:
            row = self.rows[row_id]
            takeable = self.abandoned(row_id) and self.crashes(row_id) < LEASE.max_crashes
            assert self.running
            assert row.state == "queued" or takeable
            row.published += 1

    @rule()
    def cancel_or_resume(self) -> None:
        with self.db.begin() as connection:
            (runs.cancel if self.running else runs.resume)(connection, self.run_id)
        self.running = not self.running
        if self.running:
            for row in self.rows.values():
                row.published = 0 if row.state == "queued" else row.published

    @rule()
    def find_exhausted(self) -> None:
        with self.db.begin() as connection:
            found = work.exhausted(connection, "prompts", lease=LEASE)
        assert {claim.id for claim in found} == {
            i
            for i, row in self.rows.items()
            if self.running and self.abandoned(i) and row.begun and self.crashes(i) >= LEASE.max_crashes
        }
        assert all(f"{LEASE.max_crashes} times the process" in reason for reason in found.values())

    @invariant()
    def the_database_agrees(self) -> None:
        if not hasattr(self, "rows"):
            return
        found = select(self.db, "SELECT id, state, attempt, published FROM prompts WHERE run_id = :r", r=self.run_id)
        expected = {i: (row.state, row.attempt, row.published) for i, row in self.rows.items()}
        assert {r.id: (r.state, r.attempt, r.published) for r in found} == expected


@pytest.fixture
def aged(db: Engine, database_url: str) -> None:
    """A server that has just started judges no lease; here it seems to have run for a year."""
    name = str(make_url(database_url).database)
    execute(db, "CREATE SCHEMA aged")
    execute(
        db,
        "CREATE FUNCTION aged.pg_postmaster_start_time() RETURNS timestamptz LANGUAGE sql "
        "AS $$ SELECT now() - interval '1 year' $$",
    )
    execute(db, f'ALTER DATABASE "{name}" SET search_path = aged, pg_catalog, public')
    db.dispose()  # the setting is for connections made from here on


def test_any_history_of_work_rows_is_as_the_model_says(db: Engine, prompts: str, aged: None) -> None:
    class OnThisDatabase(Work):
        pass

    OnThisDatabase.db, OnThisDatabase.run_id = db, prompts
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_after_a_start_of_the_server_no_lease_is_taken_over_for_one_lease(db: Engine, prompts: str) -> None:
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run", run=prompts)]
    day = Lease(lease_s=86_400, max_crashes=1)
    with db.begin() as connection:
        held = work.claim(connection, "prompts", ids, holder="A", lease=day, begun=True)
    execute(db, "UPDATE prompts SET lease_until = now() - interval '1 s', publish_after = now() - interval '1 s'")
    with db.begin() as connection:
        assert work.claim(connection, "prompts", ids, holder="B", lease=replace(day, max_crashes=9)) == []
        assert work.exhausted(connection, "prompts", lease=day) == {}
    assert work.relay(db, "prompts", lambda rows: None, lease=replace(day, max_crashes=9)) == 0
    with db.begin() as connection:
        assert work.renew(connection, "prompts", held, lease=day) == set(ids), "its holder, back, goes on"


def test_a_holder_that_goes_without_a_word_spends_no_attempt(db: Engine, prompts: str, aged: None) -> None:
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=prompts)]
    lease = Lease(lease_s=1000, max_attempts=3, max_crashes=20)
    for number in range(1, 21):
        with db.begin() as connection:
            claims = work.claim(connection, "prompts", ids, holder=f"holder-{number}", lease=lease)
            assert [claim.charged for claim in claims] == [1] * ROWS, f"after {number - 1} crashes"
            work.begin(connection, "prompts", claims[:1])
        execute(db, "UPDATE prompts SET lease_until = now() - interval '1 s'")
    with db.begin() as connection:
        ((claim, reason),) = work.exhausted(connection, "prompts", lease=lease).items()
        assert (claim.id, claim.attempt) == (claims[0].id, 20)
        assert reason == (
            "gave up: 20 times the process that worked on it ended or stalled without a word, holder-20 last"
        )
        rest = work.claim(connection, "prompts", ids, holder="at last", lease=lease)
        assert [claim.id for claim in rest] == [claim.id for claim in claims[1:]], "what had only waited goes on"
        work.finish(connection, "prompts", rest[0])
        for _ in range(2):
            assert work.retry(connection, "prompts", rest[1], reason="it broke", lease=lease) is None
            (rest[1],) = work.claim(connection, "prompts", [rest[1].id], holder="at last", lease=lease)
        assert work.retry(connection, "prompts", rest[1], reason="it broke", lease=lease) == (
            "gave up after 3 attempts: it broke"
        )


def test_holders_known_to_be_dead_count_for_nothing_and_are_not_waited_for(db: Engine, prompts: str) -> None:
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=prompts)]
    lease = Lease(lease_s=1e6, max_attempts=1, max_crashes=1)  # longer than the server is up
    for _ in range(5):
        assert work.relay(db, "prompts", lambda rows: None, lease=lease) == ROWS
        with db.begin() as connection:
            claims = work.claim(connection, "prompts", ids, holder="A", lease=lease, begun=True)
            assert [claim.charged for claim in claims] == [1] * ROWS
        with db.begin() as connection:
            work.unpublish(connection, holders_are_dead=True)
            with pytest.raises(LeaseLost):
                work.finish(connection, "prompts", claims[0])
    assert select(db, "SELECT DISTINCT crashes, attempt - forgiven AS charged FROM prompts") == [(0, 0)]


def test_rows_are_finished_together(db: Engine, prompts: str) -> None:
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run ORDER BY id", run=prompts)]
    with db.begin() as connection:
        claims = work.claim(connection, "prompts", ids, holder="A", lease=LEASE)
        work.release(connection, "prompts", claims[0], reason="handed back")
        (again,) = work.claim(connection, "prompts", [claims[0].id], holder="B", lease=LEASE)
        assert work.finish_many(connection, "prompts", claims) == {claims[0]}
        assert work.finish_many(connection, "prompts", claims) == set(claims), "they are ended already"
        assert work.finish_many(connection, "prompts", []) == set()
    states = dict(map(tuple, select(db, "SELECT id, state FROM prompts")))
    assert states == {again.id: "claimed", **dict.fromkeys(ids[1:], "done")}


@pytest.mark.parametrize("table", WORK_TABLES)
def test_tables_of_work_leave_room_on_their_pages_and_are_vacuumed_soon(db: Engine, table: str) -> None:
    ((options,),) = select(db, "SELECT reloptions FROM pg_class WHERE oid = to_regclass(:table)", table=table)
    assert {"fillfactor=50", "autovacuum_vacuum_scale_factor=0.02"} <= set(options)


def test_a_renewal_makes_no_entry_in_any_index(db: Engine, prompts: str) -> None:
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run", run=prompts)]
    with db.begin() as connection:
        held = work.claim(connection, "prompts", ids, holder="A", lease=LEASE)
    counts = text(
        "SELECT pg_stat_get_xact_tuples_updated(oid) AS updated, pg_stat_get_xact_tuples_hot_updated(oid) AS in_place "
        "FROM pg_class WHERE oid = to_regclass('prompts')"
    )
    with db.begin() as connection:
        before = connection.execute(counts).one()
        work.begin(connection, "prompts", held)
        assert work.renew(connection, "prompts", held, lease=LEASE) == set(ids)
        after = connection.execute(counts).one()
    assert (after.updated - before.updated, after.in_place - before.in_place) == (2 * ROWS, 2 * ROWS)


def test_rows_are_published_again_after_a_time_that_doubles(db: Engine, prompts: str) -> None:
    lease = Lease(republish_after_s=100)
    for times in range(4):
        assert work.relay(db, "prompts", lambda rows: None, lease=lease) == ROWS
        waits = select(db, "SELECT extract(epoch FROM publish_after - now()) AS s FROM prompts")
        assert all(row.s == pytest.approx(100 * 2**times, abs=20) for row in waits)
        assert work.relay(db, "prompts", lambda rows: None, lease=lease) == 0
        execute(db, "UPDATE prompts SET publish_after = now()")


def test_rows_stay_waiting_when_publishing_fails(db: Engine, prompts: str) -> None:
    def refuse(_: object) -> None:
        raise BusError("the bus is away")

    with pytest.raises(BusError):
        work.relay(db, "prompts", refuse, lease=LEASE)
    assert work.relay(db, "prompts", lambda rows: None, lease=Lease()) == ROWS


def test_a_table_that_holds_no_work_is_refused(db: Engine) -> None:
    with db.connect() as connection, pytest.raises(ValueError, match="allowed: prompts, completions"):
        work.exhausted(connection, "runs; DROP TABLE runs", lease=LEASE)
