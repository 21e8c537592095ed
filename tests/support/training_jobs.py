"""Jobs for a child process: the toy language on an encoder that trains in a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.toy_language import SCHEMA, toy_sentences

SIZES = {"hidden": 32, "layers": 1, "heads": 2, "ffn": 64, "vocabulary": 200, "longest": 64, "seed": 1}
LONG = {"learning_rate": 5e-3, "max_steps": 200_000, "epochs": 10}
"""A recipe that no test waits for."""


def job(job_id: str, *, attempt: int = 1, **changes: Any) -> dict[str, Any]:
    splits = {name: toy_sentences(count, i) for i, (name, count) in enumerate([("train", 32), ("dev", 8), ("test", 8)])}
    base = {"tiny": SIZES, "text": [list(s.tokens) for s in splits["train"]]}
    recipe = {"learning_rate": 5e-3, "epochs": 2}
    return {
        "job_id": job_id,
        "attempt": attempt,
        **splits,
        "tags": list(SCHEMA.tags),
        "recipe": recipe,
        "base": base,
        "seed": 1,
        "export": True,
        **changes,
    }


def ended(pid: int) -> bool:
    """Whether a process that is no child of ours is gone, or a zombie that its new parent has not fetched."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
