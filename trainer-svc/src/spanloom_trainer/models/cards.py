"""Model cards from rows: what a model was trained on, under which licences, and how it scored. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from spanloom.contracts.arm import DIRECT, IDENTITY, RESTARTED, Arm
from spanloom.contracts.labelling import LabellingSource
from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.data.card import gold_licence
from spanloom.data.encoders import licence_told
from spanloom.data.split import FEW_DEV, HELD_OUT
from spanloom.data.whole import replace_file
from spanloom.errors import NotFound
from spanloom_trainer.models.card import Card, render

_SPEC = text("SELECT spec FROM runs WHERE id = :run")
_DATASET = text("SELECT kind, accepted, info ->> 'origin' AS origin FROM datasets WHERE id = :id")
_MODEL = text("SELECT facts, job_id, run_id FROM models WHERE id = :id")
_SCORES = text("""
SELECT test_set, label_mapping, labels, method, f1, lo, hi FROM results WHERE job = :job
 ORDER BY test_set, label_mapping
""")
_UNTOLD = text("""
SELECT m.id, m.path FROM models m
 WHERE NOT m.scored AND EXISTS (SELECT 1 FROM evaluations e WHERE e.job_id = m.job_id AND e.state = 'done')
   AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.job_id = m.job_id AND e.state IN ('queued', 'claimed'))
""")
_TOLD = text("UPDATE models SET scored = true WHERE id = :id")


def facts_for_card(connection: Connection, arm: Arm) -> dict[str, Any]:
    """The fields of `Card` that are known before the training: title, language, encoder, data and licences."""
    spec = RunSpec.stored(connection.execute(_SPEC, {"run": arm.run_id}).scalar_one())
    encoder = arm.encoder.name or "random weights (tiny)"
    return {
        "title": f"{arm.language}: named entities, {arm.source}, {arm.setting}, {arm.size} sentences",
        "language": arm.language,
        "encoder": encoder
        + (f" at revision {arm.encoder.revision}" if arm.encoder.revision else "")
        + (f", its first {arm.encoder.layers} layers" if arm.encoder.layers else ""),
        "data": _data(connection, arm),
        "licences": _licences(spec, arm),
        "level": spec.evaluation.confidence,
    }


def _data(connection: Connection, arm: Arm) -> list[str]:
    train = connection.execute(_DATASET, {"id": arm.train_dataset}).one()
    origin = f", read from {train.origin}" if train.origin else ""
    if arm.dev_dataset is None:
        size = max(1, round(HELD_OUT * arm.size))
        dev = f"a tenth of the training sentences, held out, about {size:,}"
    else:
        size = connection.execute(_DATASET, {"id": arm.dev_dataset}).one().accepted
        kind = "the source's own" if arm.dev == "own" else "gold"
        dev = f"{kind}, dataset `{arm.dev_dataset}` of {size:,} sentences"
    if size < FEW_DEV:
        dev += f" (fewer than {FEW_DEV}: chance has a large part in the choice)"
    lines = [
        f"Run `{arm.run_id}`, source `{arm.source}`.",
        f"Trained on {arm.size:,} of the {train.accepted:,} sentences of dataset `{arm.train_dataset}` "
        f"({train.kind}{origin}), drawn with seed {arm.subset_seed}.",
        f"Best state chosen on dev: {dev}.",
    ]
    if arm.needs is not None:
        lines.append(f"Before that it was trained on gold data of the related language {arm.related} (`{arm.needs}`).")
    return lines


def _licences(spec: RunSpec, arm: Arm) -> list[str]:
    lines = [
        f"Gold data of {code}: {gold_licence(spec, code)}"
        for code in dict.fromkeys((arm.language, arm.related))
        if code is not None
    ]
    source = next((source for source in spec.sources if source.name == arm.source), None)
    if isinstance(source, SyntheticSource | LabellingSource):
        model = getattr(source.engine, "model", None) or f"engine {source.engine.kind}"
        done = "written" if isinstance(source, SyntheticSource) else "labelled"
        lines.append(f"Training sentences were {done} by an LLM ({model}): its terms may apply to them.")
    if arm.encoder.name is not None:
        lines.append(f"The encoder {arm.encoder.name} {licence_told(arm.encoder)}.")
    return lines


def no_model(model: str) -> NotFound:
    """What is said of a model that is not kept."""
    return NotFound(f"there is no model {model!r}; `GET /v1/models` lists those that are kept")


def full_card(connection: Connection, model: str) -> str:
    """A kept model's card with its scores as far as they are known. Raises NotFound."""
    row = connection.execute(_MODEL, {"id": model}).first()
    if row is None:
        raise no_model(model)
    facts: Mapping[str, Any] = row.facts
    card = Card(**{"title": model, **facts.get("card", {}), "scores": _scores(connection, row.job_id)})
    return render(card, {"tags": [], **facts.get("training", {})})


def _scores(connection: Connection, job: str) -> list[dict[str, Any]]:
    """Scores of the try that was kept: the one after restarts, where there were any."""
    rows = connection.execute(_SCORES, {"job": job}).all()
    kept = RESTARTED if any(row.method == RESTARTED for row in rows) else DIRECT
    return [
        {
            "test": row.test_set,
            "reading": "all labels" if row.label_mapping == IDENTITY else f"shared labels: {', '.join(row.labels)}",
            "f1": row.f1,
            "lo": row.lo,
            "hi": row.hi,
        }
        for row in rows
        if row.method == kept
    ]


def refresh(db: Engine) -> int:
    """Write the scores into the card of every model that has been scored since it was exported; returns how many.

    A model whose folder is not on this machine is left to whoever has it.
    """
    with db.connect() as connection:
        untold = connection.execute(_UNTOLD).all()
    told = 0
    for row in untold:
        if not Path(row.path).is_dir():
            continue
        with db.begin() as connection:
            with replace_file(Path(row.path) / "README.md") as temporary:
                temporary.write_text(full_card(connection, row.id), encoding="utf-8")
                temporary.chmod(0o644)
            connection.execute(_TOLD, {"id": row.id})
        told += 1
    return told
