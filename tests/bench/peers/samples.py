"""What the peers' scripts share, with nothing but the standard library: calls in, usable samples out.

A peer brings no idea of what a sample is. This is what its user writes: a line of JSON, as many tags as tokens, tags
that exist, no copy within an answer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TAGS = 7  # O, and B and I of PER, ORG and LOC


def arguments() -> argparse.Namespace:
    """What every script is given: `--base-url`, `--model`, `--calls` (a file), `--out` (a folder), `--in-flight`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--calls", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def calls_of(path: Path) -> list[dict[str, Any]]:
    """The calls: `index`, `seed` and `messages`, whose texts are `system` and `user`."""
    calls = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{**c, "system": c["messages"][0]["content"], "user": c["messages"][-1]["content"]} for c in calls]


def usable(text: str | None) -> list[dict[str, Any]]:
    """The usable samples of an answer's text."""
    found: dict[str, dict[str, Any]] = {}
    for line in (text or "").splitlines():
        try:
            sample = json.loads(line)
            tokens, tags = sample["tokens"], sample["ner_tags"]
        except (ValueError, KeyError, TypeError):
            continue
        if tokens and len(tokens) == len(tags) and all(isinstance(t, int) and 0 <= t < TAGS for t in tags):
            found.setdefault(" ".join(tokens), {"tokens": tokens, "ner_tags": tags})
    return list(found.values())


def write(folder: Path, samples: Iterable[dict[str, Any]]) -> None:
    """What was kept, for the one who counts."""
    with (folder / "kept.jsonl").open("w", encoding="utf-8") as out:
        for sample in samples:
            out.write(json.dumps(sample, ensure_ascii=False) + "\n")
