"""The toy language, and an encoder small enough to train on it in a second."""

from __future__ import annotations

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base
from spanloom_trainer.core.tiny import tiny_base
from support.toy_language import SCHEMA, toy_sentences


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def schema() -> LabelSchema:
    return SCHEMA


@pytest.fixture(scope="session")
def toy() -> dict[str, list[Sentence]]:
    return {"train": toy_sentences(48, 4), "dev": toy_sentences(16, 2), "test": toy_sentences(16, 3)}


@pytest.fixture(scope="session")
def base(toy: dict[str, list[Sentence]]) -> Base:
    return tiny_base(toy["train"], seed=1, hidden=32, layers=1, heads=2, ffn=64, vocab=200, longest=64)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(learning_rate=5e-3, epochs=4, warmup=0.1)
