"""What people corrected stays when a dataset is judged again or its failed calls are asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from spanloom.contracts.messages import CompletionMessage
from spanloom.contracts.rules import Rules
from spanloom.store import versions
from spanloom.store.corrected import take_over
from spanloom.store.models import Correction
from spanloom.workers.relay import message_of
from spanloom_validator.worker import ValidatorWorker
from support.stored import execute, select, store_called_run

PAPER = Rules.model_validate("paper").model_dump(mode="json")


def _judge(db: Engine) -> None:
    """Do the validator's part for every completion that waits."""
    waiting = [dict(row._mapping) for row in select(db, "SELECT * FROM completions WHERE judged_at IS NULL")]
    messages = [message_of("completions", row) for row in waiting]
    assert all(isinstance(message, CompletionMessage) for message in messages)
    ValidatorWorker(db).handle(messages)  # type: ignore[arg-type]


def _correct(db: Engine, row: Any, action: str, tags: list[int] | None = None) -> None:
    """A correction as the page writes it."""
    values = {
        "dataset_id": row.dataset_id, "call_index": row.call_index, "candidate_index": row.candidate_index,
        "who": "Ada", "action": action, "before": {"ner_tags": row.ner_tags},
        "after": None if tags is None else {"ner_tags": tags},
    }  # fmt: skip
    with db.begin() as connection:
        connection.execute(insert(Correction), values)


def _samples(db: Engine, dataset: str) -> dict[tuple[int, int, tuple[str, ...]], Any]:
    """Samples by what they are known again by."""
    rows = select(db, "SELECT * FROM samples WHERE dataset_id = :id ORDER BY call_index, candidate_index", id=dataset)
    return {(row.call_index, row.char_offset, tuple(row.tokens)): row for row in rows}


def _adds_up(db: Engine, dataset: str) -> Any:
    (row,) = select(db, "SELECT * FROM datasets WHERE id = :id", id=dataset)
    (held,) = select(
        db,
        "SELECT (SELECT count(*) FROM samples WHERE dataset_id = :id) AS samples, "
        "(SELECT count(*) FROM rejections WHERE dataset_id = :id) AS rejections",
        id=dataset,
    )
    assert (row.state, row.accepted, row.candidates) == ("complete", held.samples, held.samples + held.rejections)
    return row


def test_judging_again_takes_over_what_people_corrected(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=12)
    first, second, third = (f"{run_id}.da.recorded.train.v{n}" for n in (1, 2, 3))
    _judge(db)
    rejected, changed, accepted, late, *_ = keys = list(_samples(db, first))
    before = _samples(db, first)
    other = [0] * len(changed[2])
    _correct(db, before[rejected], "reject")
    _correct(db, before[changed], "change", other)
    _correct(db, before[accepted], "accept")
    with db.begin() as connection:
        assert versions.correct(connection, first) == second
    # Said of the second version and in no version yet: the change stands, and one sample more is out.
    _correct(db, _samples(db, second)[changed], "accept")
    _correct(db, _samples(db, second)[late], "reject")
    with db.begin() as connection:
        assert versions.revalidate(connection, second, PAPER) == (third, True)
    _judge(db)
    row, after = _adds_up(db, third), _samples(db, third)
    assert rejected not in after
    assert late not in after
    assert after[changed].ner_tags == other
    assert after[changed].identity != before[changed].identity
    assert after[accepted].ner_tags == before[accepted].ner_tags
    assert all(after[key].ner_tags == before[key].ner_tags for key in keys[4:] if key in after)
    by_hand = select(db, "SELECT reason FROM rejections WHERE dataset_id = :id AND reason = 'by_hand'", id=third)
    assert len(by_hand) == 2
    assert row.info["corrections"] == {"taken_over": 4, "left_out": 0}
    assert not select(db, "SELECT 1 FROM corrections WHERE applied_to IS NULL"), "none waits for a version any more"


def test_asking_failed_calls_again_keeps_corrections_and_counts_what_is_gone(db: Engine, tmp_path: Path) -> None:
    run_id = store_called_run(db, tmp_path, calls=8)
    first, second = (f"{run_id}.da.recorded.train.v{n}" for n in (1, 2))
    execute(db, "UPDATE completions SET error = 'the engine said no', text = NULL WHERE call_index = 7")
    _judge(db)
    rejected, gone, *_ = _samples(db, first)
    _correct(db, _samples(db, first)[rejected], "reject")
    _correct(db, _samples(db, first)[gone], "accept")
    with db.begin() as connection:
        versions.retry(connection, run_id)
    # The engine answers nothing this time; a completion that has changed since holds other samples.
    execute(
        db, "UPDATE completions SET text = 'nothing' WHERE dataset_id = :id AND call_index = :call", id=second,
        call=gone[0],
    )  # fmt: skip
    execute(
        db,
        "INSERT INTO completions (id, run_id, dataset_id, call_index, error) "
        "VALUES (:id || '.7', :run, :id, 7, 'the engine said no')",
        id=second, run=run_id,
    )  # fmt: skip
    _judge(db)
    row = _adds_up(db, second)
    assert row.info["corrections"] == {"taken_over": 0, "left_out": 2}
    with db.begin() as connection:
        assert take_over(connection, first) == (0, 0, 0), "no version is older than the first"
