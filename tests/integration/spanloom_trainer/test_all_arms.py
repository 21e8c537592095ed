"""Every way to a tagger of the target as an arm of one run: transfer, translation, synthetic and labelled data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.spec import check_spec
from spanloom.data.demo import DEMO_SCHEMA, demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.ner.formats import sample_format
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom_evaluator.report.command import gather
from spanloom_evaluator.report.figures import CHARTS
from spanloom_evaluator.report.page import render_report
from spanloom_evaluator.report.plots import ZERO_SHOT, f1_by_size
from spanloom_evaluator.web.queries.results import comparison
from spanloom_generator.submit import submit
from support.cluster import demo_language, replay_source, tiny_training
from support.common import ROOT
from support.mirror import MirrorAligner, call_and_judge, mirrored
from support.recordings import write_recording
from support.served import reading, served
from support.stored import select
from support.tiny_gliner import make_gliner

pytestmark = pytest.mark.slow
SWEDISH, DANISH = demo_corpus("sv")["train"][:60], demo_corpus("da")
TEXT = [Sentence((*s.tokens[:-1], "altid", "."), (*s.tags[:-1], 0, 0)) for s in DANISH["dev"][:30]]
UNKNOWN = next(s.tokens[span.start] for s in SWEDISH for span in spans_of(s.tags) if span.end - span.start == 1)
TRAINED = {"organic", "recorded", "translate_train", "mixed", "silver", "annotate"}
READINGS = ("f1", "boundary_f1", "entity_span_accuracy")
UNTRAINED = {("related", "direct"), *((name, name) for name in ("translate_test", "llm_tag", "tagger"))}


def completions(sentences: list[Sentence], path: Path) -> dict[str, Any]:
    lines = (sample_format("entities").render(sentence, DEMO_SCHEMA) for sentence in sentences)
    path.write_text("".join(json.dumps({"raw_output": line}) + "\n" for line in lines))
    return {"kind": "replay", "files": {"da": str(path)}, "model": "an LLM"}


def specification(folder: Path) -> dict[str, Any]:
    (folder / "there.txt").write_text(mirrored(s.tokens for s in SWEDISH))
    (folder / "back.txt").write_text(mirrored(s.tokens for s in DANISH["test"]))
    (folder / "text.txt").write_text("".join(" ".join(s.tokens) + "\n" for s in TEXT))
    rows = [("".join(f"{w}\t{t}\n" for w, t in zip(s.tokens, DEMO_SCHEMA.names(s.tags), strict=True))) for s in TEXT]
    (folder / "silver.tsv").write_text("\n".join(rows))
    write_recording(folder / "recorded.jsonl", calls=10)
    model = make_gliner(folder / "gliner", " ".join(w for s in DANISH["train"] for w in s.tokens))
    translated = {"aligner": {"encoder": "./mirror"}, "tokens": "as_given"}

    def lines(name: str) -> dict[str, Any]:
        return {"kind": "replay", "files": {"da": str(folder / name)}, "model": "mirror"}

    return {
        "name": "all-arms",
        "languages": [demo_language(related={"code": "sv", "gold": {"demo": "sv"}, "cap": 60, "distance": 0.05})],
        "sources": [
            {"kind": "organic"},
            replay_source(folder / "recorded.jsonl", calls=10, seed_pool=40),
            {"kind": "translate_train", "translator": lines("there.txt"), **translated},
            {"kind": "translate_test", "translator": lines("back.txt"), **translated},
            {"kind": "mix", "name": "mixed", "of": ["related", "organic"], "share": 0.5},
            {"kind": "dataset", "name": "silver", "files": {"da": {"file": str(folder / "silver.tsv")}}},
            {
                "kind": "annotate",
                "engine": completions(TEXT, folder / "text.jsonl"),
                "text": {"da": {"file": "text.txt", "tokens": "as_given"}},
                "seed_pool": 20,
            },
            {"kind": "llm_tag", "engine": completions(DANISH["test"], folder / "test.jsonl"), "seed_pool": 20},
            {"kind": "tagger", "model": model, "threshold": 0.3, "ask": {"PER": "people"}},
        ],
        "training": tiny_training(settings=["from_scratch", "fine_tuning"], sizes=[20], dev="held_out"),
        "evaluation": {"resamples": 100, "swaps": 100},
    }


def test_all_arms_stand_side_by_side(db: Engine, tmp_path: Path, carry_out: Callable[[str], None]) -> None:
    run, _ = submit(db, check_spec(complete_spec(specification(tmp_path))), key=None, roots=(tmp_path,))
    call_and_judge(db, run, tmp_path, MirrorAligner(frozenset({UNKNOWN})))
    carry_out(run)
    (state,) = select(db, "SELECT state, reason FROM runs WHERE id = :run", run=run)
    assert tuple(state) == ("complete", None)

    def rows(view: str) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in select(db, f"SELECT * FROM {view} WHERE run = :run", run=run)]

    points = rows("f1_by_size")
    assert {(p["source"], p["method"]) for p in points if not p["size"]} == UNTRAINED
    assert {(p["source"], p["setting"]) for p in points if p["size"]} == {
        (source, setting) for source in TRAINED for setting in ("from_scratch", "fine_tuning")
    }
    used = {p["source"]: (p["gold_used"], p["text_used"]) for p in points}
    assert used["related"] == used["translate_train"] == used["translate_test"] == used["tagger"] == (0, 0)
    assert used["organic"] == (20, 0)
    assert used["mixed"] == (10, 0)
    assert used["annotate"] == (20, len(TEXT))
    assert used["llm_tag"] == (20, 0)
    assert 0 < used["recorded"][0] <= 40

    beside = rows("source_comparison")
    assert {row["source"] for row in beside if row["size"] == 0} == {source for source, _ in UNTRAINED}
    assert {row["source"] for row in beside if row["size"] == 20} == TRAINED
    tests = rows("significance")
    pairs = {(row["setting"], row["size"], frozenset({row["source"], row["other"]})) for row in tests}
    assert len(pairs) == 2 * 15 + 6, "every two of six sources in two settings, and every two of four untrained ways"
    compared = {(row["source"], row["setting"], row["method"]): row for row in rows("transfer_comparison")}
    assert all(row["f1_zero_shot"] is not None for row in compared.values())
    assert {(row["related"], row["distance"], row["family"]) for row in compared.values()} == {
        ("sv", 0.05, "Indo-European")
    }
    assert compared["llm_tag", "fine_tuning", "llm_tag"]["f1"] == 1

    shown = (ROOT / "docs/how-to/transfer.md").read_text("utf-8").partition("```sql\n")[2].partition("```")[0]
    grouped = [row for row in select(db, shown) if row.source == "llm_tag"]
    by = [(row.family, row.script, row.in_xlmr, row.distance) for row in grouped]
    assert len(by) == 4, "by family, by script, by whether the encoder saw it, by distance"
    assert all(sum(value is not None for value in one) == 1 for one in by)
    assert {row.over_zero_shot for row in grouped} == {round(grouped[0].over_zero_shot, 3)}

    on_page = comparison(points, tests)
    assert all(row["test"] is not None for row in on_page if not row["first"])
    for view in ("source_comparison", "significance"):
        assert CHARTS[view](rows(view)).to_dict()
    drawn = f1_by_size(points, by="gold_used").to_dict()["data"]["values"]
    assert {(p["source"], p["setting"].replace(" ", "_"), p["x"], p["f1"]) for p in drawn} == {
        (ZERO_SHOT if p["source"] == "related" else p["source"], p["setting"], p["gold_used"], p["f1"]) for p in points
    }, "every way stands where its annotated sentences put it, unlabelled text costing nothing"

    with served(db) as http:
        with reading(http) as api:
            report = render_report(gather(api, run, samples=1))
        shown = http.get(f"/runs/{run}/results").text
    ways = {ZERO_SHOT} | TRAINED | {source for source, method in UNTRAINED if method != "direct"}
    said = report.partition('id="transfer"')[2].partition("</section>")[0]
    plot, table = said.partition("</figure>")[::2]
    assert "<svg" in plot
    assert all(way in plot for way in ways - {ZERO_SHOT})
    for part in (table, shown.partition('id="transfer"')[2].partition('id="collapse"')[0]):
        assert all(re.search(rf">{way}[<\s]", part) for way in ways)
        assert all(f"{row[name]:.3f}" in part for row in compared.values() for name in READINGS)
    for column in ("text used", "boundary F1", "span accuracy", "tokens out", "seconds"):
        assert f">{column}<" in table
    tagged = next(row for row in rows("results") if row["method"] == "tagger")
    assert tagged["source_model"].endswith("gliner")
    assert tagged["tagging_seconds"] > 0
    assert (tagged["train_sentences"], tagged["test_in_training"], tagged["entities_seen"]) == (0, 0, 0)
