from __future__ import annotations

import json

import pytest

from spanloom.contracts.projection import Lost, Projection
from spanloom.ner.spans import Span
from spanloom.ner.words import word_offsets
from spanloom.projection.mention import ByMention

TOKENS = ["New", "York", "Times", "of", "New", "York"]
SPANS = [Span(0, 0, 3), Span(1, 4, 6)]


def read(translation: str, **entities: str) -> Projection:
    answer = {"translation": translation, "entities": {name[1:]: text for name, text in entities.items()}}
    return ByMention(word_offsets).project(TOKENS, SPANS, f"Here it is: {json.dumps(answer)}")


def test_what_is_sent() -> None:
    assert json.loads(ByMention().prepare(TOKENS, SPANS)) == {
        "sentence": "New York Times of New York",
        "entities": {"1": "New York Times", "2": "New York"},
    }


def test_the_longest_mention_is_placed_first() -> None:
    found = read("De Nueva York es el Nueva York Times.", e1="Nueva York Times", e2="Nueva York")
    assert found.spans == (Span(1, 1, 3), Span(0, 5, 8))
    assert not found.lost


def test_mentions_in_a_script_without_spaces() -> None:
    assert read("纽约的纽约时报", e1="纽约时报", e2="纽约").spans == (Span(1, 0, 2), Span(0, 3, 7))


@pytest.mark.parametrize(
    ("translation", "entities", "lost"),
    [
        ("El Times", {"e1": "Times"}, {1: Lost.LABEL_LOST}),
        ("El Times", {"e1": "Times", "e2": " "}, {1: Lost.LABEL_LOST}),
        ("El Times", {"e1": "Times", "e2": "Nueva York"}, {1: Lost.MENTION_ABSENT}),
        ("York, York y el Times", {"e1": "Times", "e2": "York"}, {1: Lost.MENTION_AMBIGUOUS}),
        ("el Times", {"e1": "Times", "e2": "Times"}, {0: Lost.MENTION_ABSENT, 1: Lost.MENTION_ABSENT}),
    ],
)
def test_what_cannot_be_placed_is_lost_with_a_reason(
    translation: str, entities: dict[str, str], lost: dict[int, Lost]
) -> None:
    found = read(translation, **entities)
    assert dict(found.lost) == lost
    assert len(found.spans) + len(found.lost) == len(SPANS)


def test_the_same_mention_twice_is_taken_in_order() -> None:
    found = ByMention(word_offsets).project(
        ["a", "b", "a"], [Span(0, 0, 1), Span(1, 2, 3)], '{"translation": "x y x", "entities": {"1": "x", "2": "x"}}'
    )
    assert found.spans == (Span(0, 0, 1), Span(1, 2, 3))


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        "{",
        "[]",
        '{"translation": 3}',
        '{"translation": ""}',
        '{"translation": "a", "entities": {"one": "a"}}',
        '{"a":' * 5000,
    ],
)
def test_an_answer_that_is_not_the_object_loses_every_span(answer: str) -> None:
    assert dict(ByMention().project(TOKENS, SPANS, answer).lost) == dict.fromkeys((0, 1), Lost.ANSWER_UNREADABLE)


def test_an_empty_answer_is_no_translation() -> None:
    assert dict(ByMention().project(TOKENS, SPANS, "").lost) == dict.fromkeys((0, 1), Lost.NO_TRANSLATION)
