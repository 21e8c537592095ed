"""Specification of engines: what runs an LLM, how it samples, and what its tokens cost."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Seed, Text
from spanloom.contracts.pinned import with_commit


class Prices(Frozen):
    """What the LLM costs, in one currency, per million tokens."""

    input_per_million: Annotated[float, Field(ge=0)]
    """Price of a million tokens of prompt."""
    output_per_million: Annotated[float, Field(ge=0)]
    """Price of a million tokens of completion."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """Currency, three letters (ISO 4217)."""


def _without_ours(extra: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Raises ValueError for fields that would change what a call is, or how its answer reads."""
    for name in ("model", "messages", "stream", "n"):
        if name in extra:
            raise ValueError(f"`{name}` is not for `extra`: Spanloom sets it; expected other fields of the API")
    return extra


ExtraFields = Annotated[dict[str, JsonValue], Field(max_length=64), AfterValidator(_without_ours)]


class ToyEngineSpec(Frozen):
    """A small Llama trained on the spot on the run's own gold train sentences."""

    kind: Literal["toy"]
    """A small Llama trained on the run's own gold sentences; for demonstrations."""
    related_steps: Annotated[int, Field(ge=0, le=100_000)] = 430
    """Updates on the related language's sentences."""
    target_steps: Annotated[int, Field(ge=1, le=100_000)] = 900
    """Updates on the target's sentences."""
    hidden: Annotated[int, Field(ge=16, le=4096)] = 128
    """Width of a token's vector."""
    layers: Annotated[int, Field(ge=1, le=64)] = 4
    """Transformer layers."""
    heads: Annotated[int, Field(ge=1, le=64)] = 4
    """Attention heads a layer."""
    vocabulary: Annotated[int, Field(ge=300, le=100_000)] = 1500
    """Subwords of its tokenizer."""
    seed: Seed = 3535
    """Seed of its weights and of sampling."""


class ReplayEngineSpec(Frozen):
    """Recorded completions: JSONL with `raw_output`, or OpenAI batch output lines; gzip too."""

    kind: Literal["replay"]
    """Completions that were recorded before."""
    files: Annotated[dict[LanguageCode, Text], Field(min_length=1)]
    """File of recorded completions by language; JSONL or a batch's output, gzip too."""
    model: Text | None = None
    """The name of the model that wrote them, for tables and cards."""


class _ServerSpec(Frozen):
    """A server of OpenAI's API: where it is, which model, with what key."""

    kind: str
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    """Address of the API, with its version (`http://HOST:PORT/v1`)."""
    model: Text
    """The model's name at the server."""
    api_key_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    """Environment variable of the service that holds the key."""
    api_key_file: Text | None = None
    """File of the service that holds the key."""
    extra: ExtraFields = {}
    """Further fields of the API, sent with each call as they are (`reasoning_effort: low`)."""


class OpenAIEngineSpec(_ServerSpec):
    """Any OpenAI-compatible server's chat completions."""

    kind: Literal["openai"]
    """A server of OpenAI's chat completions."""
    concurrency: Annotated[int, Field(ge=1, le=4096)] = 32
    """Most calls in flight."""
    timeout_s: Annotated[float, Field(gt=0, le=86_400)] = 600
    """Seconds after which a call is given up and tried again."""
    stream: bool = False
    """Ask for each answer piece by piece, so that nobody between the two ends a long call for its silence."""
    budget: Annotated[float, Field(gt=0, description="stop when the calls have cost this, in the prices' currency")] | (
        None
    ) = None


class OpenAIBatchEngineSpec(_ServerSpec):
    """The OpenAI batch API's life: upload, create, poll, download; partial results are kept."""

    kind: Literal["openai_batch"]
    """The OpenAI batch API."""
    poll_s: Annotated[float, Field(gt=0, le=3600)] = 30
    """Seconds between two looks at a batch."""
    max_requests: Annotated[int, Field(ge=1, le=50_000)] = 50_000
    """Most calls of one batch."""
    max_bytes: Annotated[int, Field(ge=1024, le=200_000_000)] = 200_000_000
    """Most bytes of one batch's input file."""


class VllmEngineSpec(Frozen):
    """A model run by vLLM in this process (AsyncLLM)."""

    kind: Literal["vllm"]
    """A model run by vLLM in the service itself."""
    model: Text
    """A name on the hub or a local folder."""
    revision: Text | None = None
    """Commit or branch on the hub; null for the pinned commit of a known name."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """Arithmetic of the weights."""
    tensor_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    """GPUs that share one copy of the model."""
    data_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    """Copies of the model."""
    max_model_len: Annotated[int, Field(ge=64, le=1_000_000)] | None = None
    """Longest prompt and completion together, in tokens; null for what the model takes."""
    max_num_seqs: Annotated[int, Field(ge=1, le=65_536)] = 256
    """Most sequences decoded at once."""
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of the GPU's memory that vLLM takes."""
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

    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.8
    """Sampling temperature; null leaves it to the model, as models that reason ask."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = 0.8
    """Nucleus sampling: the share of probability that is drawn from; null leaves it to the model."""
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = 8192
    """Most tokens of a completion, those of its reasoning with it; null leaves it to the server."""
    seed: Literal["call"] | None = "call"
    """`call`: each call has a seed of its own, the same on every machine; null sends none."""
