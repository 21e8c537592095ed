"""Which encoders and LLMs a specification may name: what is loaded on this side is on a list of the operator's."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from spanloom.contracts.sources import SyntheticSource, VllmEngineSpec
from spanloom.contracts.spec import RunSpec

ENCODERS = (
    "xlm-roberta-base",
    "xlm-roberta-large",
    "FacebookAI/xlm-roberta-base",
    "FacebookAI/xlm-roberta-large",
    "facebook/xlm-roberta-xl",
    "facebook/xlm-roberta-xxl",
    "local",
)
"""Encoders allowed unless set otherwise: the XLM-R family, and folders."""
LLMS = ("meta-llama/Llama-3.1-8B-Instruct", "CohereLabs/aya-expanse-32b", "local")
"""LLMs that vLLM may load unless set otherwise: the paper's open ones, and folders."""
LOCAL = "local"
"""Stands for any folder: a name that begins with `/`, `./`, `../` or `~`."""


def is_allowed(name: str, revision: str | None, allowed: Sequence[str]) -> bool:
    """Whether a list allows a model. An entry is a name, a pattern such as `org/*`, `local`, or `name@revision`.

    >>> is_allowed("org/model", "abc", ["org/*"]), is_allowed("org/model", None, ["org/model@abc"])
    (True, False)
    """
    if name.startswith(("/", "./", "../", "~")):
        return LOCAL in allowed
    for entry in allowed:
        pattern, _, pinned = entry.partition("@")
        if fnmatchcase(name, pattern) and pinned in ("", revision):
            return True
    return False


def not_allowed(spec: RunSpec, *, encoders: Sequence[str], llms: Sequence[str]) -> list[tuple[str, str]]:
    """`(field path, what is wrong)` of each model that a specification names and the lists do not allow."""
    named = []
    encoder = spec.training.encoder
    if encoder.name is not None:
        named.append(("training.encoder", encoder.name, encoder.revision, encoders, "SPANLOOM_ENCODERS"))
    for i, source in enumerate(spec.sources):
        if isinstance(source, SyntheticSource) and isinstance(source.engine, VllmEngineSpec):
            engine = source.engine
            named.append((f"sources.{i}.engine.model", engine.model, engine.revision, llms, "SPANLOOM_LLMS"))
    return [
        (
            path,
            f"{name!r}{f' at revision {revision!r}' if revision else ''} is not among the models allowed here: "
            f"{', '.join(allowed)}. Whoever runs the service can add it to {setting}",
        )
        for path, name, revision, allowed, setting in named
        if not is_allowed(name, revision, allowed)
    ]
