"""What a specification may name: models that are loaded, hosts and keys, each on a list of the operator's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from spanloom.contracts.beneath import is_beneath
from spanloom.contracts.engines import OpenAIBatchEngineSpec, OpenAIEngineSpec, VllmEngineSpec
from spanloom.contracts.labelling import LabellingSource, TaggerSource
from spanloom.contracts.reach import Reach
from spanloom.contracts.sources import Source, SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.translation import LlmTranslator, Seq2SeqTranslator, TranslatedSource

ENCODERS = (
    "xlm-roberta-base",
    "xlm-roberta-large",
    "FacebookAI/xlm-roberta-base",
    "FacebookAI/xlm-roberta-large",
    "facebook/xlm-roberta-xl",
    "facebook/xlm-roberta-xxl",
    "e5-small",
    "intfloat/multilingual-e5-small",
    "local",
)
"""Encoders allowed unless set otherwise: the XLM-R family, multilingual E5 small, and folders."""
LLMS = ("meta-llama/Llama-3.1-8B-Instruct", "CohereLabs/aya-expanse-32b", "local")
"""LLMs that vLLM may load unless set otherwise: the paper's open ones, and folders."""
LOCAL = "local"
"""Stands for any folder beneath those that a service reads: a name that begins with `/`, `./`, `../` or `~`."""


def is_folder(name: str) -> bool:
    """Whether a model's name is that of a folder: it begins with `/`, `./`, `../` or `~`, or goes up by `..`.

    >>> is_folder("./mine"), is_folder("org/../../etc"), is_folder("org/model")
    (True, True, False)
    """
    return name.startswith(("/", "./", "../", "~")) or ".." in name.split("/")


def is_allowed(name: str, revision: str | None, allowed: Sequence[str], folders: Sequence[Path] = ()) -> bool:
    """Whether a list allows a model. An entry is a name, a pattern such as `org/*`, a folder, or `name@revision`.

    A model in a folder lies, links resolved, beneath a folder on the list; with `local` on it, also beneath `folders`.

    >>> is_allowed("org/model", "abc", ["org/*"]), is_allowed("org/model", None, ["org/model@abc"])
    (True, False)
    """
    if is_folder(name):
        try:
            return is_beneath(Path(name).expanduser(), model_folders(allowed, folders))
        except RuntimeError:  # no such user's home
            return False
    for entry in allowed:
        pattern, _, pinned = entry.partition("@")
        if fnmatchcase(name, pattern) and pinned in ("", revision):
            return True
    return False


def model_folders(allowed: Sequence[str], folders: Sequence[Path] = ()) -> list[Path]:
    """The folders beneath which a list lets models be: its own, and `folders` where `local` is on it."""
    listed = [Path(entry).expanduser() for entry in allowed if entry.startswith(("/", "~/"))]
    return [*listed, *(folders if LOCAL in allowed else ())]


def not_allowed(
    spec: RunSpec, *, encoders: Sequence[str], llms: Sequence[str], reach: Reach, folders: Sequence[Path] = ()
) -> list[tuple[str, str]]:
    """`(field path, what is wrong)` of each model, host and key that a specification names and no list allows.

    `folders` are those beneath which the service reads: `local` on a list stands for models in them.
    """
    return [*_models_not_allowed(spec, encoders, llms, folders), *_beyond_reach(spec, reach)]


def _beyond_reach(spec: RunSpec, reach: Reach) -> Iterator[tuple[str, str]]:
    for i, source in enumerate(spec.sources):
        place, engine = engine_of(source)
        if not isinstance(engine, OpenAIEngineSpec | OpenAIBatchEngineSpec):
            continue
        asked = {
            "base_url": reach.refuses_url(engine.base_url),
            "api_key_env": reach.refuses_variable(engine.api_key_env) if engine.api_key_env else None,
            "api_key_file": reach.refuses_file(engine.api_key_file) if engine.api_key_file else None,
        }
        yield from ((f"sources.{i}.{place}.{field}", refusal) for field, refusal in asked.items() if refusal)


def engine_of(source: Source) -> tuple[str, object]:
    """A source's engine and where it stands in it; None where the source asks nobody."""
    if isinstance(source, SyntheticSource | LabellingSource):
        return "engine", source.engine
    if isinstance(source, TranslatedSource) and isinstance(source.translator, LlmTranslator):
        return "translator.engine", source.translator.engine
    return "", None


def _models_not_allowed(
    spec: RunSpec, encoders: Sequence[str], llms: Sequence[str], folders: Sequence[Path]
) -> list[tuple[str, str]]:
    named = []
    encoder = spec.training.encoder
    if encoder.name is not None:
        named.append(("training.encoder", encoder.name, encoder.revision, encoders, "SPANLOOM_ENCODERS"))
    for i, source in enumerate(spec.sources):
        place, engine = engine_of(source)
        if isinstance(source, TranslatedSource) and isinstance(source.translator, Seq2SeqTranslator):
            named.append((f"sources.{i}.translator.model", source.translator.model, None, llms, "SPANLOOM_LLMS"))
        if isinstance(engine, VllmEngineSpec):
            named.append((f"sources.{i}.{place}.model", engine.model, engine.revision, llms, "SPANLOOM_LLMS"))
        if isinstance(source, TaggerSource):
            named.append((f"sources.{i}.model", source.model, None, encoders, "SPANLOOM_ENCODERS"))
        if isinstance(source, TranslatedSource) and source.aligner is not None:
            where = f"sources.{i}.aligner.encoder"
            named.append((where, source.aligner.encoder, None, encoders, "SPANLOOM_ENCODERS"))
    return [
        (path, refused)
        for path, name, revision, allowed, setting in named
        if (refused := refusal_of(name, revision, allowed, setting, folders)) is not None
    ]


def refusal_of(
    name: str, revision: str | None, allowed: Sequence[str], setting: str, folders: Sequence[Path] = ()
) -> str | None:
    """Why a model is not among those of a list, which is the operator's `setting`; None where it is."""
    if is_allowed(name, revision, allowed, folders):
        return None
    if is_folder(name):
        listed = ", ".join(str(folder) for folder in model_folders(allowed, folders))
        return (
            f"{name!r} is a folder elsewhere: models are read beneath {listed or 'no folder'} alone, links resolved. "
            f"Move it there, or let whoever runs the service add its folder to {setting} or SPANLOOM_DATA "
            "(`spanloom up --data FOLDER`)"
        )
    return (
        f"{name!r}{f' at revision {revision!r}' if revision else ''} is not among the models allowed here: "
        f"{', '.join(allowed)}. Whoever runs the service can add it to {setting}"
    )
