"""The demo's corpus: sizes, well-formed tags, the same on every machine, and nothing leaks from train to test."""

import os
import random
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.data.demo import DEMO_LANGUAGES, DEMO_SCHEMA, DEMO_SIZES, demo_corpus
from spanloom.data.demo.corpus import Material, fill, material, read_names, read_slots, read_templates
from spanloom.errors import DataError
from spanloom.ner.sentence import content_hash
from spanloom.ner.spans import orphans, spans_of

seeds = st.integers(min_value=0, max_value=2**32)
languages = st.sampled_from(DEMO_LANGUAGES)
few = settings(max_examples=10, deadline=None)


def mentions(sentences):
    """Surface forms of all entities, genitives included."""
    return {" ".join(s.tokens[span.start : span.end]) for s in sentences for span in spans_of(s.tags)}


@given(languages, seeds)
@few
def test_sizes_tags_and_no_sentence_twice(language, seed):
    corpus = demo_corpus(language, seed)
    assert {split: len(sentences) for split, sentences in corpus.items()} == DEMO_SIZES
    everything = [s for sentences in corpus.values() for s in sentences]
    assert len({content_hash(s.tokens) for s in everything}) == sum(DEMO_SIZES.values())
    for sentence in everything:
        assert not orphans(sentence.tags)
        assert all(token and not any(c.isspace() for c in token) for token in sentence.tokens)
        assert set(sentence.tags) <= set(range(len(DEMO_SCHEMA)))


@given(seeds)
@few
def test_splits_share_no_template_no_tail_and_no_name_in_either_language(seed):
    dealt = {(lang, split): material(lang, split, seed) for lang in DEMO_LANGUAGES for split in DEMO_SIZES}
    for lang in DEMO_LANGUAGES:
        templates = Counter(t for split in DEMO_SIZES for t in dealt[lang, split].templates)
        tails = Counter(t for split in DEMO_SIZES for t in dealt[lang, split].tails)
        assert len(templates) == len(read_templates())
        assert len(tails) == len(read_slots()["tail"])
        assert set(templates.values()) == set(tails.values()) == {1}
    names = {
        split: {name for lang in DEMO_LANGUAGES for k in DEMO_SCHEMA.types for name in dealt[lang, split].fillers[k]}
        for split in DEMO_SIZES
    }
    assert not names["train"] & names["dev"]
    assert not names["train"] & names["test"]
    assert not names["dev"] & names["test"]
    assert set().union(*names.values()) == {name for some in read_names().values() for name in some}


@pytest.mark.parametrize("language", DEMO_LANGUAGES)
def test_no_mention_of_train_comes_back_in_test(language):
    corpus = demo_corpus(language)
    train, dev, test = (mentions(corpus[split]) for split in ("train", "dev", "test"))
    assert len(test) > 80
    assert not train & test
    assert not train & dev
    assert not dev & test


def test_related_language_gives_no_test_mention_away():
    assert not mentions(demo_corpus("da")["train"]) & mentions(demo_corpus("sv")["test"])


@pytest.mark.parametrize("language", DEMO_LANGUAGES)
def test_varied_enough_to_learn_from(language):
    train = demo_corpus(language)["train"]
    spans = [(span, s) for s in train for span in spans_of(s.tags)]
    by_type = Counter(span.type for span, _ in spans)
    assert min(by_type.values()) > 120
    assert sum(span.end - span.start > 1 for span, _ in spans) > 150
    assert 5 < sum(not any(s.tags) for s in train) < 60, "some sentences, not many, hold no entity"


@pytest.mark.parametrize("language", DEMO_LANGUAGES)
def test_some_names_are_of_two_types(language):
    names = read_names()
    kinds = Counter(name for kind in DEMO_SCHEMA.types for name in names[language, kind])
    assert sum(count > 1 for count in kinds.values()) >= 10
    assert all(len(names[language, kind]) >= 100 for kind in DEMO_SCHEMA.types)
    assert all(len(set(names[language, kind])) == len(names[language, kind]) for kind in DEMO_SCHEMA.types)


def test_same_in_another_process_with_another_hash_seed():
    program = (
        "from spanloom.data.demo import demo_corpus;"
        "print([(s.tokens, s.tags) for split in demo_corpus('sv').values() for s in split])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(outputs) == 1
    here = [(s.tokens, s.tags) for split in demo_corpus("sv").values() for s in split]
    assert outputs.pop().decode("utf-8").strip() == str(here)


def test_another_seed_is_another_corpus():
    assert demo_corpus("da", 1)["train"] != demo_corpus("da", 2)["train"]


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("da", "Mette Holm", ["Mette", "Holms"]),
        ("da", "Jens", ["Jens'"]),
        ("sv", "Sara Ros", ["Sara", "Ros"]),
        ("sv", "Malm", ["Malms"]),
    ],
)
def test_genitive_joins_the_last_token(language, name, expected):
    stuff = Material(language, ("{PER}s hus .",), (), {"PER": (name,)})
    sentence = fill(stuff.templates[0], stuff, random.Random(1))
    begin = DEMO_SCHEMA.id_of("B-PER")
    assert list(sentence.tokens) == [*expected, "hus", "."]
    assert list(sentence.tags) == [begin, *[begin + 1] * (len(expected) - 1), 0, 0]


def test_sentence_begins_with_a_capital_and_repeats_no_name():
    stuff = Material("sv", ("{time} möttes {PER} och {PER} .",), (), {"time": ("i går",), "PER": ("Anna", "Erik")})
    sentence = fill(stuff.templates[0], stuff, random.Random(1))
    assert sentence.tokens[:3] == ("I", "går", "möttes")
    assert {sentence.tokens[3], sentence.tokens[5]} == {"Anna", "Erik"}


def test_unknown_language_is_named_with_what_there_is():
    with pytest.raises(DataError, match=r"no language 'fi'; it has da, sv"):
        demo_corpus("fi")
