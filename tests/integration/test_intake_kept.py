"""What intake has counted stays told: samples drafted in reasoning, by call and by source; what was done to gold."""

from __future__ import annotations

import json
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from spanloom.contracts.spec import check_spec
from spanloom.data.languages import complete_spec
from spanloom.data.roots import ANYWHERE
from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom_evaluator.web.site import page_routes
from spanloom_generator.api.calls import call_routes
from spanloom_generator.submit import submit
from spanloom_validator.worker import ValidatorWorker
from support.cluster import demo_language, replay_source, tiny_training
from support.stored import complete_prompts, completion_messages, select, store_run


def sample(word: str) -> str:
    return json.dumps({"tokens": [word, "bor", "her", "."], "ner_tags": [1, 0, 0, 0]})


def test_drafts_are_told_by_call_and_by_source(db: Engine, tmp_path: Path) -> None:
    texts = [
        f"<think>perhaps {sample('Ida')} or {sample('Bo')}</think>{sample('Eva')}",
        f"I try {sample('Kim')}, no.</think>\n{sample('Ulla')}",
        sample("Per"),
        f"<think>{sample('Lis')} and then",
    ]
    recording = tmp_path / "thinking.jsonl"
    recording.write_text("".join(json.dumps({"call_idx": i, "raw_output": t}) + "\n" for i, t in enumerate(texts)))
    run_id = store_run(db, replay_source(recording, "thinking", len(texts)))
    complete_prompts(db, run_id, recording)
    ValidatorWorker(db).handle(completion_messages(db, run_id))

    calls = select(db, "SELECT call_index, drafts FROM completions WHERE run_id = :run ORDER BY 1", run=run_id)
    assert [row.drafts for row in calls] == [2, 1, 0, 1]
    (source,) = select(db, "SELECT drafts, candidates, accepted, calls_without_object FROM yield_by_source")
    assert tuple(source) == (4, 3, 3, 1)

    given = load_settings(port=0)
    app = create_app("t", settings=given, routers=[call_routes(db), page_routes(db, given)])
    with TestClient(app, base_url="http://127.0.0.1") as http:
        listed = http.get("/v1/calls", params={"run": run_id}).json()["items"]
        assert [(call["drafts"], call["outcome"]) for call in listed] == [
            (2, "judged"),
            (1, "judged"),
            (0, "judged"),
            (1, "without_object"),
        ]
        page = http.get(f"/runs/{run_id}/calls/{listed[0]['dataset_id']}.0")
        assert page.status_code == 200
        assert "<dt>Drafts in its reasoning</dt><dd>2</dd>" in page.text


def test_what_was_done_to_gold_is_kept_with_each_of_its_datasets(db: Engine, tmp_path: Path) -> None:
    sentence = "Anna\tB-PER\nBerg\tE-PER\nbor\tO\ni\tO\n{}\tS-LOC\n\n"
    places = ("Oslo", "Bergen", "Moss", "Bodø", "Tromsø", "Ski", "Halden", "Larvik", "Horten", "Hamar", "Molde", "Voss")
    for split in ("train", "test"):
        (tmp_path / f"{split}.tsv").write_text("".join(sentence.format(f"{place}{split}") for place in places * 3))
    spec = {
        "name": "gold",
        "languages": [demo_language(gold={"path": str(tmp_path)})],
        "sources": [{"kind": "organic"}],
        "training": tiny_training(),
    }
    run_id = submit(db, check_spec(complete_spec(spec)), key=None, roots=(ANYWHERE,))[0]
    rows = select(db, "SELECT split, info FROM datasets WHERE run_id = :run AND source = 'gold'", run=run_id)
    assert {row.split for row in rows} == {"train", "dev", "test"}
    for row in rows:
        notes = " ".join(row.info["notes"])
        assert "BIOES" in notes
        assert "dev" in notes
