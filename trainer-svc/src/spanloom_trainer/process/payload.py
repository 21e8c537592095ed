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
    return {
        "job_id": claim.id,
        "attempt": claim.attempt,
        "train": split.train,
        "dev": split.dev,
        "test": [sentence for test in data.tests for sentence in test.sentences],
        "tags": data.schema.tags,
        "base": base_of(data),
        "recipe": arm.training_recipe.model_dump(),
        "seed": arm.training_seed,
        "export": data.export_policy.export,
        "incumbent": data.export_policy.incumbent,
        "card": data.card,
    }


def base_of(data: JobData) -> dict[str, Any]:
    """What a training of an arm starts from (`jobs.base_for` reads it)."""
    arm = data.arm
    if data.start_from is not None:
        return {"path": data.start_from}
    if arm.encoder.tiny is not None:
        return {"tiny": arm.encoder.tiny.sizes, "text": [s.tokens for s in data.encoder_text]}
    return {"name": arm.encoder.name, "revision": arm.encoder.revision, "layers": arm.encoder.layers}
