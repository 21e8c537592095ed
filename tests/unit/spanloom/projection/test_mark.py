from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.projection import Lost, Projection
from spanloom.errors import SchemaError
from spanloom.ner.spans import Span
from spanloom.ner.words import word_offsets
from spanloom.projection.mark import ByMarkers

TOKENS = ["Blue", "Ribbon", "is", "in", "Soho"]
SPANS = [Span(1, 0, 2), Span(2, 4, 5)]


def read(answer: str) -> Projection:
    return ByMarkers(word_offsets).project(TOKENS, SPANS, answer)


def test_what_is_sent() -> None:
    assert ByMarkers().prepare(TOKENS, SPANS) == "<1>Blue Ribbon</1> is in <2>Soho</2>"
    assert ByMarkers().prepare(["a", "<1>", "b"], [Span(0, 0, 1)]) == "[1]a[/1] <1> b"
    with pytest.raises(SchemaError, match="markers of every kind"):
        ByMarkers().prepare(["<1>", "[2]", "{3}"], [])


def test_markers_are_matched_by_number_whatever_the_order() -> None:
    found = read("En <2>el Soho</2>, está <1>Blue Ribbon</1>.")
    assert found.tokens == ("En", "el", "Soho", ",", "está", "Blue", "Ribbon", ".")
    assert found.spans == (Span(2, 1, 3), Span(1, 5, 7))
    assert not found.lost


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        ("<1>Blue Ribbon</1> está en Soho", {1: Lost.MARKER_LOST}),
        ("<1>Blue Ribbon está en <2>Soho</2>", {0: Lost.MARKER_LOST}),
        ("<1>Blue</1> <1>Ribbon</1> en <2>Soho</2>", {0: Lost.MARKER_REPEATED}),
        ("</1>Blue<1> en <2>Soho</2>", {0: Lost.MARKER_CROSSED}),
        ("<1>Blue <2>en</1> Soho</2>", {0: Lost.MARKER_CROSSED, 1: Lost.MARKER_CROSSED}),
        ("<1></1> en <2>Soho</2>", {0: Lost.MARKER_EMPTY}),
        ("<1> </1> en <2>Soho</2>", {0: Lost.MARKER_EMPTY}),
        ("<1>Blue</1> en <3>Soho</3>", {0: Lost.MARKER_INVENTED, 1: Lost.MARKER_INVENTED}),
        ("<1>Blue</1><2>Soho</2>", {0: Lost.SPAN_OVERLAP, 1: Lost.SPAN_OVERLAP}),
        (" ", {0: Lost.NO_TRANSLATION, 1: Lost.NO_TRANSLATION}),
    ],
)
def test_a_span_without_its_markers_is_lost_with_a_reason(answer: str, lost: dict[int, Lost]) -> None:
    found = read(answer)
    assert dict(found.lost) == lost
    assert len(found.spans) + len(found.lost) == len(SPANS)


def test_markers_in_other_scripts_and_without_spaces() -> None:
    assert read("＜１＞蓝丝带＜／１＞在＜２＞苏豪区＜／２＞。").spans == (Span(1, 0, 3), Span(2, 4, 7))
    found = read("<١>الشريط الأزرق</١> في < 2 >سوهو</ 2 >")
    assert found.tokens == ("الشريط", "الأزرق", "في", "سوهو")
    assert found.spans == (Span(1, 0, 2), Span(2, 3, 4))


@given(
    st.lists(st.text("abü,<1>/", min_size=1, max_size=5), min_size=1, max_size=8),
    st.integers(0, 7),
    st.integers(1, 3),
)
def test_an_untranslated_sentence_comes_back_with_its_spans(tokens: list[str], start: int, length: int) -> None:
    start = min(start, len(tokens) - 1)
    spans = [Span(3, start, min(start + length, len(tokens)))]
    found = ByMarkers().project(tokens, spans, ByMarkers().prepare(tokens, spans))
    assert (found.tokens, found.spans) == (tuple(tokens), tuple(spans))
