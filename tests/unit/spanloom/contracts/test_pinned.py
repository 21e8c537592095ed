"""Known models are pinned to commits."""

from __future__ import annotations

import re

from spanloom.contracts.allowed import ENCODERS, LLMS
from spanloom.contracts.engines import VllmEngineSpec
from spanloom.contracts.pinned import PINNED
from spanloom.contracts.training import EncoderSpec, TrainingSpec


def test_a_known_name_stands_for_its_commit() -> None:
    assert TrainingSpec().encoder.revision == PINNED["xlm-roberta-large"]
    assert EncoderSpec.model_validate("xlm-roberta-base").revision == PINNED["xlm-roberta-base"]
    e5 = "intfloat/multilingual-e5-small"
    assert EncoderSpec.model_validate(e5).revision == PINNED[e5]
    llama = "meta-llama/Llama-3.1-8B-Instruct"
    assert VllmEngineSpec.model_validate({"kind": "vllm", "model": llama}).revision == PINNED[llama]


def test_another_revision_and_other_names_stay_as_given() -> None:
    assert EncoderSpec.model_validate({"name": "xlm-roberta-base", "revision": "main"}).revision == "main"
    assert EncoderSpec.model_validate("./mine").revision is None
    assert EncoderSpec.model_validate("e5-small").revision is None, "a wheel has no commit"
    stored = EncoderSpec.model_validate("xlm-roberta-base").model_dump(mode="json")
    assert EncoderSpec.model_validate(stored).model_dump(mode="json") == stored


def test_pins_are_commits_of_models_that_are_allowed() -> None:
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit in PINNED.values())
    assert set(PINNED) <= {*ENCODERS, *LLMS}
