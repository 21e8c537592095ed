"""Specification of translation: what translates, what finds the links, and the sources made so."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, OfLanguages, Text
from spanloom.contracts.engines import (
    OpenAIBatchEngineSpec,
    OpenAIEngineSpec,
    Prices,
    SamplingSpec,
    VllmEngineSpec,
)


class ReplayTranslator(Frozen):
    """Recorded translations: one a line, in the order of the gold sentences that are translated; gzip or not.

    An empty line is a sentence without translation.
    """

    kind: Literal["replay"]
    """Translations that were recorded before."""
    files: Annotated[dict[LanguageCode, Text], Field(min_length=1, description="a file a target language")]
    model: Annotated[Text | None, Field(description="what translated, for the ledger and the card")] = None


class LlmTranslator(Frozen):
    """An LLM asked to translate; any of the engines that answer prompts."""

    kind: Literal["llm"]
    """An LLM translates."""
    engine: Annotated[OpenAIEngineSpec | OpenAIBatchEngineSpec | VllmEngineSpec, Field(discriminator="kind")]
    """What runs the LLM."""
    sampling: SamplingSpec = SamplingSpec(temperature=0, top_p=1, max_tokens=1024)
    """How the LLM samples; greedily unless given."""


class Seq2SeqTranslator(Frozen):
    """A translation model run through transformers: MarianMT, M2M100, NLLB, mBART."""

    kind: Literal["seq2seq"]
    """A translation model."""
    model: Text
    """A local folder with safetensors, or a name on the hub."""
    languages: Annotated[
        dict[LanguageCode, Text],
        Field(description="the model's own names of languages, where the code or NLLB's kind of name is not it"),
    ] = {}
    beams: Annotated[int, Field(ge=1, le=32)] = 4
    """Beams of the search."""
    max_tokens: Annotated[int, Field(ge=1, le=4096)] = 256
    """Most tokens of a translation."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 16
    """Sentences translated together."""


Translator = Annotated[ReplayTranslator | LlmTranslator | Seq2SeqTranslator, Field(discriminator="kind")]


class AlignerSpec(Frozen):
    """A pretrained multilingual encoder that finds which word is which: its middle layers, without training."""

    encoder: Text
    """A pretrained multilingual encoder: a name on the hub or a local folder."""
    layers: Annotated[
        tuple[Annotated[int, Field(ge=0, le=1000)], ...] | None,
        Field(min_length=1, max_length=8, description="counted from 1; the middle two unless given"),
    ] = None


class TranslateTrainSource(OfLanguages):
    """The related language's gold train sentences translated, and their entities carried over (translate-train).

    A sentence of which an entity is lost is rejected with the reason. `align` needs an `aligner`, `mark` and `mention`
    send the entities along with the sentence.
    """

    kind: Literal["translate_train"]
    """The related language's train set, translated."""
    name: Name = "translate_train"
    """The source's name in tables."""
    translator: Translator
    """What translates."""
    projection: Literal["align", "mark", "mention"] = "align"
    """How entities are carried over: by word alignment, by markers, or mention by mention."""
    aligner: AlignerSpec | None = None
    """The encoder behind `align`."""
    tokens: Annotated[
        Literal["as_given", "words"], Field(description="how translations are cut; as the gold data's `tokens`")
    ] = "words"
    prices: Prices | None = None
    """What the translator's tokens cost."""

    @model_validator(mode="after")
    def _aligned(self) -> Self:
        if (self.projection == "align") != (self.aligner is not None):
            raise ValueError("projection `align` needs an `aligner`; `mark` and `mention` take none")
        if self.projection == "mention" and self.translator.kind != "llm":
            raise ValueError("projection `mention` asks an LLM for each entity: give translator kind `llm`")
        return self


class TranslateTestSource(OfLanguages):
    """The target's gold test set translated into the related language, tagged by its model, and the entities found
    there carried back over the same links (translate-test).

    A sentence without a translation counts with no entity found. Nothing is trained on.
    """

    kind: Literal["translate_test"]
    """The target's test set, translated and tagged by the related language's model."""
    name: Name = "translate_test"
    """The source's name in tables."""
    translator: Translator
    """What translates, from the target into the related language."""
    aligner: AlignerSpec
    """The encoder that finds which word is which; entities that were found have no markers to come back by."""
    tokens: Annotated[
        Literal["as_given", "words"], Field(description="how translations are cut; as the gold data's `tokens`")
    ] = "words"
    """How translations are cut into tokens."""
    prices: Prices | None = None
    """What the translator's tokens cost."""


TranslatedSource = TranslateTrainSource | TranslateTestSource
"""Sources whose calls translate."""
