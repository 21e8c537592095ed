"""The dataset card: what a dataset is, how it was made, what was refused and why. Markdown as the hub reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from spanloom.contracts.labelling import LabellingSource
from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.data.languages import find_language
from spanloom.data.named import COLLECTIONS
from spanloom.ner.schema import LabelSchema

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(dataset: Mapping[str, Any], spec: RunSpec, reasons: Sequence[Mapping[str, Any]] = ()) -> str:
    """The card of a dataset as the API describes it, of the run's specification, and its rows of `rejection_reasons`.

    The licence is that of the seeds where it is known: text written from examples under share-alike terms is a matter
    for their owner, so the card says where they came from and decides nothing.
    """
    code, source_name = str(dataset["language"]), str(dataset["source"])
    known = find_language(code)
    name = next((x.name for x in spec.languages if x.code == code and x.name), known.name if known else code)
    schema = LabelSchema(tuple(dataset["tags"]))
    licence = gold_licence(spec, code)
    head = {
        "language": [known.iso1 or known.iso3 if known else code],
        "license": "other",
        "license_name": f"that of the seed sentences: {licence}",
        "task_categories": ["token-classification"],
        "task_ids": ["named-entity-recognition"],
        "size_categories": [next((text for limit, text in _SIZES if dataset["accepted"] < limit), "n>1M")],
        "pretty_name": f"{name} NER, {source_name}",
    }
    parts = [
        "---\n" + yaml.safe_dump(head, allow_unicode=True, sort_keys=False) + "---",
        f"# {name} named entities, {source_name}",
        f"{dataset['accepted']:,} sentences, split `{dataset['split']}`, made by Spanloom in run `{dataset['run']}` "
        f"(version {dataset['version']}).",
        "## Labels\n\n" + _labels(spec, schema),
        "## How it was made\n\n" + _making(dataset, spec, source_name, code),
        "## Yield\n\n" + _yield(dataset, reasons),
    ]
    return "\n\n".join(parts) + "\n"


def gold_licence(spec: RunSpec, code: str) -> str:
    """The licence of a language's gold data, as far as it is known."""
    gold = spec.gold_of().get(code)
    if gold is not None and gold.name is not None:
        collection = COLLECTIONS.get(gold.name.partition("/")[0])
        return f"{collection.licence if collection else 'unknown'} ({gold.name})"
    if gold is not None and gold.demo is not None:
        return "none needed, the demo corpus is made up"
    return "your own data"


def _labels(spec: RunSpec, schema: LabelSchema) -> str:
    lines = ["| id | tag |", "|---|---|"]
    lines += [f"| {i} | {tag} |" for i, tag in enumerate(schema.tags)]
    meant = [f"- {name}: {spec.labels[name]}" for name in schema.types if spec.labels.get(name)]
    return "\n".join(lines) + ("\n\n" + "\n".join(meant) if meant else "")


def _making(dataset: Mapping[str, Any], spec: RunSpec, source_name: str, code: str) -> str:
    source = next((s for s in spec.sources if s.name == source_name), None)
    if not isinstance(source, SyntheticSource | LabellingSource):
        return f"Read from {(dataset.get('info') or {}).get('origin', 'gold data')}."
    engine = source.engine
    model = getattr(engine, "model", None) or "recorded by others" if engine.kind != "toy" else "trained on the seeds"
    rows = {
        "model": f"{model} (engine {engine.kind})",
        "prompt": f"{_asked(source)}, format {source.format}, constraint {source.constrain}",
        "examples a prompt": f"{source.m} gold train sentences of {code}, pool {source.seed_pool}",
        "sampling": f"temperature {in_words(source.sampling.temperature)}, top-p {in_words(source.sampling.top_p)}, "
        f"at most {in_words(source.sampling.max_tokens)} tokens, seed {source.seed}",
        "rules": f"{dataset.get('rules')}",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items())])


def _asked(source: SyntheticSource | LabellingSource) -> str:
    """What a prompt asks for."""
    if isinstance(source, SyntheticSource):
        return f"style {source.prompt.style}, {source.n} new samples a call"
    return "a sentence a call, to be labelled as it is"


def in_words(value: float | None) -> str:
    """A sampling parameter as a person reads it; null leaves it to the model."""
    return "the model's own" if value is None else f"{value:.12g}"


def _yield(dataset: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| | |", "|---|---|"]
    for key in ("calls_expected", "calls_judged", "calls_failed", "calls_without_object", "candidates", "accepted"):
        if dataset.get(key) is not None:
            lines.append(f"| {key.replace('_', ' ')} | {dataset[key]:,} |")
    histogram = sorted(reasons, key=lambda row: -int(row["rejected"]))
    if histogram:
        lines += ["", "| refused because | candidates |", "|---|---|"]
        lines += [f"| {row['reason']} | {int(row['rejected']):,} |" for row in histogram]
    return "\n".join(lines)
