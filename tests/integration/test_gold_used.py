"""`gold_used`: what an arm has cost in gold sentences, told from the rows that are stored."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.data.split import split_of
from spanloom.ner.sentence import Sentence, content_hash
from spanloom.store import work
from spanloom.store.gold_used import gold_used
from spanloom.store.samples import sentences_of
from spanloom.store.settle import settle
from spanloom_generator import records as calls
from spanloom_generator.engines.port import CallResult
from spanloom_trainer import records
from spanloom_trainer.predictions import facts_of
from support.stored import LEASE, ORGANIC, execute, select, store_run

LLM = {
    "kind": "synthetic",
    "name": "llm",
    "engine": {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "nobody"},
    "m": 3,
    "stop": {"after_calls": 7},
    "dev_calls": 2,
}
TRIED = {"seconds": 1.0, "steps": 2, "collapsed": False}
TRAINED = {"tries": [TRIED], "few_updates": True, "tokens_lost": 0, "labels_absent": []}


def answer(db: Engine, run: str, *, failed: str = "none", unsent: str = "none") -> None:
    """Have every prompt answered, save those whose id ends so; and as many samples accepted as arms need."""
    ids = [row.id for row in select(db, "SELECT id FROM prompts WHERE run_id = :run", run=run)]
    with db.begin() as connection:
        for claim in work.claim(connection, "prompts", ids, holder="test", lease=LEASE):
            if claim.id.endswith(failed):
                calls.write_failure(connection, claim, "refused")
            elif claim.id.endswith(unsent):
                work.finish(connection, "prompts", claim)
            else:
                calls.write_completion(connection, claim, CallResult("", "stop", 1, 1, 0.1, "nobody"))
    complete = "UPDATE datasets SET state = 'complete', accepted = 40 WHERE run_id = :run AND kind = 'synthetic'"
    execute(db, complete, run=run)


def arms(db: Engine, run: str) -> dict[str, Arm]:
    """The run's arms by source."""
    settle(db, run)
    found = [Arm.model_validate(row.arm) for row in select(db, "SELECT arm FROM jobs WHERE run_id = :run", run=run)]
    return {arm.source: arm for arm in found}


def used(db: Engine, arm: Arm) -> int | None:
    with db.connect() as connection:
        return gold_used(connection, arm)


def gold(db: Engine, run: str, split: str) -> list[Sentence]:
    with db.connect() as connection:
        return sentences_of(connection, f"{run}.da.gold.{split}.v1")


def distinct(*parts: list[Sentence]) -> int:
    return len({content_hash(sentence.tokens) for part in parts for sentence in part})


def seeds(db: Engine, dataset: str) -> dict[int, set[int]]:
    """Seed indices by call."""
    rows = select(db, "SELECT call_index, seeds FROM prompts WHERE dataset_id = :id", id=dataset)
    return {row.call_index: set(row.seeds) for row in rows}


@pytest.mark.parametrize("dev", ["own", "gold", "held_out"])
def test_seeds_of_calls_training_and_dev(db: Engine, dev: str) -> None:
    run = store_run(db, ORGANIC, LLM, dev=dev)
    answer(db, run, failed=".train.v1.1", unsent=".train.v1.4")
    train, gold_dev = gold(db, run, "train"), gold(db, run, "dev")
    found = arms(db, run)
    by_call = seeds(db, f"{run}.da.llm.train.v1")
    assert len(by_call) == 7
    assert all(len(call) == 3 for call in by_call.values())
    prompted = set().union(*(call for index, call in by_call.items() if index != 4))
    if dev == "own":
        prompted |= set().union(*seeds(db, f"{run}.da.llm.dev.v1").values())
        assert len(prompted) > 18, "the dev calls' seeds are others"
    in_prompts = [train[i] for i in prompted]
    assert used(db, found["llm"]) == distinct(in_prompts, gold_dev if dev == "gold" else [])
    arm = found["organic"]
    split = split_of(train, arm.size, None if dev == "held_out" else gold_dev, seed=arm.subset_seed)
    assert used(db, arm) == distinct(split.train, split.dev)


def test_a_sentence_twice_in_gold_counts_once(db: Engine) -> None:
    run = store_run(db, LLM, dev="held_out")
    answer(db, run)
    arm = arms(db, run)["llm"]
    before = used(db, arm)
    assert before is not None
    first, second = sorted(set().union(*seeds(db, arm.train_dataset).values()))[:2]
    execute(
        db,
        "UPDATE samples SET content = (SELECT content FROM samples WHERE dataset_id = :gold AND candidate_index = :a) "
        "WHERE dataset_id = :gold AND candidate_index = :b",
        gold=f"{run}.da.gold.train.v1", a=first, b=second,
    )  # fmt: skip
    assert used(db, arm) == before - 1


def test_pre_training_uses_none_of_the_tested_language(db: Engine) -> None:
    run = store_run(db)
    arm = arms(db, run)["organic"]
    assert used(db, arm) == distinct(gold(db, run, "dev")) + arm.size
    assert used(db, arm.model_copy(update={"kind": "pretrain", "source": "related"})) == 0


def test_the_trainer_stores_it(db: Engine) -> None:
    run = store_run(db)
    arm = arms(db, run)["organic"]
    with db.connect() as connection:
        data = records.job_data(connection, arm)
    facts: dict[str, Any] = facts_of(data, TRAINED)
    assert facts["gold_used"] == used(db, arm) == distinct(gold(db, run, "dev"), split_of(
        data.train, arm.size, data.dev, seed=arm.subset_seed).train)  # fmt: skip
