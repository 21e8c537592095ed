"""The page over judged data: funnels that add up, filters, raw completions, corrections and their version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from spanloom.errors import Conflict
from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom.store import versions
from spanloom.store.settle import settle
from spanloom_evaluator.web.queries.run import datasets_of, funnel_of
from spanloom_evaluator.web.site import page_routes
from spanloom_validator.worker import ValidatorWorker
from support.stored import completion_messages, execute, select, store_called_run

SAME = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}
HOSTILE = ["<script>alert(1)</script>", "\u202egnp.exe", "a\u0007b", "שלום"]


@pytest.fixture
def run_id(db: Engine, tmp_path: Path) -> str:
    """A run whose 12 calls are judged."""
    run = store_called_run(db, tmp_path, calls=12)
    ValidatorWorker(db).handle(completion_messages(db, run))
    settle(db, run)
    return run


@pytest.fixture
def page(db: Engine) -> Iterator[TestClient]:
    given = load_settings(port=0)
    app = create_app("page", settings=given, routers=[page_routes(db, given)])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def _first(db: Engine, run: str, table: str = "samples") -> Any:
    return select(
        db,
        f"SELECT s.* FROM {table} s WHERE dataset_id = :id ORDER BY call_index, candidate_index LIMIT 1",
        id=f"{run}.da.recorded.train.v1",
    )[0]


def test_the_funnel_adds_up(db: Engine, run_id: str) -> None:
    with db.connect() as connection:
        (row,) = funnel_of(db, datasets_of(connection, run_id))
    parts = ("waiting", "calls_failed", "calls_without_object", "with_objects")
    assert row["calls_expected"] == 12 == sum(row[name] for name in parts)
    assert row["candidates"] == row["rejected"] + row["accepted"] > 100
    assert row["accepted"] == row["unique"] + row["repeated"] > 50


def test_every_page_of_a_run_opens(page: TestClient, run_id: str) -> None:
    for place in ("", "/samples", "/samples?verdict=rejected", "/corrections"):
        answer = page.get(f"/runs/{run_id}{place}")
        assert answer.status_code == 200, answer.text
        assert "<h1>recorded" in answer.text or "<h1>stored" in answer.text
    assert page.get("/runs/none").status_code == 404
    calls = page.get(f"/runs/{run_id}/calls?dataset={run_id}.da.recorded.train.v1").text
    assert calls.count("/calls/") == 12


def test_filters_find_what_they_name_and_pages_meet(db: Engine, page: TestClient, run_id: str) -> None:
    found = _first(db, run_id)
    word = found.tokens[0]
    text = page.get(f"/runs/{run_id}/samples", params={"q": word, "label": "PER"}).text
    assert "removed" not in text
    assert "Nothing fits this filter" in page.get(f"/runs/{run_id}/samples?q=no-such-word").text
    assert "Nothing fits this filter" in page.get(f"/runs/{run_id}/samples?mark=none").text
    number = select(db, "SELECT reason, count(*) AS n FROM rejections GROUP BY 1 ORDER BY 2 DESC LIMIT 1")[0]
    rejects = page.get(f"/runs/{run_id}/samples?verdict=rejected&reason={number.reason}").text
    assert f"<strong>{number.n}</strong> rejected" in rejects
    seen, place = [], f"/runs/{run_id}/samples"
    while place:
        shown = page.get(place).text
        seen += [part.split('"')[0] for part in shown.split('id="s-')[1:]]
        place = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in shown else ""
    (row,) = select(db, "SELECT accepted FROM datasets WHERE id = :id", id=f"{run_id}.da.recorded.train.v1")
    assert len(seen) == len(set(seen)) == row.accepted


def test_a_reject_opens_its_completion_with_its_place_marked(db: Engine, page: TestClient, run_id: str) -> None:
    reject = _first(db, run_id, "rejections")
    text = page.get(
        f"/runs/{run_id}/calls/{reject.dataset_id}.{reject.call_index}?candidate={reject.candidate_index}"
    ).text
    assert f'<mark class="rejected here" id="candidate-{reject.candidate_index}">' in text
    assert "Write" in text, "the prompt it came from"
    assert page.get(f"/runs/{run_id}/calls/none").status_code == 404


def test_hostile_text_is_text(db: Engine, page: TestClient, run_id: str) -> None:
    tokens = [*HOSTILE, *["ord"] * 9996]
    values = {"tokens": tokens, "tags": [1, *[0] * 9999], "id": f"{run_id}.da.recorded.train.v1"}
    execute(
        db,
        "UPDATE samples SET tokens = :tokens, ner_tags = :tags "
        "WHERE dataset_id = :id AND (call_index, candidate_index) = "
        "(SELECT call_index, candidate_index FROM samples WHERE dataset_id = :id ORDER BY 1, 2 LIMIT 1)",
        **values,
    )
    text = page.get(f"/runs/{run_id}/samples").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\u202e" not in text
    assert "\u0007" not in text
    assert "and 9,800 more tokens" in text


def test_corrections_are_rows_and_make_a_version(db: Engine, page: TestClient, run_id: str) -> None:
    dataset = f"{run_id}.da.recorded.train.v1"
    rows = select(db, "SELECT * FROM samples WHERE dataset_id = :id ORDER BY 2, 3 LIMIT 3", id=dataset)
    (before,) = select(db, "SELECT * FROM datasets WHERE id = :id", id=dataset)

    def correct(row: Any, action: str, tags: list[int] | None = None, **headers: str) -> Any:
        fields = {"dataset": dataset, "call": row.call_index, "candidate": row.candidate_index, "action": action}
        fields |= {"who": "Ada", "tags": json.dumps(tags or [])}
        return page.post(f"/runs/{run_id}/corrections", data=fields, headers=headers or SAME)

    assert correct(rows[0], "accept", **{"X": "1"}).status_code == 403, "no page of ours sent it"
    assert correct(rows[0], "accept").status_code == 200
    wrong = correct(rows[1], "change", [2] * len(rows[1].tokens))
    assert wrong.status_code == 422
    assert "no token before it begins" in wrong.text
    changed = [0] * len(rows[1].tokens)
    changed[0] = 1
    assert 'class="state complete_with_failures">changed' in correct(rows[1], "change", changed).text
    assert correct(rows[2], "reject").status_code == 200
    made = page.post(
        f"/runs/{run_id}/corrections/version", data={"dataset": dataset}, headers=SAME, follow_redirects=False
    )
    assert made.status_code == 303
    assert "version=2" in made.headers["location"]
    second = dataset.replace(".v1", ".v2")
    (after,) = select(db, "SELECT * FROM datasets WHERE id = :id", id=second)
    assert (after.state, after.version, after.accepted) == ("complete", 2, before.accepted - 1)
    assert (after.candidates, after.calls_judged) == (before.candidates, before.calls_judged)
    (kept,) = select(db, "SELECT count(*) AS n FROM samples WHERE dataset_id = :id", id=second)
    assert kept.n == after.accepted
    (one,) = select(
        db, "SELECT ner_tags FROM samples WHERE dataset_id = :id AND call_index = :c AND candidate_index = :i",
        id=second, c=rows[1].call_index, i=rows[1].candidate_index,
    )  # fmt: skip
    assert one.ner_tags == changed
    (hand,) = select(
        db, "SELECT count(*) AS n FROM rejections WHERE dataset_id = :id AND reason = 'by_hand'", id=second
    )
    assert hand.n == 1
    assert not select(db, "SELECT 1 FROM completions WHERE dataset_id = :id AND judged_at IS NULL", id=second)
    assert select(db, "SELECT 1 FROM jobs WHERE arm ->> 'train_dataset' = :id", id=second), "its arms are due"
    with pytest.raises(Conflict, match="newer version"), db.begin() as connection:
        versions.correct(connection, dataset)
    with pytest.raises(Conflict, match="no correction"), db.begin() as connection:
        versions.correct(connection, second)
    assert correct(rows[0], "reject").status_code == 409
    gold = page.get(f"/runs/{run_id}/corrections/gold.jsonl?dataset={dataset}").text.splitlines()
    assert len(gold) == 2, "the accepted and the changed one"
    assert json.loads(gold[1])["ner_tags"][0].startswith("B-")
    assert "Ada" in page.get(f"/runs/{run_id}/corrections").text


def test_every_match_of_a_filter_is_corrected(db: Engine, page: TestClient, run_id: str) -> None:
    dataset = f"{run_id}.da.recorded.train.v1"
    place = next(
        row.tokens[i]
        for row in select(db, "SELECT * FROM samples WHERE dataset_id = :id", id=dataset)
        for i, tag in enumerate(row.ner_tags)
        if tag == 5 and row.ner_tags[i + 1 : i + 2] == [0]
    )
    fields = {"action": "change", "mention": json.dumps([place]), "label_to": "PER", "who": "Ada"}
    answer = page.post(f"/runs/{run_id}/corrections/all?source=recorded", data=fields, headers=SAME)
    assert answer.status_code == 200, answer.text
    changed = answer.json()["corrected"]
    assert changed >= 1
    again = page.post(f"/runs/{run_id}/corrections/all?source=recorded", data=fields, headers=SAME)
    assert again.json() == {"corrected": 0}, "what is so already is not corrected again"
    rejected = page.post(f"/runs/{run_id}/corrections/all?corrected=yes", data={"action": "reject"}, headers=SAME)
    assert rejected.json() == {"corrected": changed}
    nothing = page.post(f"/runs/{run_id}/corrections/all?source=gold", data={"action": "reject"}, headers=SAME)
    assert nothing.status_code == 422
