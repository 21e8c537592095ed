"""Models that are kept: the best of its place by dev score, on the disk and in rows; cards, tagging, and sweeping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spanloom.contracts.arm import Arm
from spanloom.contracts.pinned import PINNED
from spanloom.contracts.spec import check_spec
from spanloom.contracts.training import EncoderSpec
from spanloom.data.languages import complete_spec
from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom.store import runs
from spanloom.store.settle import settle
from spanloom_generator.submit import submit
from spanloom_trainer.api.models import model_routes
from spanloom_trainer.models import store as model_store
from spanloom_trainer.models.card import Card, render
from spanloom_trainer.models.cards import facts_for_card
from spanloom_trainer.models.store import ExportedModel, Housekeeping
from spanloom_trainer.process.tag_child import TagChild
from support.cluster import demo_language, tiny_training
from support.stored import execute, select, store_run

E5 = "intfloat/multilingual-e5-small"
CarryOut = Callable[[str], None]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def http(db: Engine, models: Path) -> Iterator[TestClient]:
    child = TagChild(models)
    app = create_app("t", settings=load_settings(), routers=[model_routes(db, child)])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
    child.close()


def folders(models: Path) -> set[str]:
    """`job/attempt` of every model folder on the disk."""
    return {f"{path.parent.parent.name}/{path.parent.name}" for path in models.glob("*/*/model.safetensors")}


def rows(db: Engine) -> dict[str, Any]:
    return {row.id: row for row in select(db, "SELECT * FROM models")}


@pytest.mark.slow
def test_the_best_by_dev_score_is_kept_and_can_be_used(
    db: Engine, carry_out: CarryOut, models: Path, http: TestClient
) -> None:
    learns = {"learning_rate": 0.003, "epochs": 12, "restarts": 0}
    run = store_run(db, training_seeds=[1, 2, 3], recipe=learns)
    carry_out(run)
    scores = {
        row.id: max(look["dev_f1"] for look in row.outcome["tries"][0]["history"])
        for row in select(db, "SELECT id, outcome FROM jobs WHERE run_id = :run", run=run)
    }
    best = max(scores, key=lambda job: (scores[job], job))
    (kept,) = http.get("/v1/models").json()["items"]
    assert (kept["id"], kept["dev_f1"], kept["size"], kept["language"]) == (best, scores[best], 30, "da")
    assert folders(models) == {f"{best}/1"}
    assert [path.name for path in models.iterdir()] == [best], "the others' folders are gone"
    assert http.get(f"/v1/models/{best}").json() == kept
    assert kept["test"]["da"]["lo"] <= kept["test"]["da"]["f1"] <= kept["test"]["da"]["hi"]

    on_disk = Path(kept["path"]) / "README.md"
    assert "Not scored on a test set yet" in on_disk.read_text()
    Housekeeping(db, models, every_s=60).tidy()
    card = http.get(f"/v1/models/{best}/card")
    assert card.headers["content-type"].startswith("text/markdown")
    assert on_disk.read_text() == card.text
    f1, lo, hi = (kept["test"]["da"][name] for name in ("f1", "lo", "hi"))
    for said in (f"| {f1:.4f} | {lo:.4f} to {hi:.4f} |", "95% interval", "training seed", "B-PER", "Trained on 30 of",
                 "none needed, the demo corpus is made up", "## Limits"):  # fmt: skip
        assert said in card.text

    tagger = AutoModelForTokenClassification.from_pretrained(kept["path"])
    assert tagger.config.id2label[1] == "B-PER"
    assert AutoTokenizer.from_pretrained(kept["path"]).is_fast
    answer = http.post(f"/v1/models/{best}/tag", json={"text": "Anna Li bor i Aarhus.\n\nHej!"})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["sentences"]
    assert first["tokens"] == ["Anna", "Li", "bor", "i", "Aarhus", "."]
    assert len(first["tags"]) == 6
    assert second["tokens"] == ["Hej", "!"]
    whole = http.post(f"/v1/models/{best}/tag", json={"sentences": [first["tokens"]]}).json()["sentences"]
    assert whole == [first]
    for entity in first["entities"]:
        assert entity["text"] == " ".join(first["tokens"][entity["start"] : entity["end"]])


@pytest.mark.slow
def test_pre_trained_models_are_kept_while_arms_need_them(db: Engine, carry_out: CarryOut, models: Path) -> None:
    languages = [demo_language(related={"code": "sv", "gold": {"demo": "sv"}, "cap": 30})]
    training = tiny_training(settings=["fine_tuning"], keep_models="none")
    spec = {"name": "x", "languages": languages, "sources": [{"kind": "organic"}], "training": training}
    run = submit(db, check_spec(complete_spec(spec)), key=None)[0]
    carry_out(run)
    (pretrained,) = rows(db).values()
    assert folders(models) == {f"{pretrained.id}/1"}
    assert model_store.sweep(db, models) != [], "the run is complete and keeps none"
    assert (rows(db), folders(models)) == ({}, set())

    execute(db, "UPDATE runs SET state = 'running'")
    execute(db, "UPDATE jobs SET state = 'queued', publish_after = now() WHERE kind = 'train'")
    carry_out(run)  # the arm finds no model to start from, has its pre-training done again, and is trained
    assert [row.attempt for row in select(db, "SELECT attempt FROM jobs ORDER BY kind")] == [2, 3]
    assert {row.state for row in select(db, "SELECT state FROM jobs")} == {"done"}
    assert list(rows(db)) == [pretrained.id]
    assert len(select(db, "SELECT 1 FROM evaluations")) == 2, "none is there twice"


def job_of(db: Engine, run: str, source: str = "organic") -> tuple[str, Arm]:
    settle(db, run)
    found = select(db, "SELECT id, arm FROM jobs WHERE run_id = :run ORDER BY id", run=run)
    return next((row.id, Arm.model_validate(row.arm)) for row in found if row.arm["source"] == source)


@pytest.mark.parametrize(
    ("encoder", "named", "licence"),
    [
        ("e5-small", "e5-small, its first 6 layers", f"is under MIT ({E5})"),
        (E5, f"{E5} at revision {PINNED[E5]}", f"is under MIT ({E5})"),
        ("./nowhere", "./nowhere", "has a licence of its own; see its model card"),
    ],
)
def test_a_card_tells_its_encoders_licence(db: Engine, encoder: str, named: str, licence: str) -> None:
    _, arm = job_of(db, store_run(db))
    arm = arm.model_copy(update={"encoder": EncoderSpec.model_validate(encoder)})
    with db.connect() as connection:
        card = render(Card(**facts_for_card(connection, arm)), {"tags": ["O"]})
    assert f"Encoder: {named}.\n" in card
    assert f"\n- The encoder {encoder} {licence}.\n" in card


def folder_of(models: Path, job: str, attempt: int = 1) -> Path:
    folder = models / job / str(attempt)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_better_model_takes_the_place_whichever_comes_first(db: Engine, models: Path) -> None:
    run = store_run(db, training_seeds=[1, 2, 3])
    settle(db, run)
    jobs = [(row.id, Arm.model_validate(row.arm)) for row in select(db, "SELECT id, arm FROM jobs ORDER BY id")]
    made = [
        ExportedModel(folder_of(models, job), 7, dev, {}) for (job, _), dev in zip(jobs, (0.5, 0.7, 0.6), strict=True)
    ]
    for (job, arm), one in zip(jobs, made, strict=True):
        with db.begin() as connection:
            place = model_store.export_policy(connection, arm).place
            gone = model_store.put(connection, arm, job, one, place)
        model_store.discard_later(gone)
    assert list(rows(db)) == [jobs[1][0]]
    assert folders(models) == {f"{jobs[1][0]}/1"}
    with db.connect() as connection:
        assert model_store.export_policy(connection, jobs[0][1]).incumbent == (0.7, jobs[1][0])


@pytest.mark.parametrize(("keep", "wanted"), [("all", True), ("none", False)])
def test_all_and_none(db: Engine, keep: str, wanted: bool) -> None:
    _, arm = job_of(db, store_run(db, keep_models=keep))
    with db.connect() as connection:
        assert model_store.export_policy(connection, arm) == model_store.ExportPolicy(wanted)
        assert model_store.export_policy(connection, arm.model_copy(update={"kind": "pretrain"})).export


def test_a_crash_between_export_and_finish_leaves_nothing_that_counts(
    db: Engine, models: Path, http: TestClient
) -> None:
    job, arm = job_of(db, store_run(db))
    folder_of(models, job, 1)
    assert model_store.sweep(db, models) == [], "the job may still be held by whoever wrote it"
    assert http.get("/v1/models").json()["items"] == []
    made = ExportedModel(folder_of(models, job, 2), 7, 0.5, {})
    with db.begin() as connection:
        model_store.put(connection, arm, job, made, None)
    execute(db, "UPDATE jobs SET state = 'done' WHERE id = :id", id=job)
    model_store.sweep(db, models)
    assert folders(models) == {f"{job}/2"}
    assert [item["id"] for item in http.get("/v1/models").json()["items"]] == [job]


def test_resume_points_go_with_their_jobs(db: Engine, models: Path) -> None:
    run = store_run(db, training_seeds=[1, 2])
    settle(db, run)
    failed, waiting = (row.id for row in select(db, "SELECT id FROM jobs ORDER BY id"))
    points = [models / name / "resume.safetensors" for name in (failed, waiting, "somebody-elses")]
    for point in points:
        point.parent.mkdir(parents=True)
        point.write_bytes(b"x")
    execute(db, "UPDATE jobs SET state = 'failed' WHERE id = :id", id=failed)
    model_store.sweep(db, models)
    assert [point.exists() for point in points] == [False, True, True]
    with db.begin() as connection:
        runs.cancel(connection, run)
    model_store.sweep(db, models)
    assert [point.exists() for point in points] == [False, False, True]


def test_what_cannot_be_tagged_is_refused(db: Engine, models: Path, http: TestClient) -> None:
    job, arm = job_of(db, store_run(db))
    with db.begin() as connection:
        model_store.put(connection, arm, job, ExportedModel(models / job / "1", 7, 0.5, {}), None)
    for body in ({}, {"text": "  \n"}, {"sentences": []}, {"sentences": [[]]}, {"text": "a", "sentences": [["a"]]}):
        assert http.post(f"/v1/models/{job}/tag", json=body).status_code == 422
    missing = http.post(f"/v1/models/{job}/tag", json={"text": "a"})
    assert (missing.status_code, "not on this trainer's disk" in missing.json()["detail"]) == (404, True)
    for path in ("/v1/models/nobody", "/v1/models/nobody/card"):
        assert http.get(path).status_code == 404
