"""The model card: what an exported model is, was trained on, and can be expected to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LIMITS = (
    "Trained and scored on short texts of one domain; expect lower scores elsewhere.",
    "A model trained on sentences that an LLM wrote inherits the LLM's errors and its one-sided choice of names.",
    "Names of people and places are recognised unevenly across communities; do not decide about people by it alone.",
)


@dataclass(frozen=True)
class Card:
    """The facts of a model card. Whatever is empty is said to be unknown, never left out silently.

    `scores` are rows of {"test", "reading", "f1", "lo", "hi"}, the interval at `level`; `data` and `licences` are lines
    of text.
    """

    title: str
    language: str | None = None
    encoder: str | None = None
    data: Sequence[str] = ()
    licences: Sequence[str] = ()
    scores: Sequence[Mapping[str, Any]] = ()
    limits: Sequence[str] = field(default=LIMITS)
    level: float = 0.95


def render(card: Card, training: Mapping[str, Any]) -> str:
    """The card as Markdown with the hub's YAML head. `training` is plain facts: recipe, seeds, dev score and so on."""
    head = ["---", "pipeline_tag: token-classification", "library_name: transformers"]
    if card.language:
        head.append(f"language: {card.language}")
    head += ["tags:", "- named-entity-recognition", "- spanloom", "---"]
    parts = [
        "\n".join(head),
        f"# {card.title}",
        f"Named entity recognition, IOB2 over: {', '.join(training['tags'])}.\n\nEncoder: {card.encoder or 'unknown'}.",
        "## Data\n" + _lines(card.data),
        "## Training\n" + _table(training),
        "## Scores\n" + _scores(card.scores, card.level),
        "## Licences\n" + _lines(card.licences),
        "## Limits\n" + _lines(card.limits),
        "## Use\n```python\nfrom transformers import AutoModelForTokenClassification, AutoTokenizer\n\n"
        'model = AutoModelForTokenClassification.from_pretrained("FOLDER")\n'
        'tokenizer = AutoTokenizer.from_pretrained("FOLDER")\n```\n'
        "A word's tag is that of its first subword.",
    ]
    return "\n\n".join(parts) + "\n"


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) if lines else "Unknown."


def _table(facts: Mapping[str, Any]) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in facts.items() if name != "tags"]
    return "\n".join(["| | |", "|---|---|", *rows])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items() if v is not None)
    return f"{value:.4f}" if isinstance(value, float) else str(value).replace("|", "\\|").replace("\n", " ")


def _scores(rows: Sequence[Mapping[str, Any]], level: float) -> str:
    if not rows:
        return (
            "Not scored on a test set yet when this was written. The dev span F1 above chose the model, and is no "
            "estimate of how it does on other text."
        )
    head = [f"| test set | span F1 over | F1 | {level:.0%} interval |", "|---|---|---|---|"]
    return "\n".join(
        head
        + [
            f"| {_cell(r['test'])} | {_cell(r['reading'])} | {r['f1']:.4f} | {r['lo']:.4f} to {r['hi']:.4f} |"
            for r in rows
        ]
    )
