"""Specification of sources: where datasets come from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, Seed, Text
from spanloom.contracts.engines import EngineSpec, OpenAIBatchEngineSpec, OpenAIEngineSpec, Prices, VllmEngineSpec
from spanloom.contracts.gold import FileFormat, GoldSpec
from spanloom.contracts.rules import Rules

Format = Literal["tag_ids", "tag_names", "pairs", "entities", "inline"]


class SamplingSpec(Frozen):
    """How the LLM samples; the paper's Llama settings by default (Appendix A)."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.8
    """Sampling temperature; null leaves it to the model, as models that reason ask."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = 0.8
    """Nucleus sampling: the share of probability that is drawn from; null leaves it to the model."""
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = 8192
    """Most tokens of a completion, those of its reasoning with it; null leaves it to the server."""
    seed: Literal["call"] | None = "call"
    """`call`: each call has a seed of its own, the same on every machine; null sends none."""


class PromptSpec(Frozen):
    """How prompts are written. `paper` reproduces the published scripts' habits, `spanloom` names the labels.

    The wording comes from files (`template`, `system`) or, for `spanloom`, from the one built in.
    """

    style: Literal["paper", "spanloom"] = "spanloom"
    """`paper` writes prompts as the published scripts do, `spanloom` names the labels and their descriptions."""
    template: Text | None = None
    """File with the wording of the user message; `{0}` is the language, `{1}` the number of samples."""
    system: Text | None = None
    """File with the wording of the system message."""
    ascii_escapes: bool | None = None
    """Write examples with `\\u` escapes; null for the style's habit."""
    generation_prompt: bool | None = None
    """Close the chat template with the assistant's turn; null for the style's habit."""

    @model_validator(mode="after")
    def _paper_needs_wording(self) -> Self:
        if self.style == "paper" and self.template is None:
            raise ValueError("prompt style 'paper' takes its wording from a file: give prompt.template")
        return self


class StopSpec(Frozen):
    """When a synthetic dataset is complete: after a number of calls, or of accepted samples."""

    after_calls: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Complete after this many calls."""
    after_accepted: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    """Complete after this many accepted samples; calls are added as the yield turns out."""
    max_calls: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Most calls that `after_accepted` may cost; null for four times what a perfect yield takes."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.after_calls is None) == (self.after_accepted is None):
            raise ValueError("give exactly one of after_calls, after_accepted")
        if self.max_calls is not None and self.after_accepted is None:
            raise ValueError("max_calls bounds after_accepted; with after_calls it says nothing")
        return self


class OrganicSource(Frozen):
    """The language's gold train split itself."""

    kind: Literal["organic"]
    """The language's own gold train sentences."""
    name: Name = "organic"
    """The source's name in tables."""


class WikiannSource(Frozen):
    """WikiANN's train split of the language, automatically labelled (Rahimi et al., 2019)."""

    kind: Literal["wikiann"]
    """WikiANN's train split."""
    name: Name = "wikiann"
    """The source's name in tables."""
    gold: Annotated[dict[LanguageCode, GoldSpec], Field(description="local copies by language")] = {}


