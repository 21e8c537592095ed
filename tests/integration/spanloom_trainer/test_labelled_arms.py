"""An LLM that labels real text, and one that tags the test set, from specification to scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from spanloom.contracts.arm import Arm
from spanloom.contracts.spec import check_spec
from spanloom.data.demo import DEMO_SCHEMA, demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.ner.formats import sample_format
from spanloom.ner.sentence import Sentence
from spanloom.store.gold_used import text_used
from spanloom.store.samples import sentences_of
from spanloom.store.versions import revalidate
from spanloom_generator.submit import submit
from support.cluster import demo_language, tiny_training
from support.mirror import call_and_judge
from support.stored import select

pytestmark = pytest.mark.slow
DANISH = demo_corpus("da")
TEXT = [Sentence((*s.tokens[:-1], "altid", "."), (*s.tags[:-1], 0, 0)) for s in DANISH["dev"][:40]]
"""Real text, so to speak: no sentence of it stands in gold."""
TEST = DANISH["test"]
ENTITIES = sample_format("entities")
WRONG, POOL = 2, 20
"""Sentences of which the LLM changes a word; gold sentences that prompts may show."""


def answers(sentences: Sequence[Sentence], path: Path) -> str:
    """Recorded completions: the sentences as they ought to be labelled, but one with other words."""
    lines = []
    for i, sentence in enumerate(sentences):
        tokens = ("Nej", *sentence.tokens[1:]) if i == WRONG else sentence.tokens
        lines.append(json.dumps({"raw_output": ENTITIES.render(Sentence(tokens, sentence.tags), DEMO_SCHEMA)}))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def specification(folder: Path) -> dict[str, Any]:
    (folder / "text.txt").write_text("".join(" ".join(s.tokens) + "\n" for s in TEXT))
    asked = {"m": 4, "seed_pool": POOL, "prices": {"input_per_million": 1, "output_per_million": 1}}
    recorded = {name: answers(of, folder / f"{name}.jsonl") for name, of in (("text", TEXT), ("test", TEST))}
    replay = {name: {"kind": "replay", "files": {"da": path}, "model": "gpt"} for name, path in recorded.items()}
    text = {"da": {"file": "text.txt", "tokens": "as_given"}}
    return {
        "name": "labelled",
        "languages": [demo_language()],
        "sources": [
            {"kind": "organic"},
            {"kind": "annotate", "engine": replay["text"], "text": text, **asked},
            {"kind": "llm_tag", "engine": replay["test"], **asked},
            {"kind": "mix", "name": "mixed", "of": ["organic", "annotate"], "share": 0.5},
        ],
        "training": tiny_training(sizes=[30], dev="held_out"),
    }


@pytest.fixture
def run(db: Engine, tmp_path: Path) -> str:
    run, _ = submit(db, check_spec(complete_spec(specification(tmp_path))), key=None, roots=(tmp_path,))
    call_and_judge(db, run, tmp_path)
    return run


def test_sentences_keep_their_words_or_are_rejected(db: Engine, run: str) -> None:
    for source, split, sentences in (("annotate", "train", TEXT), ("llm_tag", "test", TEST)):
        dataset = f"{run}.da.{source}.{split}.v1"
        with db.connect() as connection:
            assert sentences_of(connection, dataset) == [s for i, s in enumerate(sentences) if i != WRONG]
        (rejected,) = select(db, "SELECT call_index, reason FROM rejections WHERE dataset_id = :id", id=dataset)
        assert tuple(rejected) == (WRONG, "text_changed")
        yields = "SELECT * FROM yield_by_source WHERE run = :run AND source = :source"
        (told,) = select(db, yields, run=run, source=source)
        assert (told.calls_judged, told.accepted, told.cost) == (len(sentences), len(sentences) - 1, 0)


def test_the_arms_tell_what_they_used(db: Engine, run: str, carry_out: Callable[[str], None]) -> None:
    carry_out(run)
    (state,) = select(db, "SELECT state, reason FROM runs WHERE id = :run", run=run)
    assert tuple(state) == ("complete", None)
    rows = select(db, "SELECT * FROM results WHERE run = :run", run=run)
    found = {row.source: row for row in rows}
    annotated, organic = found["annotate"], found["organic"]
    assert (organic.gold_used, organic.text_used) == (30, 0)
    assert (annotated.gold_used, annotated.text_used, annotated.source_model) == (POOL, len(TEXT), "gpt")
    mixed = found["mixed"]
    assert mixed.text_used == len(TEXT)
    assert POOL <= mixed.gold_used <= POOL + 15

    (tagged,) = [row for row in rows if row.method == "llm_tag"]
    assert (tagged.source, tagged.size, tagged.gold_used, tagged.text_used) == ("llm_tag", 0, POOL, 0)
    assert (tagged.untagged, tagged.source_model, tagged.encoder) == (1, "gpt", None)
    assert tagged.precision == 1
    assert tagged.recall < 1
    assert tagged.train_sentences == POOL
    assert tagged.test_set == organic.test_set
    (job,) = select(db, "SELECT arm FROM jobs WHERE kind = 'tag' AND run_id = :run", run=run)
    with db.connect() as connection:
        assert text_used(connection, Arm.stored(job.arm)) == 0


def test_answers_are_judged_again_under_other_rules(db: Engine, run: str) -> None:
    with db.begin() as connection:
        new, fresh = revalidate(connection, f"{run}.da.annotate.train.v1", {"base": "default", "max_tokens": 3})
    assert (new, fresh) == (f"{run}.da.annotate.train.v2", True)
