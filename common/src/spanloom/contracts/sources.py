"""Specification of sources: where datasets come from, and the engines that write synthetic ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, Text
from spanloom.contracts.gold import FileFormat, GoldSpec
from spanloom.contracts.pinned import with_commit
from spanloom.contracts.rules import Rules

Seed = Annotated[int, Field(ge=0, lt=2**32)]
Format = Literal["tag_ids", "tag_names", "pairs", "entities", "inline"]


class Prices(Frozen):
    """What the LLM costs, in one currency, per million tokens."""

    input_per_million: Annotated[float, Field(ge=0)]
    output_per_million: Annotated[float, Field(ge=0)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class ToyEngineSpec(Frozen):
    """A small Llama trained on the spot on the run's own gold train sentences."""

    kind: Literal["toy"]
    related_steps: Annotated[int, Field(ge=0, le=100_000)] = 430
    target_steps: Annotated[int, Field(ge=1, le=100_000)] = 900
    hidden: Annotated[int, Field(ge=16, le=4096)] = 128
    layers: Annotated[int, Field(ge=1, le=64)] = 4
    heads: Annotated[int, Field(ge=1, le=64)] = 4
    vocabulary: Annotated[int, Field(ge=300, le=100_000)] = 1500
    seed: Seed = 3535


class ReplayEngineSpec(Frozen):
    """Recorded completions: JSONL with `raw_output`, or OpenAI batch output lines; gzip too."""

    kind: Literal["replay"]
    files: Annotated[dict[LanguageCode, Text], Field(min_length=1)]
    model: Text | None = None


class OpenAIEngineSpec(Frozen):
    """Any OpenAI-compatible server's chat completions."""

    kind: Literal["openai"]
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    model: Text
    api_key_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    api_key_file: Text | None = None
    concurrency: Annotated[int, Field(ge=1, le=4096)] = 32
    timeout_s: Annotated[float, Field(gt=0, le=86_400)] = 600
    budget: Annotated[float, Field(gt=0, description="stop when the calls have cost this, in the prices' currency")] | (
        None
    ) = None


class OpenAIBatchEngineSpec(Frozen):
    """The OpenAI batch API's life: upload, create, poll, download; partial results are kept."""

    kind: Literal["openai_batch"]
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    model: Text
    api_key_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    api_key_file: Text | None = None
    poll_s: Annotated[float, Field(gt=0, le=3600)] = 30
    max_requests: Annotated[int, Field(ge=1, le=50_000)] = 50_000
    max_bytes: Annotated[int, Field(ge=1024, le=200_000_000)] = 200_000_000


class VllmEngineSpec(Frozen):
    """A model run by vLLM in this process (AsyncLLM)."""

    kind: Literal["vllm"]
    model: Text
    revision: Text | None = None
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    tensor_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    data_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    max_model_len: Annotated[int, Field(ge=64, le=1_000_000)] | None = None
    max_num_seqs: Annotated[int, Field(ge=1, le=65_536)] = 256
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] = 0.9
    enforce_eager: Annotated[bool, Field(description="no compilation: starts sooner, runs slower")] = False
    sleep_after_s: Annotated[
        float | None, Field(gt=0, description="give the GPU's memory back after so many idle seconds")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _pinned(cls, value: Any) -> Any:
        return with_commit(value, "model")


EngineSpec = Annotated[
    ToyEngineSpec | ReplayEngineSpec | OpenAIEngineSpec | OpenAIBatchEngineSpec | VllmEngineSpec,
    Field(discriminator="kind"),
]


class SamplingSpec(Frozen):
    """How the LLM samples; the paper's Llama settings by default (Appendix A)."""

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.8
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.8
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 8192


class PromptSpec(Frozen):
    """How prompts are written. `paper` reproduces the published scripts' habits, `spanloom` names the labels.

    The wording comes from files (`template`, `system`) or, for `spanloom`, from the one built in.
    """

    style: Literal["paper", "spanloom"] = "spanloom"
    template: Text | None = None
    system: Text | None = None
    ascii_escapes: bool | None = None
    generation_prompt: bool | None = None

    @model_validator(mode="after")
    def _paper_needs_wording(self) -> Self:
        if self.style == "paper" and self.template is None:
            raise ValueError("prompt style 'paper' takes its wording from a file: give prompt.template")
        return self


class StopSpec(Frozen):
    """When a synthetic dataset is complete: after a number of calls, or of accepted samples."""

    after_calls: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    after_accepted: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    max_calls: Annotated[int, Field(ge=1, le=10_000_000)] | None = None

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
    name: Name = "organic"


class WikiannSource(Frozen):
    """WikiANN's train split of the language, automatically labelled (Rahimi et al., 2019)."""

    kind: Literal["wikiann"]
    name: Name = "wikiann"
    gold: Annotated[dict[LanguageCode, GoldSpec], Field(description="local copies by language")] = {}


class SyntheticSource(Frozen):
    """A dataset written by an LLM from m seed sentences a call (paper, section 3.1)."""

    kind: Literal["synthetic"]
    name: Name
    engine: EngineSpec
    m: Annotated[int, Field(ge=0, le=1000, description="seed sentences a prompt")] = 10
    n: Annotated[int, Field(ge=1, le=1000, description="samples asked for a call")] = 20
    stop: StopSpec = StopSpec(after_calls=250)
    dev_calls: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    seeds_from: Annotated[
        Literal["train"], Field(description="the gold split that seeds prompts; only train, so that no test leaks")
    ] = "train"
    seed_pool: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    prompt: PromptSpec = PromptSpec()
    format: Format = "tag_ids"
    constrain: Literal["none", "json", "aligned"] = "none"
    sampling: SamplingSpec = SamplingSpec()
    rules: Rules = Rules()
    seed: Seed = 3535
    prices: Prices | None = None

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
    format: FileFormat = "auto"
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
    name: Name
    files: Annotated[dict[LanguageCode, TrainFile], Field(min_length=1, description="a file a language")]


class ReplayTranslator(Frozen):
    """Recorded translations: one a line, in the order of the related language's gold train sentences; gzip or not.

    An empty line is a sentence without translation.
    """

    kind: Literal["replay"]
    files: Annotated[dict[LanguageCode, Text], Field(min_length=1, description="a file a target language")]
    model: Annotated[Text | None, Field(description="what translated, for the ledger and the card")] = None


class LlmTranslator(Frozen):
    """An LLM asked to translate; any of the engines that answer prompts."""

    kind: Literal["llm"]
    engine: Annotated[OpenAIEngineSpec | OpenAIBatchEngineSpec | VllmEngineSpec, Field(discriminator="kind")]
    sampling: SamplingSpec = SamplingSpec(temperature=0, top_p=1, max_tokens=1024)


Translator = Annotated[ReplayTranslator | LlmTranslator, Field(discriminator="kind")]


class AlignerSpec(Frozen):
    """A pretrained multilingual encoder that finds which word is which: its middle layers, without training."""

    encoder: Text
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
    name: Name = "translate_train"
    translator: Translator
    projection: Literal["align", "mark", "mention"] = "align"
    aligner: AlignerSpec | None = None
    tokens: Annotated[
        Literal["as_given", "words"], Field(description="how translations are cut; as the gold data's `tokens`")
    ] = "words"
    prices: Prices | None = None

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
    name: Name
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
