"""Recorded completions made from the demo corpus, with the mistakes that LLMs make; seeded, so repeatable."""

from __future__ import annotations

import json
import random
from pathlib import Path

from spanloom.data.demo import demo_corpus


def write_recording(path: Path, *, calls: int, objects: int = 20, seed: int = 1, language: str = "da") -> Path:
    """A JSONL file of `calls` completions of about `objects` objects; about a fifth are broken in some way."""
    rng = random.Random(seed)
    sentences = demo_corpus(language)["train"]
    with path.open("w", encoding="utf-8") as out:
        for call in range(calls):
            lines = []
            for number in range(objects):
                sentence = rng.choice(sentences)
                # A number of its own makes the sentence new, neither a duplicate nor a copy of its prompt.
                tokens = [*sentence.tokens[:-1], f"{call}-{number}", sentence.tokens[-1]]
                tags = [*sentence.tags[:-1], 0, sentence.tags[-1]]
                lines.append(_maybe_broken(rng, tokens, tags))
            text = "\n".join(lines) if rng.random() > 0.03 else "I cannot help with that."
            out.write(json.dumps({"call_idx": call, "raw_output": text}) + "\n")
    return path


def _maybe_broken(rng: random.Random, tokens: list[str], tags: list[int]) -> str:
    kind = rng.randrange(15)
    if kind == 0:
        tags = tags[:-1]
    elif kind == 1:
        tags = [*tags[:-1], 99]
    text = json.dumps({"tokens": tokens, "ner_tags": tags}, ensure_ascii=False)
    return text[: len(text) // 2] if kind == 2 else text
