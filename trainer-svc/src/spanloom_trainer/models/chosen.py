"""Which model `spanloom tag` means: a folder, a job of a run, the best of a run, or a name on the hub."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spanloom.contracts.allowed import is_folder
from spanloom.errors import DataError, EnvironmentMissing
from spanloom_cli.client import Client
from spanloom_cli.options import client

Tagging = Callable[[Sequence[Sequence[str]]], list[dict[str, Any]]]
"""Sentences as words -> tokens, tag names and entities of each."""
LOOKS_LIKE_ID = re.compile(r"job-[0-9a-z]*|[0-9a-f]{4,24}")
"""A job's id or the beginning of one: never asked for at a hub."""


def chosen(given: Sequence[str], *, device: str, url: str | None) -> Tagging:
    """What tags, by the words of the command line.

    Raises DataError and EnvironmentMissing for what cannot tag, ServiceError where a run's model cannot be asked for.
    """
    if given[0] == "best":
        if len(given) != 3:
            raise DataError("`best` takes a run and a language: `spanloom tag best RUN LANGUAGE`")
        with client(url) as api:
            return _of_run(best(api, given[1], given[2]), device, url)
    if len(given) != 1:
        raise DataError(f"one model is wanted, these are {len(given)} words; `best RUN LANGUAGE` takes three")
    (name,) = given
    if Path(name).expanduser().is_dir():
        return _local(model_folder(Path(name).expanduser()), device)
    if LOOKS_LIKE_ID.fullmatch(name):
        with client(url) as api:
            return _of_run(api.model(name), device, url)
    if is_folder(name):
        raise EnvironmentMissing(f"there is no folder {name}")
    return _local(name, device)


def best(api: Client, run: str, language: str) -> dict[str, Any]:
    """The kept model of a run and a language with the highest dev F1. Raises DataError where there is none."""
    rows = [row for row in api.models(run=run, limit=10_000) if row.get("kind", "train") == "train"]
    found = [row for row in rows if row["language"] == language]
    if not found:
        there = ", ".join(sorted({row["language"] for row in rows})) or "none"
        raise DataError(f"run {run} has kept no model of language {language!r}; languages with one: {there}")
    return max(found, key=lambda row: (row["dev_f1"] or 0.0, row["id"]))


def model_folder(folder: Path) -> Path:
    """The folder itself, or where it is a job's, its newest attempt."""
    attempts = [path for path in folder.iterdir() if path.name.isdigit() and (path / "config.json").is_file()]
    if (folder / "config.json").is_file() or not attempts:
        return folder
    return max(attempts, key=lambda path: int(path.name))


def _of_run(row: dict[str, Any], device: str, url: str | None) -> Tagging:
    """A run's model: loaded here where its folder is here, else asked where it lies."""
    if Path(row["path"]).is_dir():
        return _local(Path(row["path"]), device)

    def there(sentences: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        with client(url) as api:
            return api.tag(row["id"], sentences)

    return there


def _local(model: str | Path, device: str) -> Tagging:
    from spanloom_trainer.models.tagger import Tagger, described

    tagger = Tagger(model, device=device)

    def here(sentences: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        tagged = zip(sentences, tagger.tag(sentences), strict=True)
        return [described(tagger.schema, tokens, tags) for tokens, tags in tagged]

    return here
