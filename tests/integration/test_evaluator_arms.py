"""A run's arms from real rows: facts, intervals, tests between sources, views, drawings and the report, over HTTP."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from experiments.whole_sets import whole_sets
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.contracts.spec import RunSpec
from spanloom.store.gold_used import gold_used
from spanloom.version import version
from spanloom_evaluator.report.command import gather
from spanloom_evaluator.report.page import render_report
from spanloom_evaluator.score.intervals import bootstrap_all
from spanloom_evaluator.score.significance import compare_all, holm
from spanloom_evaluator.web.queries.compare import arms_of, runs_compared
from support.cluster import replay_source
from support.evaluated import Evaluate, rows
from support.recordings import write_recording
from support.served import reading
from support.stored import ORGANIC, execute, select, store_run


def test_a_row_can_be_read_alone(db: Engine, http: TestClient, run: str, evaluate: Evaluate) -> None:
    evaluate("organic", 0.1, facts={"dev": "gold"})
    (row,) = rows(http, "", run)
    (test,) = select(db, "SELECT * FROM datasets WHERE run_id = :run AND split = 'test'", run=run)
    expected = {
        "run": run, "run_name": "stored", "language": "da", "language_name": "Danish", "family": "Indo-European",
        "script": "Latn", "in_xlmr": True, "source": "organic", "source_kind": "organic", "source_model": None,
        "setting": "from_scratch", "control": "epochs", "size": 30, "size_asked": 30,
        "train_sentences": 30, "dev": "gold", "gold_used": 90,
        "subset_seed": 1, "training_seed": 1, "restarts": 2, "collapsed": False, "encoder": "tiny", "version": 1,
        "interval_of": "test sampling only", "test_set": test.id, "test_sha256": test.content_sha256,
        "test_sentences": test.accepted, "training_seconds": 1.5, "updates": 9, "code_version": version(),
        "method": "direct", "label_mapping": "identity", "metric_version": 1,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["lo"] < row["f1"] < row["hi"]
    figures = ("strict", "boundary", "partial", "type", "macro", "weighted")
    assert all(0 < row[f"{name}_f1"] <= 1 for name in figures)
    assert row["exact"] <= row["entity_span_accuracy"]
    assert [row["train_tokens"] > 30, row["train_entities"] > 0, row["test_tokens"] > 0] == [True] * 3
    assert row["entities_seen"] + row["entities_unseen"] == row["test_entities"]
    assert (row["recall_seen"], row["entities_seen"]) == (None, 0), "the demo corpus tests names that it never trains"
    assert row["test_in_training"] == 0
    assert row["readings"]["labels"].keys() == {"PER", "ORG", "LOC"}


def test_gold_used_counts_each_sentence_once(db: Engine, tmp_path: Path) -> None:
    write_recording(tmp_path / "r.jsonl", calls=20)
    run = store_run(db, ORGANIC, replay_source(tmp_path / "r.jsonl", calls=20))
    spec = RunSpec.model_validate(select(db, "SELECT spec FROM runs WHERE id = :run", run=run)[0].spec)

    def used(dataset: str, dev: str | None = None, kind: Any = "train", size: int = 30) -> int | None:
        arm = Arm(
            run_id=run, kind=kind, language="da", source="x", setting="from_scratch", size=size, size_asked=size,
            train_dataset=f"{run}.da.{dataset}.train.v1", dev="gold" if dev else "held_out", tests=("da",),
            dev_dataset=f"{run}.da.{dev}.dev.v1" if dev else None, encoder=spec.training.encoder,
            recipe=spec.training.recipe, steps=None, related=None, needs=None, subset_seed=1, training_seed=1,
        )  # fmt: skip
        with db.connect() as connection:
            return gold_used(connection, arm)

    seeds = {n for row in select(db, "SELECT seeds FROM prompts WHERE run_id = :run", run=run) for n in row.seeds}
    dev = select(db, "SELECT accepted FROM datasets WHERE id = :id", id=f"{run}.da.gold.dev.v1")[0].accepted
    assert 10 < len(seeds) <= 200
    assert used("gold") == 30
    assert used("gold", "gold") == 30 + dev
    assert used("recorded") == len(seeds)
    assert used("recorded", "gold", size=7) == len(seeds) + dev
    assert used("gold", kind="pretrain") == 0
    execute(db, "UPDATE prompts SET seeds = '{}'")
    assert used("recorded") is None


def test_what_the_training_data_held_of_the_test_set(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    execute(db, """
UPDATE samples s SET tokens = t.tokens, ner_tags = t.ner_tags FROM samples t
 WHERE t.dataset_id = :run || '.da.gold.test.v1' AND s.dataset_id = :run || '.da.gold.train.v1'
   AND t.candidate_index = 0 AND s.candidate_index = (SELECT min(candidate_index) FROM samples x
        WHERE x.dataset_id = s.dataset_id)""", run=run)  # fmt: skip
    total = select(db, "SELECT accepted FROM datasets WHERE id = :run || '.da.gold.train.v1'", run=run)[0].accepted
    evaluate("organic", 0.1, size=total)
    (row,) = rows(http, "", run)
    assert row["test_in_training"] == 1
    assert 0 < row["entities_seen"] < row["test_entities"]
    found = row["recall_seen"] * row["entities_seen"] + row["recall_unseen"] * row["entities_unseen"]
    assert found / row["test_entities"] == pytest.approx(row["recall"])


def test_intervals_resample_seeds_and_the_last_seed_sees_all(http: TestClient, run: str, evaluate: Evaluate) -> None:
    for size in (10, 20):
        evaluate("organic", 0.2, size=size)
    counts = [evaluate("organic", noise, seed=seed) for seed, noise in ((1, 0.1), (2, 0.2), (3, 0.3))]
    found = rows(http, "/f1_by_size", run)
    assert [(row["size"], row["seeds"], row["interval_of"]) for row in found] == [
        (10, 1, "test sampling only"), (20, 1, "test sampling only"), (30, 3, "training seeds and test sampling")
    ]  # fmt: skip
    expected = bootstrap_all(counts, rng_seed=3535)["f1"]
    assert [found[2][name] for name in ("f1", "lo", "hi")] == pytest.approx([expected.f1, expected.lo, expected.hi])
    assert all(row["lo"] < row["f1"] < row["hi"] for row in found)


def test_evaluations_of_an_older_schema_are_taken_in(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    for seed in (1, 2):
        evaluate("organic", 0.1, seed=seed)
    before = rows(http, "/f1_by_size", run)
    execute(db, "DELETE FROM arm_scores")
    execute(db, "UPDATE evaluations SET facts = facts - 'arm'")
    assert [row["lo"] for row in rows(http, "/f1_by_size", run)] == [None]
    evaluate("recorded", 0.2)
    assert rows(http, "/f1_by_size", run)[0] == before[0]
    assert len(rows(http, "/significance", run)) == 1


def test_significance_is_that_of_the_counts_at_equal_sizes(http: TestClient, run: str, evaluate: Evaluate) -> None:
    good = [evaluate("organic", 0.05, seed=s) for s in (1, 2)]
    bad = [evaluate("recorded", 0.3, seed=s) for s in (3, 4)]
    evaluate("recorded", 0.3, size=50)
    evaluate("recorded", 0.3, facts={"control": "step_matched"})
    evaluate("recorded", 0.3, setting="fine_tuning")
    evaluate("related", 0.3, size=0)
    (row,) = rows(http, "/significance", run)
    expected = compare_all(good, bad, rng_seed=3535)["f1"]
    assert (row["source"], row["other"], row["size"], row["seeds"], row["other_seeds"]) == (
        "organic", "recorded", 30, 2, 2
    )  # fmt: skip
    assert {name: row[name] for name in expected._fields} == pytest.approx(expected._asdict())
    assert row["p_holm"] == row["p"]
    compared = {(r["control"], r["size"], r["source"]) for r in rows(http, "/source_comparison", run)}
    assert compared == {("epochs", 30, "organic"), ("epochs", 30, "recorded")}


def test_arms_alike_in_two_runs_are_tested_in_pairs(db: Engine, run: str, evaluate: Evaluate) -> None:
    for seed in (1, 2):
        evaluate("organic", 0.02, seed=seed)
        evaluate("llm", 0.4, seed=seed)
    with db.connect() as connection:
        llm, organic = sorted(arms_of(connection, run), key=lambda arm: arm["source"])
        # As if another run's organic arm had scored what the llm's did here.
        ((row,), pairs) = runs_compared(connection, [organic], [{**llm, "source": "organic"}, {**llm, "size": 7}])
        ((same,), _) = runs_compared(connection, [organic], [organic])
        assert runs_compared(connection, [organic], [llm]) == ([], 0), "no arm alike"
    assert pairs == 1
    assert row["test"].difference == pytest.approx(organic["f1"] - llm["f1"])
    assert row["test"].lo > 0
    assert row["told_apart"]
    assert row["collapsed"] == (0.0, 0.0)
    assert (same["test"].difference, same["told_apart"]) == (0.0, False)


def test_whole_sets_of_unequal_size_are_tested_in_pairs(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    evaluate("organic", 0.02, size=30, size_asked=50)
    evaluate("llm", 0.4, size=20, size_asked=50)
    evaluate("other", 0.4, size=20, size_asked=20)
    with db.connect() as connection:
        (row,) = whole_sets(connection, run, rows(http, "/f1_by_size", run))
    assert {row["source"], row["other"]} == {"organic, 30", "llm, 20"}
    assert abs(row["difference"]) == pytest.approx(abs(row["f1"] - row["other_f1"]))
    assert row["p_holm"] == row["p"] < 0.05


def test_each_way_stands_beside_zero_shot_and_the_largest_organic_arm(
    http: TestClient, run: str, evaluate: Evaluate
) -> None:
    evaluate("organic", 0.3, size=0, setting="fine_tuning")
    evaluate("organic", 0.2, size=10)
    evaluate("organic", 0.1, size=20)
    evaluate("recorded", 0.15, size=10)
    scored = {(row["source"], row["size"]): row["f1"] for row in rows(http, "/f1_by_size", run)}
    found = {(row["source"], row["size"]): row for row in rows(http, "/transfer_comparison", run)}
    assert found.keys() == scored.keys()
    zero_shot, organic = scored["organic", 0], scored["organic", 20]
    for place, row in found.items():
        assert (row["f1"], row["f1_zero_shot"], row["f1_organic"], row["size_organic"]) == (
            scored[place], zero_shot, organic, 20
        )  # fmt: skip
        assert row["over_zero_shot"] == pytest.approx(scored[place] - zero_shot)
        assert row["over_organic"] == pytest.approx(scored[place] - organic)
        assert (row["p_zero_shot"] is None) == (place == ("organic", 0)), "tested against zero-shot in any setting"
        if row["p_zero_shot"] is not None:
            assert row["lo_over_zero_shot"] < row["over_zero_shot"] < row["hi_over_zero_shot"]
    assert found["organic", 20]["p_zero_shot"] < 0.05
    assert {(row["family"], row["script"], row["in_xlmr"], row["related"]) for row in found.values()} == {
        ("Indo-European", "Latn", True, None)
    }
    shown = http.get(f"/runs/{run}/results").text.partition('id="transfer"')[2].partition('id="collapse"')[0]
    assert "/v1/results/transfer_comparison.json" in shown
    for row in found.values():
        for name in ("f1", "boundary_f1", "entity_span_accuracy", "over_zero_shot"):
            assert (f"{row[name]:+.3f}" if name == "over_zero_shot" else f"{row[name]:.3f}") in shown


def test_without_zero_shot_readings_stand_side_by_side_and_nothing_is_drawn(
    http: TestClient, run: str, evaluate: Evaluate
) -> None:
    evaluate("organic", 0.2)
    shown = http.get(f"/runs/{run}/results").text.partition('id="transfer"')[2].partition('id="collapse"')[0]
    assert "Boundary F1" in shown
    assert "transfer_comparison.json" not in shown


def test_holm_over_the_tests_of_a_language(http: TestClient, run: str, evaluate: Evaluate) -> None:
    for size in (10, 20, 30):
        for source, noise in (("a", 0.10), ("b", 0.12), ("c", 0.25)):
            evaluate(source, noise + size / 1000, size=size)
    found = rows(http, "/significance", run)
    assert len(found) == 9
    assert [row["p_holm"] for row in found] == pytest.approx(holm([row["p"] for row in found]))
    assert 0 < sum(row["p_holm"] < 0.05 for row in found) < 9


def test_first_tries_are_the_headline(http: TestClient, run: str, evaluate: Evaluate) -> None:
    evaluate("organic", 0.9, seed=1)
    evaluate("organic", 0.1, seed=2)
    first = rows(http, "/f1_by_size", run)[0]
    assert first["f1_with_restarts"] == first["f1"], "nothing was restarted"
    evaluate("organic", 0.05, seed=1, method="direct+restarts")
    (row,) = rows(http, "/f1_by_size", run)
    assert (row["seeds"], row["collapse_rate"]) == (2, 0.5)
    assert [row[name] for name in ("f1", "lo", "hi")] == pytest.approx([first[name] for name in ("f1", "lo", "hi")])
    by_try = sorted(rows(http, "", run), key=lambda row: (row["method"], row["training_seed"]))
    collapsed, learnt, again = (row["f1"] for row in by_try)
    assert collapsed < 0.5 < again
    assert row["f1"] == pytest.approx((collapsed + learnt) / 2)
    assert row["f1_with_restarts"] == pytest.approx((again + learnt) / 2)
    (source,) = rows(http, "/collapse_by_source", run)
    found = [source[name] for name in ("source", "trainings", "collapsed", "still_collapsed", "collapse_rate")]
    assert found == ["organic", 2, 1, 0, 0.5]
    assert [source["f1"], source["f1_with_restarts"]] == pytest.approx([row["f1"], row["f1_with_restarts"]])
    assert [row["method"] for row in rows(http, "/leaderboard", run)] == ["direct", "direct"]
    assert len(rows(http, "", run)) == 3


def test_filters_and_csv_over_pages(http: TestClient, run: str, evaluate: Evaluate) -> None:
    for source in ("organic", "recorded"):
        for seed in (1, 2):
            evaluate(source, 0.2, seed=seed)
    assert len(rows(http, "", run)) == 4
    assert [row["source"] for row in rows(http, "", run, source="recorded", training_seed=2)] == ["recorded"]
    nothing = {"language": "sv", "size": 31, "control": "step_matched", "method": "x", "setting": "fine_tuning"}
    for name, value in nothing.items():
        assert rows(http, "", run, **{name: value}) == []
    for path in ("/v1/results", "/v1/results/leaderboard"):
        whole = http.get(path, params={"run": run}).json()["items"]
        seen: list[dict[str, str]] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = {"run": run, "format": "csv", "limit": "3", **({"cursor": cursor} if cursor else {})}
            page = http.get(path, params=asked)
            assert page.headers["content-type"].startswith("text/csv")
            seen += csv.DictReader(io.StringIO(page.text))
            cursor = page.headers.get("x-next-cursor")
        assert [row["evaluation"] for row in seen] == [row["evaluation"] for row in whole]
        assert [float(row["f1"]) for row in seen] == [row["f1"] for row in whole]
    assert http.get("/v1/results?format=xml").status_code == 422


@pytest.mark.parametrize("view", ["significance", "f1_by_size", "leaderboard"])
def test_a_run_that_is_not_there(http: TestClient, run: str, view: str) -> None:
    assert http.get(f"/v1/results/{view}?run=nobody").status_code == 404
    assert http.get(f"/v1/results/{view}.png?run=nobody").status_code == 404
    nothing = http.get(f"/v1/results/{view}.png?run={run}")
    assert (nothing.status_code, nothing.json()["detail"]) == (404, "there are no results to draw yet")


def test_drawings(http: TestClient, run: str, evaluate: Evaluate) -> None:
    for control in ("epochs", "step_matched"):
        for source in ("organic", "recorded"):
            evaluate(source, 0.2, facts={"control": control})
    for view in ("f1_by_size", "source_comparison", "significance", "leaderboard"):
        png = http.get(f"/v1/results/{view}.png?run={run}")
        assert png.headers["content-type"] == "image/png"
        assert png.content.startswith(b"\x89PNG")
    drawn = http.get(f"/v1/results/f1_by_size.svg?run={run}&by=gold_used")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "gold sentences used" in drawn.text
    assert "from scratch, equal number of updates" in drawn.text
    assert "vega-lite" in http.get(f"/v1/results/f1_by_size.json?run={run}").json()["$schema"]
    assert http.get(f"/v1/results/f1_by_size.pdf?run={run}").status_code == 422
    assert "run_summary is not drawn" in http.get("/v1/results/run_summary.png").json()["detail"]
    assert http.get(f"/v1/results/f1_by_size.svg?run={run}&by=weather").status_code == 422


def test_report_of_a_run(db: Engine, http: TestClient, run: str, evaluate: Evaluate) -> None:
    evaluate("organic", 0.05)
    evaluate("recorded", 0.7)
    execute(db, "UPDATE runs SET ended_at = now() WHERE id = :run", run=run)

    with reading(http) as api:
        data = gather(api, run, samples=3)
    assert data.title == "stored"
    assert sorted(data.trainings, key=lambda row: str(row["source"])) == [
        {"language": "da", "source": source, "setting": "from_scratch", "collapsed": collapsed, "restarts": 2}
        for source, collapsed in (("organic", False), ("recorded", True))
    ]
    assert [row["source"] for row in data.significance] == ["organic"]
    page = render_report(data)
    assert [(row["source"], row["size"]) for row in data.transfer_comparison] == [("organic", 30), ("recorded", 30)]
    for said in (run, "boundary F1", "span accuracy", "trainings, 1 collapsed", "1 of 1", "name: stored", "tiny"):
        assert said in page


def test_a_failed_read_fails_the_evaluation_alone(db: Engine, run: str, evaluate: Evaluate) -> None:
    evaluate("organic", 0.1)
    execute(db, "DELETE FROM predictions")
    evaluate("organic", 0.1, method="direct+restarts", predicted=False)
    failed = select(db, "SELECT state, reason FROM evaluations ORDER BY id")
    assert [row.state for row in failed] == ["done", "failed"]
    assert "predictions are not stored" in failed[1].reason


def test_advice_over_http_is_kept_until_another_evaluation_ends(
    db: Engine, http: TestClient, run: str, evaluate: Evaluate
) -> None:
    for size, noise in ((10, 0.5), (20, 0.3), (40, 0.2), (80, 0.1)):
        evaluate("organic", noise, size=size, facts={"source_kind": "organic", "gold_used": size})
    evaluate("toy", 0.25, size=80, facts={"source_kind": "synthetic", "gold_used": 10})
    (advice,) = rows(http, "/advice", run)
    (worth,) = advice["equivalents"]
    assert (worth["source"], worth["smallest"], worth["largest"]) == ("toy", 10, 80)
    assert 20 < worth["sentences"] < 40
    assert [item["sentences"] for item in advice["next_sentences"]] == [120, 160]
    (row,) = rows(http, "/gold_equivalents", run)
    assert row["sentences"] == pytest.approx(worth["sentences"])
    assert select(db, "SELECT evaluations FROM advice") == [(5,)]
    evaluate("toy", 0.9, size=40, facts={"source_kind": "synthetic", "gold_used": 10})
    (again,) = rows(http, "/advice", run, price_per_sentence=0.5)
    assert len(again["equivalents"]) == 2
    organic = next(cost for cost in again["costs"] if cost["source"] == "organic" and cost["size"] == 80)
    assert organic["price"] == 0.5 * organic["annotated"] > 0
    assert organic["price_per_point"] == pytest.approx(organic["price"] / organic["points"])
    assert http.get("/v1/results/advice", params={"run": "none"}).status_code == 404
