"""What an operator sees of the database's own health: old snapshots, and dead rows that wait for them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from spanloom import telemetry
from spanloom.workers.relay import Sweeper
from support.cluster import replay_source
from support.common import wait_for
from support.recordings import write_recording
from support.stored import LEASE, execute, store_run


def test_an_old_snapshot_and_the_dead_rows_it_keeps_are_told(db: Engine, tmp_path: Path) -> None:
    store_run(db, replay_source(write_recording(tmp_path / "r.jsonl", calls=20, objects=1), calls=20))
    sweeper = Sweeper(db, LEASE, every_s=60)

    def age() -> float:
        return telemetry.OLDEST_SNAPSHOT_AGE._value.get()

    with db.connect().execution_options(isolation_level="REPEATABLE READ") as reader, reader.begin():
        reader.execute(text("SELECT count(*) FROM prompts"))
        for _ in range(30):
            execute(db, "UPDATE prompts SET publish_after = now()")
        sweeper.sweep()
        assert age() >= 30

        def told() -> bool:
            sweeper.sweep()
            return telemetry.DEAD_TUPLES.labels("prompts")._value.get() >= 100

        wait_for(told, timeout_s=60, every_s=1, what="the statistics of dead rows")
    execute(db, "SELECT 1")
    sweeper.sweep()
    assert age() < 30
