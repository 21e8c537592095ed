"""A ready zero-shot model: what it is asked, and its answers as tags."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import DataError, EnvironmentMissing
from spanloom.ner.spans import orphans, spans_of
from spanloom_trainer.models.ready import WINDOW, GlinerTagger, entity_tags
from spanloom_trainer.process.jobs import run_job
from support.tiny_gliner import make_gliner

ASK = [["PER", "names of people"], ["LOC", "places"]]
ASKED = [words for _, words in ASK]
WORDS = ["Anna", "Li", "bor", "i", "Aarhus", "."]


def entity(start: int, end: int, label: str = "places", score: float = 0.9) -> dict[str, object]:
    return {"start": start, "end": end, "label": label, "score": score, "text": ""}


def test_an_entity_covers_each_word_that_it_touches() -> None:
    assert entity_tags(WORDS, [entity(0, 7, "names of people"), entity(14, 17)], ASKED) == [1, 2, 0, 0, 3, 0]


def test_of_two_that_share_a_word_the_higher_score_stays() -> None:
    both = [entity(0, 7, score=0.6), entity(5, 11, "names of people", score=0.8)]
    assert entity_tags(WORDS, both, ASKED) == [0, 1, 2, 0, 0, 0]
    assert entity_tags(WORDS, both[::-1], ASKED) == [0, 1, 2, 0, 0, 0]


@given(
    words=st.lists(st.text("abאあ", min_size=1, max_size=3), max_size=6),
    pairs=st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from(ASKED), st.floats(0, 1)), max_size=6
    ),
)
def test_whatever_is_answered_tags_are_iob2_over_every_word(
    words: list[str], pairs: list[tuple[int, int, str, float]]
) -> None:
    tags = entity_tags(words, [entity(a, a + n, label, score) for a, n, label, score in pairs], ASKED)
    assert len(tags) == len(words)
    assert orphans(tags) == []


@pytest.mark.slow
def test_a_model_of_the_package_tags_every_sentence_by_the_labels_asked_for(tmp_path: Path) -> None:
    model = make_gliner(tmp_path / "gliner", " ".join([*WORDS, *ASKED]))
    sentences = [WORDS, [], WORDS * (WINDOW // len(WORDS) + 1)]
    job = {"kind": "tag", "job_id": "j", "attempt": 1, "model": model, "ask": ASK, "sentences": sentences}
    low = run_job({**job, "threshold": 0.01}, models=tmp_path)["sentences"]
    assert [len(one["tags"]) for one in low] == [len(words) for words in sentences]
    assert {one["type"] for sentence in low for one in sentence["entities"]} <= {"PER", "LOC"}
    assert low[0]["entities"]
    assert any(one["start"] >= WINDOW for one in low[2]["entities"]), "a piece behind the window was left out"
    none = run_job({**job, "threshold": 0.999}, models=tmp_path)["sentences"]
    assert [one["entities"] for one in none] == [[], [], []]
    tagger = GlinerTagger(model, ASK, threshold=0.01)
    assert [spans_of(tags) for tags in tagger.tag([])] == []


def test_a_model_that_is_not_there_or_brings_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="cannot be loaded"):
        GlinerTagger(str(tmp_path), ASK)
    (tmp_path / "gliner_config.json").write_text(json.dumps({"encoder_config": {"auto_map": {"AutoModel": "x.py"}}}))
    with pytest.raises(DataError, match="auto_map"):
        GlinerTagger(str(tmp_path), ASK)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gliner", None)
    with pytest.raises(EnvironmentMissing, match=r"spanloom-trainer\[gliner\]"):
        GlinerTagger("./model", ASK)
