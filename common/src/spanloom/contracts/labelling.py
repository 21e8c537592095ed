"""Specification of labelling without training: by an LLM, real text or the test set; by a ready model, the test set."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, OfLanguages, Seed, Text
from spanloom.contracts.engines import (
    OpenAIBatchEngineSpec,
    OpenAIEngineSpec,
    Prices,
    ReplayEngineSpec,
    SamplingSpec,
    VllmEngineSpec,
)
from spanloom.contracts.rules import Rules

Format = Literal["tag_ids", "tag_names", "pairs", "entities", "inline"]
LabellingEngine = Annotated[
    ReplayEngineSpec | OpenAIEngineSpec | OpenAIBatchEngineSpec | VllmEngineSpec, Field(discriminator="kind")
]
"""Engines that read a prompt; the toy engine does not."""


class TextFile(Frozen):
    """Unlabelled text, one sentence a line, gzip or not. Empty lines and copies of a sentence are left out."""

    file: Text
    """The file's path."""
    tokens: Annotated[
        Literal["as_given", "words"],
        Field(description="how a line is cut: by the one rule, or at spaces; as the gold data's `tokens`"),
    ] = "words"


class _ByLlm(OfLanguages):
    """What labelling asks: a call a sentence, each with `m` gold train sentences of the pool as examples."""

    engine: LabellingEngine
    """What runs the LLM."""
    m: Annotated[int, Field(ge=0, le=1000, description="gold train sentences shown a prompt")] = 10
    seed_pool: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    """How many gold train sentences prompts may draw from, or `all`."""
    format: Format = "entities"
    """How a sentence is written in prompt and completion."""
    constrain: Literal["none", "json", "aligned"] = "none"
    """Hold decoding to a grammar: any JSON, or one tag for each token (`aligned`)."""
    sampling: SamplingSpec = SamplingSpec(temperature=0, top_p=1, max_tokens=2048)
    """How the LLM samples; greedily unless given."""
    seed: Seed = 3535
    """Seed of prompts and of sampling."""
    prices: Prices | None = None
    """What the LLM's tokens cost."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if isinstance(self.seed_pool, int) and self.seed_pool < self.m:
            raise ValueError(f"seed_pool {self.seed_pool} holds fewer sentences than the m={self.m} a prompt shows")
        if self.engine.kind == "openai" and self.engine.budget is not None and self.prices is None:
            raise ValueError("a budget is counted in prices; give prices.input_per_million and output_per_million")
        return self


class AnnotateSource(_ByLlm):
    """Real text of the target, labelled by an LLM: training sentences like any other source's.

    What the LLM answers must hold the sentence as it is; where it does not, it is rejected (`text_changed`).
    """

    kind: Literal["annotate"]
    """Unlabelled text that an LLM labels."""
    name: Name = "annotate"
    """The source's name in tables."""
    text: Annotated[dict[LanguageCode, TextFile], Field(min_length=1, description="a file of sentences a language")]
    cap: Annotated[int, Field(ge=1, le=1_000_000, description="most sentences of a file, its first")] = 5000
    rules: Rules = Rules()
    """What the validator refuses, marks and repairs."""


class LlmTagSource(_ByLlm):
    """The target's gold test set tagged by an LLM, scored as a model's predictions are. Nothing is trained.

    A sentence of which there is no usable answer counts with no entity found.
    """

    kind: Literal["llm_tag"]
    """The target's test set, tagged by an LLM."""
    name: Name = "llm_tag"
    """The source's name in tables."""


class TaggerSource(OfLanguages):
    """The target's gold test set tagged by a ready zero-shot model (GLiNER), asked for the labels in words.

    Nothing is trained, and no annotated sentence is used. Needs the trainer's extra `gliner`.
    """

    kind: Literal["tagger"]
    """The target's test set, tagged by a ready zero-shot model."""
    name: Name = "tagger"
    """The source's name in tables."""
    model: Text
    """A GLiNER model: a local folder, or a name on the hub."""
    ask: Annotated[
        dict[Name, Text],
        Field(description="what the model is asked for, by label; the label's description or its name unless given"),
    ] = {}
    threshold: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Entities of a lower score are left out."""


LabellingSource = AnnotateSource | LlmTagSource
"""Sources whose calls label sentences."""
