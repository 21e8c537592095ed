"""A job as plain data, and how it is done: what the child process does for the worker."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spanloom.contracts.audit_arms import FOLDS
from spanloom.contracts.training import read_recipe
from spanloom.data.encoders import KNOWN
from spanloom.errors import SpecError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import repair_iob
from spanloom.settings import load_settings
from spanloom_trainer.audit.findings import findings_of, plain
from spanloom_trainer.audit.held_out import LOOKS, cross_fitted
from spanloom_trainer.core.base import Base, load_base, remember
from spanloom_trainer.core.outcome import TrainingProgress
from spanloom_trainer.core.tagging import span_f1
from spanloom_trainer.core.tiny import tiny_base
from spanloom_trainer.core.workspace import Workspaces
from spanloom_trainer.encoders.get import ensure
from spanloom_trainer.errors import Cancelled
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export, training_facts
from spanloom_trainer.models.ready import GlinerTagger
from spanloom_trainer.models.tagger import Tagger, described
from spanloom_trainer.process.resume import ResumePoint
from spanloom_trainer.process.supervise import fine_tune_supervised

PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def run_job(
    job: Mapping[str, Any],
    *,
    models: str | Path,
    device: str = "cpu",
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    should_pause: Callable[[], bool] = lambda: False,
    resume_every_s: float = 300.0,
    workspaces: Workspaces | None = None,
    give_way: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Do one job; returns `Outcome.as_dict()` with `model` (the folder, or None) and `bytes`.

    `workspaces` keeps the encoder's model on the device for the next job; `give_way` is called before each update, for
    the process's other jobs. A job of kind `tag` tags sentences instead (`tag_job`), one of kind `audit` judges labels
    (`audit_job`). Raises Cancelled when `should_stop()` turned true, or `should_pause()` and the resume point is
    written.

    A job is plain data:

    - `job_id`, `attempt`: the lease's; the model goes to `<models>/<job_id>/<attempt>/`
    - `train`, `dev`, `test`: sentences as `{"tokens", "tags"}`; `tags`: the label schema's names
    - `base`: `{"name": ...}` or `{"path": ...}` to load, or `{"tiny": {sizes}, "text": [tokens, ...]}` to make
    - `recipe`: as `Recipe.model_dump` wrote it
    - `seed`; `export`: whether to keep the model; `incumbent`: the (dev F1, job id) that it must be above to be kept
      (optional); `card`: fields of `Card` (optional); `onnx` (optional)
    """
    if job.get("kind") == "tag":
        return tag_job(job, device=device)
    if job.get("kind") == "audit":
        return audit_job(
            job,
            device=device,
            on_progress=on_progress or (lambda _: None),
            should_stop=lambda: should_stop() or should_pause(),  # it has no resume point
            workspaces=workspaces,
            give_way=give_way,
        )
    schema = LabelSchema(tuple(job["tags"]))
    recipe = read_recipe(job["recipe"])
    home = job_folder(models, str(job["job_id"]))
    base = base_for(job["base"])

    def tell(progress: TrainingProgress) -> None:
        if on_progress is not None:
            on_progress(progress.as_dict())

    resume = ResumePoint(home / "resume.safetensors", every_s=resume_every_s, should_pause=should_pause)
    outcome = fine_tune_supervised(
        sentences(job["train"]),
        sentences(job["dev"]),
        sentences(job["test"]),
        recipe,
        base=base,
        schema=schema,
        seed=int(job["seed"]),
        device=device,
        on_progress=tell,
        should_stop=lambda: should_stop() or (should_pause() and resume.paused),
        resume=resume,
        workspaces=workspaces,
        give_way=give_way,
    )
    dev_f1 = outcome.with_restarts.best.dev_f1
    result: dict[str, Any] = {**outcome.as_dict(), "dev_f1": dev_f1, "model": None, "bytes": 0}
    incumbent = job.get("incumbent")
    if job.get("export") and (incumbent is None or (dev_f1, str(job["job_id"])) > (incumbent[0], incumbent[1])):
        card = Card(**{"title": str(job["job_id"]), "encoder": base.name, **job.get("card", {})})
        folder = export(
            outcome, home / str(int(job["attempt"])), card=card, recipe=recipe, onnx=bool(job.get("onnx", False))
        )
        result["model"] = str(folder)
        result["training"] = training_facts(outcome, recipe)
        result["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return result


def tag_job(job: Mapping[str, Any], *, device: str = "cpu") -> dict[str, Any]:
    """Tag `sentences` (lists of words) with the exported `model`: tokens, tag names and entities of each.

    With `ask` (pairs of a label and what to ask for) and `threshold` the model is a ready zero-shot one.
    """
    tagger: Tagger | GlinerTagger
    if "ask" in job:
        tagger = GlinerTagger(str(job["model"]), job["ask"], threshold=float(job["threshold"]), device=device)
    else:
        tagger = Tagger(str(job["model"]), device=device)
    schema, words = tagger.schema, job["sentences"]
    return {"sentences": [described(schema, one, tags) for one, tags in zip(words, tagger.tag(words), strict=True)]}


def audit_job(
    job: Mapping[str, Any],
    *,
    device: str,
    on_progress: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool],
    workspaces: Workspaces | None = None,
    give_way: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Judge the labels of `train` by models that did not see the sentence: `findings`, rows of `AuditSpan` with the
    place of their sentence, the most suspicious first, and `f1`, the models' span F1 against the labels given. Raises
    Cancelled when `should_stop()` turned true."""
    schema, train = LabelSchema(tuple(job["tags"])), sentences(job["train"])
    began = told = time.monotonic()

    def on_step(done: int, steps: int) -> None:
        nonlocal told
        give_way()
        if should_stop():
            raise Cancelled("the audit was asked to stop")
        if time.monotonic() - told >= 0.5 or done == 0:
            told = time.monotonic()
            on_progress({"attempt": 0, "phase": "audit", "step": done, "steps": steps, "history": []})

    held = cross_fitted(
        train, read_recipe(job["recipe"]), base=base_for(job["base"]), schema=schema, seed=int(job["seed"]),
        device=device, workspaces=workspaces, on_step=on_step,
    )  # fmt: skip
    found = findings_of(train, held, len(schema))
    f1, _ = span_f1([s.tags for s in train], [repair_iob(one.probabilities.argmax(1).tolist()) for one in held])
    return {
        "findings": [plain(one, schema) for one in found],
        "f1": f1,
        "folds": FOLDS,
        "looks": LOOKS,
        "seconds": time.monotonic() - began,
    }


def job_folder(models: str | Path, job_id: str) -> Path:
    """`<models>/<job_id>`. Raises SpecError for an id that is no plain file name."""
    if not PLAIN_NAME.fullmatch(job_id):
        raise SpecError([("job_id", f"{job_id!r} is not a plain name (letters, digits, '.', '_', '-')")])
    return Path(models) / job_id


def sentences(rows: Sequence[Mapping[str, Any]]) -> list[Sentence]:
    """Sentences as they came over the pipe."""
    return [Sentence(tuple(row["tokens"]), tuple(row["tags"])) for row in rows]


def base_for(plain: Mapping[str, Any]) -> Base:
    """The base a job names: loaded, or made, once a process."""
    if "tiny" not in plain:
        place = str(plain.get("path") or plain["name"])
        if place in KNOWN:
            place = str(ensure(place, load_settings().cache, revision=plain.get("revision")))
        return load_base(place, revision=plain.get("revision"), layers=plain.get("layers"))
    sizes = dict(plain["tiny"])
    text = [Sentence(tuple(tokens), (0,) * len(tokens)) for tokens in plain["text"]]
    key = "tiny:" + hashlib.sha256(json.dumps([sizes, plain["text"]], sort_keys=True).encode()).hexdigest()
    if "vocabulary" in sizes:
        sizes["vocab"] = sizes.pop("vocabulary")
    return remember(key, lambda: tiny_base(text, **sizes))