class SyntheticSource(Frozen):
    """A dataset written by an LLM from m seed sentences a call (paper, section 3.1)."""

    kind: Literal["synthetic"]
    """A dataset that an LLM writes."""
    name: Name
    """The source's name in tables."""
    engine: EngineSpec
    """What runs the LLM."""
    m: Annotated[int, Field(ge=0, le=1000, description="seed sentences a prompt")] = 10
    n: Annotated[int, Field(ge=1, le=1000, description="samples asked for a call")] = 20
    stop: StopSpec = StopSpec(after_calls=250)
    """When the dataset is complete."""
    dev_calls: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Calls for a synthetic dev set; null for 50, 0 for none. None are made where no arm uses it (`training.dev`)."""
    seeds_from: Annotated[
        Literal["train"], Field(description="the gold split that seeds prompts; only train, so that no test leaks")
    ] = "train"
    seed_pool: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    """How many gold train sentences prompts may draw from, or `all`."""
    prompt: PromptSpec = PromptSpec()
    """How prompts are written."""
    format: Format = "tag_ids"
    """How a sample is written in prompt and completion."""
    constrain: Literal["none", "json", "aligned"] = "none"
    """Hold decoding to a grammar: any JSON, or one tag for each token (`aligned`)."""
    sampling: SamplingSpec = SamplingSpec()
    """How the LLM samples."""
    rules: Rules = Rules()
    """What the validator refuses, marks and repairs."""
    seed: Seed = 3535
    """Seed of prompts and of sampling."""
    prices: Prices | None = None
    """What the LLM's tokens cost."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if isinstance(self.seed_pool, int) and self.seed_pool < self.m:
            raise ValueError(f"seed_pool {self.seed_pool} holds fewer sentences than the m={self.m} a prompt needs")
        if self.engine.kind == "openai" and self.engine.budget is not None and self.prices is None:
            raise ValueError("a budget is counted in prices; give prices.input_per_million and output_per_million")
        if self.engine.kind == "replay" and self.dev_calls:
            raise ValueError("replay has no synthetic dev set; leave dev_calls out")
        return self

    @property
    def dev_calls_planned(self) -> int:
        """Calls for the synthetic dev set: the paper's 50, none for replay."""
        if self.dev_calls is not None:
            return self.dev_calls
        return 0 if self.engine.kind == "replay" else 50

    @property
    def max_calls(self) -> int:
        """The most calls the train dataset may cost; for `after_accepted` 4 x N/n unless given."""
        if self.stop.after_calls is not None:
            return self.stop.after_calls
        assert self.stop.after_accepted is not None  # noqa: S101  narrowed by the validator
        return self.stop.max_calls or -(-4 * self.stop.after_accepted // self.n)


class TrainFile(Frozen):
    """One file of training sentences: IOB2/CoNLL columns or JSONL, gzip or not; fields as those of gold data."""

    file: Text
    """The file's path."""
    format: FileFormat = "auto"
    """What the file holds; `auto` tells by name and content."""
    columns: Annotated[tuple[int, int] | None, Field(description="0-based (token, tag) columns")] = None
    tags: Annotated[tuple[Text, ...] | None, Field(description="tag names by id, for files that hold integers")] = None
    mapping: Annotated[
        dict[Name, Name | None], Field(description="the data's entity type -> the run's, or null to read it as O")
    ] = {}
    tokens: Annotated[
        Literal["as_given", "words"], Field(description="tokens as they are, or each cut by the one rule")
    ] = "as_given"


class DatasetSource(Frozen):
    """Training sentences from elsewhere, by file: silver data, another tool's output, `spanloom project --out`."""

    kind: Literal["dataset"]
    """Training sentences from a file."""
    name: Name
    """The source's name in tables."""
    files: Annotated[dict[LanguageCode, TrainFile], Field(min_length=1, description="a file a language")]


class ReplayTranslator(Frozen):
    """Recorded translations: one a line, in the order of the related language's gold train sentences; gzip or not.

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


Translator = Annotated[ReplayTranslator | LlmTranslator, Field(discriminator="kind")]


class AlignerSpec(Frozen):
    """A pretrained multilingual encoder that finds which word is which: its middle layers, without training."""

    encoder: Text
    """A pretrained multilingual encoder: a name on the hub or a local folder."""
    layers: Annotated[
        tuple[Annotated[int, Field(ge=0, le=1000)], ...] | None,
        Field(min_length=1, max_length=8, description="counted from 1; the middle two unless given"),
    ] = None


class TranslateTrainSource(Frozen):
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
        if self.projection == "mention" and self.translator.kind == "replay":
            raise ValueError("projection `mention` asks an LLM for each entity: give translator kind `llm`")
        return self


class MixSource(Frozen):
    """Sentences of two training sets shuffled together: `share` of each size from the first, the rest from the second.

    `of` names two other sources, or `related` for the related language's gold train set.
    """

    kind: Literal["mix"]
    """Two training sets shuffled together."""
    name: Name
    """The source's name in tables."""
    of: Annotated[tuple[Name, Name], Field(description="two sources' names, or `related`")]
    share: Annotated[float, Field(gt=0, lt=1, description="the first one's share of the sentences")]

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.of[0] == self.of[1]:
            raise ValueError(f"of: {self.of[0]!r} is mixed with itself; name two sources")
        return self


Source = Annotated[
    OrganicSource | SyntheticSource | WikiannSource | DatasetSource | TranslateTrainSource | MixSource,
    Field(discriminator="kind"),
]
