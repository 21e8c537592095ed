"""A job as the child process reads it (`jobs.run_job`). Imports no torch."""

from __future__ import annotations

from typing import Any

from spanloom.data.split import split_of
from spanloom.store.work import Claim
from spanloom_trainer.records import JobData


def job_payload(claim: Claim, data: JobData) -> dict[str, Any]:
    """What a child needs to train an arm: plain data, and sentences, which `Slot` writes as `{"tokens", "tags"}`."""
    arm = data.arm
    split = split_of(data.train, arm.size, data.dev, seed=arm.subset_seed, paper=arm.recipe.paper_subsets)
    if data.start_from is not None:
        base: dict[str, Any] = {"path": data.start_from}
    elif arm.encoder.tiny is not None:
        base = {"tiny": arm.encoder.tiny.sizes, "text": [s.tokens for s in data.encoder_text]}
    else:
        base = {"name": arm.encoder.name, "revision": arm.encoder.revision, "layers": arm.encoder.layers}
    return {
        "job_id": claim.id,
        "attempt": claim.attempt,
        "train": split.train,
        "dev": split.dev,
        "test": [sentence for test in data.tests for sentence in test.sentences],
        "tags": data.schema.tags,
        "base": base,
        "recipe": arm.training_recipe.model_dump(),
        "seed": arm.training_seed,
        "export": data.export_policy.export,
        "incumbent": data.export_policy.incumbent,
        "card": data.card,
    }
