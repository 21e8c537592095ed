"""The toy LLM's parts: tokenizer, exchanged mentions, training that repeats itself, sampling by the book."""

import json
import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.data.demo import demo_corpus
from spanloom.errors import DataError, SpecError
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import orphans, spans_of
from spanloom_generator.engines.toy_mentions import exchange_mentions, mentions_of
from spanloom_generator.engines.toy_model import (
    BOS_ID,
    EOS_ID,
    ToyRecipe,
    encode,
    train_llm,
    train_tokenizer,
    write_object,
)
from spanloom_generator.engines.toy_sampler import nucleus, sample_objects

SMALL = ToyRecipe(related_steps=6, target_steps=12, hidden=32, layers=2, heads=2, vocabulary=400)
TRAIN = demo_corpus("sv")["train"][:40]
RELATED = demo_corpus("da")["train"][:40]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TRAIN, 800)


@pytest.fixture(scope="module")
def llm():
    return train_llm(TRAIN, RELATED, SMALL, on_progress=lambda progress: None)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=12), st.integers(0, 6)), min_size=1, max_size=8))
@settings(deadline=None)
def test_tokenizer_gives_every_text_back(tokenizer, pairs):
    sentence = Sentence(tuple(word for word, _ in pairs), tuple(tag for _, tag in pairs))
    ids = encode(tokenizer, sentence)
    assert (ids[0], ids[-1]) == (BOS_ID, EOS_ID)
    assert tokenizer.decode(ids) == write_object(sentence)
    assert json.loads(tokenizer.decode(ids)) == {"tokens": list(sentence.tokens), "ner_tags": list(sentence.tags)}


def test_punctuation_and_tags_are_a_token_each(tokenizer):
    sentence = Sentence(("i", "går", "."), (0, 3, 0))
    assert tokenizer.encode(write_object(sentence)).tokens == [
        '{"tokens":["', "i", '","', "gÃ¥r", '","', ".", '"],"ner_tags":[', "0,", "3,", "0", "]}",
    ]  # fmt: skip


@given(st.integers(0, len(TRAIN) - 1), st.floats(0, 1), st.integers())
@settings(deadline=None)
def test_exchange_keeps_the_types_and_all_other_words(index, share, seed):
    sentence, mentions = TRAIN[index], mentions_of(TRAIN)
    changed = exchange_mentions(sentence, mentions, share, random.Random(seed))
    assert [span.type for span in spans_of(changed.tags)] == [span.type for span in spans_of(sentence.tags)]
    assert not orphans(changed.tags)
    outside = [[t for t, tag in zip(s.tokens, s.tags, strict=True) if tag == 0] for s in (sentence, changed)]
    assert outside[0] == outside[1]
    for span in spans_of(changed.tags):
        assert changed.tokens[span.start : span.end] in mentions[span.type]


def test_exchange_of_nothing_and_of_everything():
    sentence = Sentence(("Anna", "bor", "i", "Lund"), (1, 0, 0, 5))
    mentions = {0: [("Per", "Olof", "Ek")], 2: [("Mora",)]}
    rng = random.Random(1)
    assert exchange_mentions(sentence, mentions, 0.0, rng) == sentence
    assert exchange_mentions(sentence, mentions, 1.0, rng) == Sentence(
        ("Per", "Olof", "Ek", "bor", "i", "Mora"), (1, 2, 2, 0, 0, 5)
    )


def test_training_repeats_itself_whatever_else_draws_random_numbers(llm):
    torch.manual_seed(12345)
    again = train_llm(TRAIN, RELATED, SMALL, on_progress=lambda progress: torch.rand(1))
    assert again.tokenizer.to_str() == llm.tokenizer.to_str()
    for name, weight in llm.model.state_dict().items():
        assert torch.equal(weight, again.model.state_dict()[name]), name


def test_training_tells_each_step_and_learns():
    told = []
    recipe = ToyRecipe(related_steps=10, target_steps=25, hidden=32, layers=1, heads=2, vocabulary=400)
    train_llm(TRAIN, RELATED, recipe, on_progress=told.append)
    assert [(p.stage, p.step, p.steps) for p in told] == [
        *(("related", i, 10) for i in range(1, 11)),
        *(("target", i, 25) for i in range(1, 26)),
    ]
    assert told[-1].loss < told[0].loss - 0.5


def test_no_related_language_is_fine_and_no_target_is_not():
    stages = set()
    train_llm(TRAIN, [], SMALL, on_progress=lambda progress: stages.add(progress.stage))
    assert stages == {"target"}
    endless = Sentence(("ord",) * 600, (0,) * 600)
    with pytest.raises(DataError, match="at most 512 of its tokens; of 1 gold train sentences none is"):
        train_llm([endless], RELATED, SMALL, on_progress=lambda progress: None)


def test_heads_that_do_not_divide_are_refused():
    with pytest.raises(SpecError, match=r"engine\.heads: hidden 100 is not a multiple of 2 x heads 8"):
        ToyRecipe(hidden=100, heads=8)


def softmax(logits, temperature):
    return (torch.tensor(logits) / temperature).softmax(-1)


@given(
    st.lists(st.integers(-40, 40), min_size=2, max_size=12, unique=True),
    st.floats(0.3, 2.0),
    st.floats(0.05, 1.0),
)
@settings(deadline=None, max_examples=40)
def test_nucleus_draws_in_proportion_from_the_smallest_sufficient_set(tenths, temperature, top_p):
    logits = [x / 10 for x in tenths]
    likely = softmax(logits, temperature)
    kept, mass = [], 0.0
    for token in sorted(range(len(logits)), key=lambda i: -logits[i]):
        if mass >= top_p - 1e-6:
            break
        kept.append(token)
        mass += float(likely[token])
    draws = 400
    grid = (torch.arange(draws) + 0.5) / draws  # evenly spread, so that counts are the probabilities but for 1 or 2
    drawn = nucleus(torch.tensor([logits] * draws), grid, temperature, top_p)
    counts = torch.bincount(drawn, minlength=len(logits)) / draws
    for token, count in enumerate(counts.tolist()):
        expected = float(likely[token]) / mass if token in kept else 0.0
        assert count == pytest.approx(expected, abs=0.006)


def test_temperature_zero_is_greedy():
    assert nucleus(torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([0.99]), 0.0, 1.0).tolist() == [1]


def test_sampling_hangs_on_the_seed_alone(llm):
    def draw(seed, count=4):
        return sample_objects(llm.model, count, seed=seed, temperature=0.8, top_p=0.8, max_tokens=30)

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert all(0 < len(ids) <= 30 and EOS_ID not in ids[:-1] for ids in draw(3, 20))


def test_greedy_with_the_cache_equals_greedy_without(llm):
    written = sample_objects(llm.model, 2, seed=1, temperature=0.0, top_p=1.0, max_tokens=12)
    ids = [BOS_ID]
    with torch.inference_mode():
        while len(ids) < 13 and ids[-1] != EOS_ID:
            ids.append(int(llm.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    assert written == [ids[1:], ids[1:]]
