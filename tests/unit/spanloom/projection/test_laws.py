"""What holds of every projector, in any script: right to left, without spaces, there and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.projection import Lost
from spanloom.ner.links import Links
from spanloom.ner.spans import Span
from spanloom.projection import projector
from spanloom.projection.align import project_links
from spanloom.projection.back import project_back

TRANSLATED = {
    "Hebrew": ("אנה לוי גרה בתל אביב .", [Span(0, 0, 2), Span(1, 3, 5)]),
    "Arabic": ("تعيش آنا ليفي في القاهرة .", [Span(0, 1, 3), Span(1, 4, 5)]),
    "Japanese": ("安娜は東京に住む", [Span(0, 0, 2), Span(1, 3, 5)]),
    "Thai": ("แอนนาอยู่กรุงเทพ", [Span(0, 0, 3), Span(1, 5, 9)]),
}
"""A person who lives somewhere; Han, kana and Thai are cut into the characters that users see."""
WORD = st.text("abאבあ安กعà", min_size=1, max_size=4)


@st.composite
def sentences(draw: st.DrawFn) -> tuple[list[str], list[Span]]:
    """Words of mixed scripts and spans over them."""
    words = draw(st.lists(WORD, min_size=1, max_size=9))
    cuts = sorted(draw(st.sets(st.integers(0, len(words)), max_size=6)))
    return words, [Span(draw(st.integers(0, 2)), a, b) for a, b in pairwise(cuts) if draw(st.booleans())]


def answered(name: str, tokens: Sequence[str], spans: Sequence[Span]) -> str:
    """What a translator says that leaves the sentence as it is."""
    prepared = projector(name, "as_given").prepare(tokens, spans)
    if name != "mention":
        return prepared
    asked = json.loads(prepared)
    return json.dumps({"translation": asked["sentence"], "entities": asked["entities"]}, ensure_ascii=False)


@pytest.mark.parametrize("name", ["align", "mark", "mention"])
@given(sentence=sentences())
def test_the_translation_alone_is_read_out_of_every_projectors_answer(
    name: str, sentence: tuple[list[str], list[Span]]
) -> None:
    """So that what was asked for with markers or mentions can be aligned afterwards."""
    tokens, spans = sentence
    plain = projector(name, "as_given").plain(tokens, answered(name, tokens, spans))
    assert plain == " ".join(tokens)
    same = Links(tuple((i, i) for i in range(len(tokens))))
    again = projector("align", "as_given").project(tokens, spans, plain, same)
    assert (list(again.spans), again.lost) == (spans, ())


@pytest.mark.parametrize("name", ["align", "mark", "mention"])
@pytest.mark.parametrize("cut", ["as_given", "words"])
def test_nothing_answered_is_nothing_carried(name: str, cut: str) -> None:
    made = projector(name, cut)
    assert made.plain(["Anna"], "") == ""
    assert made.project(["Anna"], [Span(0, 0, 1)], "").lost == ((0, Lost.NO_TRANSLATION),)
    assert made.project(["Hello"], [], "") == ((), (), ())


@pytest.mark.parametrize("script", list(TRANSLATED))
def test_links_carry_spans_into_any_script(script: str) -> None:
    """One word to many, and in an order of its own; the spans are over the tokens of the one rule."""
    text, expected = TRANSLATED[script]
    person, place = expected
    english = ["Anna", "lives", "in", "Town"]
    links = Links(
        (*((0, j) for j in range(person.start, person.end)), *((3, j) for j in range(place.start, place.end)))
    )
    found = projector("align", "words").project(english, [Span(0, 0, 1), Span(1, 3, 4)], text, links)
    assert (list(found.spans), found.lost) == (expected, ())
    assert "".join(found.tokens) == text.replace(" ", "")
    back = project_back(found.spans, links, len(found.tokens), english)
    assert list(back.spans) == [Span(0, 0, 1), Span(1, 3, 4)]


@given(sentence=sentences(), data=st.data())
def test_a_permutation_of_words_there_and_back_changes_nothing(
    sentence: tuple[list[str], list[Span]], data: st.DataObject
) -> None:
    """Where each span's words stay together they come over, in their new place, and come back to where they were."""
    tokens, spans = sentence
    borders = sorted({0, len(tokens), *(s.start for s in spans), *(s.end for s in spans)})
    blocks = data.draw(st.permutations(list(pairwise(borders))))
    order = [i for start, end in blocks for i in range(start, end)]
    links = Links(tuple((i, j) for j, i in enumerate(order)))
    there = project_links(spans, links, len(tokens), [tokens[i] for i in order])
    moved = sorted(Span(s.type, order.index(s.start), order.index(s.start) + s.end - s.start) for s in spans)
    assert (sorted(there.spans), there.lost) == (moved, ())
    assert list(project_back(there.spans, links, len(tokens), tokens).spans) == spans
