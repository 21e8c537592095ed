"""Specification of sources: where datasets come from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, OfLanguages, Seed, Text
from spanloom.contracts.engines import EngineSpec, Prices, SamplingSpec
from spanloom.contracts.gold import FileFormat, GoldSpec
from spanloom.contracts.labelling import AnnotateSource, Format, LlmTagSource, TaggerSource
from spanloom.contracts.rules import Rules
from spanloom.contracts.translation import TranslateTestSource, TranslateTrainSource


class NamesSpec(Frozen):
    """Names that prompts ask for, so that calls do not all write the same few.

    Each call shows `per_call` of them, as many of each entity type, and goes on where the call before ended: each name
    is asked for about as often as any other of its type.
    """

    file: Text | None = None
    """File of names: a line each, entity type, tab, name."""
    gold: bool = True
    """The names of the gold train sentences that prompts may draw from (`seed_pool`); their sentences are counted in
    `gold_used`."""
    accepted: bool = False
    """Calls that `stop.after_accepted` adds ask for the names that the accepted samples hold least often, those that
    the LLM brought up itself among them."""
    per_call: Annotated[int, Field(ge=1, le=500)] = 12
    """Names a prompt shows."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.file is None and not self.gold:
            raise ValueError("names come from nowhere; give file, or gold: true")
        return self


class PromptSpec(Frozen):
    """How prompts are written. `paper` reproduces the published scripts' habits, `spanloom` names the labels.

    The wording comes from files (`template`, `system`) or, for `spanloom`, from the one built in. A template of your
    own says where `names`, `topics` and `guidelines` go: `{names}`, `{topics}`, `{guidelines}`.
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
    names: NamesSpec | None = None
    """Names that prompts ask for; null for none."""
    topics: Annotated[tuple[Text, ...], Field(max_length=10_000)] = ()
    """Topics that sentences are to be about; each prompt names the next few."""
    topics_per_call: Annotated[int, Field(ge=1, le=100)] = 3
    """Topics a prompt names."""
    guidelines: Text | None = None
    """File of annotation guidelines: what each label means, with counter-examples; each prompt holds it."""

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


class OrganicSource(OfLanguages):
    """The language's gold train split itself."""

    kind: Literal["organic"]
    """The language's own gold train sentences."""
    name: Name = "organic"
    """The source's name in tables."""


class WikiannSource(OfLanguages):
    """WikiANN's train split of the language, automatically labelled (Rahimi et al., 2019)."""

    kind: Literal["wikiann"]
    """WikiANN's train split."""
    name: Name = "wikiann"
    """The source's name in tables."""
    gold: Annotated[dict[LanguageCode, GoldSpec], Field(description="local copies by language")] = {}


class SyntheticSource(OfLanguages):
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
        names = self.prompt.names
        if names is not None and names.accepted and self.stop.after_accepted is None:
            raise ValueError("prompt.names.accepted is for calls that are added; give stop.after_accepted")
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


class DatasetSource(OfLanguages):
    """Training sentences from elsewhere, by file: silver data, another tool's output, `spanloom project --out`."""

    kind: Literal["dataset"]
    """Training sentences from a file."""
    name: Name
    """The source's name in tables."""
    files: Annotated[dict[LanguageCode, TrainFile], Field(min_length=1, description="a file a language")]


class MixSource(OfLanguages):
    """Sentences of two training sets shuffled together: `share` of each size from the first, the rest from the second.

    `of` names two other sources, or `related` for the related language's gold train set. With `total` there is one arm
    of so many sentences in place of one for each of the training's sizes, so that shares are compared at one size.
    """

    kind: Literal["mix"]
    """Two training sets shuffled together."""
    name: Name
    """The source's name in tables."""
    of: Annotated[tuple[Name, Name], Field(description="two sources' names, or `related`")]
    share: Annotated[float, Field(gt=0, lt=1, description="the first one's share of the sentences")]
    total: Annotated[
        int | None, Field(ge=2, le=10_000_000, description="sentences of both together; null for the training's sizes")
    ] = None

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.of[0] == self.of[1]:
            raise ValueError(f"of: {self.of[0]!r} is mixed with itself; name two sources")
        return self


TestSource = TranslateTestSource | LlmTagSource | TaggerSource
"""Sources that tag the test set; no arm is trained on them."""

Source = Annotated[
    OrganicSource
    | SyntheticSource
    | WikiannSource
    | DatasetSource
    | TranslateTrainSource
    | TranslateTestSource
    | AnnotateSource
    | LlmTagSource
    | TaggerSource
    | MixSource,
    Field(discriminator="kind"),
]
