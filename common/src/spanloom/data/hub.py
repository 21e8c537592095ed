"""Data sets from the Hugging Face hub: parquet files of one commit, no remote code."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from spanloom.errors import DataError, EnvironmentMissing

_SPLITS = {"train": "train", "validation": "dev", "valid": "dev", "dev": "dev", "test": "test"}
_PARQUET = re.compile(
    r"(?:^|/)(?P<config>[^/]+)/(?:partial-)?(?P<split>train|validation|valid|dev|test)(?:[-/][^/]*)?\.parquet$"
)


@dataclass(frozen=True)
class HubFiles:
    """A folder with the parquet files of a configuration, and the commit they are from."""

    folder: Path
    commit: str


def cache_folder() -> Path:
    """Where downloads are kept: `spanloom/gold` in the user's cache folder."""
    return Path(platformdirs.user_cache_dir("spanloom")) / "gold"


def fetch(repo: str, config: str, revision: str, *, cache: Path | None = None, endpoint: str | None = None) -> HubFiles:
    """Download the three splits of a configuration, or return what an earlier call downloaded.

    A branch is resolved to its commit once; the commit is kept beside the files and used from then on, so that a run
    reads tomorrow what it read today. Name a commit in `gold.revision` to pin another. The folder appears whole, by
    rename. Raises DataError when the hub does not serve it, EnvironmentMissing without the client libraries.
    """
    try:
        import httpx2
        from huggingface_hub import HfApi, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
    except ImportError as error:
        raise EnvironmentMissing(f"the Hugging Face hub needs {error.name}; pip install 'spanloom[hub]'") from error

    base = (cache or cache_folder()) / repo.replace("/", "--") / config
    done = base / re.sub(r"[^A-Za-z0-9._-]", "_", revision)
    pin = done / "COMMIT"
    if pin.is_file():
        return HubFiles(done, pin.read_text().strip())
    base.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".part-", dir=base))
    try:
        api = HfApi(endpoint=endpoint)
        info = api.dataset_info(repo, revision=revision, timeout=30)
        commit = info.sha or revision
        wanted = _choose([s.rfilename for s in info.siblings or []], config, f"{repo}@{commit}")
        for split, names in wanted.items():
            for i, name in enumerate(names):
                got = hf_hub_download(
                    repo,
                    name,
                    repo_type="dataset",
                    revision=commit,
                    endpoint=endpoint,
                    cache_dir=staging / "hub",
                )
                shutil.copyfile(got, staging / f"{split}-{i:05d}.parquet")
        shutil.rmtree(staging / "hub")
        (staging / "COMMIT").write_text(f"{commit}\n")
        try:
            os.rename(staging, done)
        except OSError:
            if not pin.is_file():  # another process was first otherwise, and its copy is as good
                raise
    except (HfHubHTTPError, HFValidationError, OfflineModeIsEnabled, httpx2.HTTPError, OSError) as error:
        what = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError(f"the Hugging Face hub did not serve {repo} ({config}) at {revision!r}: {what}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return HubFiles(done, pin.read_text().strip())


def _choose(names: list[str], config: str, where: str) -> dict[str, list[str]]:
    """Parquet files of a configuration by split: `da/train-00000-of-00001.parquet` or `da/train/0000.parquet`."""
    found: dict[str, list[str]] = {}
    configs = set()
    for name in sorted(names):
        match = _PARQUET.search(name)
        if match:
            configs.add(match["config"])
            if match["config"] == config:
                found.setdefault(_SPLITS[match["split"]], []).append(name)
    missing = [split for split in ("train", "dev", "test") if split not in found]
    if missing:
        raise DataError(
            f"{where} holds no parquet file for split {', '.join(missing)} of {config!r}; "
            f"its configurations are {', '.join(sorted(configs)) or 'none'}"
        )
    return found
