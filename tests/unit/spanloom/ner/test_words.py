"""The rule that cuts text: what it does in many scripts, and laws that it keeps."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.ner.spans import spans_of
from spanloom.ner.words import cut_tags, cut_tokens, word_offsets, words


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Anna Berg bor i Kiruna.", "Anna Berg bor i Kiruna ."),
        ("the great restaurante.", "the great restaurante ."),
        ("l'école d’été, dell'ospedale L'Aquila", "l' école d’ été , dell' ospedale L' Aquila"),
        ("l' école", "l' école"),
        ("patient's Jones’s 's", "patient 's Jones ’s 's"),
        ("don't ng'ombe O'Neill м'яч", "don't ng'ombe O'Neill м'яч"),
        ("'quoted' (x)", "' quoted ' ( x )"),
        ("COVID-19, non-Hodgkin", "COVID - 19 , non - Hodgkin"),
        ("3.5 mg 1,000.00 10:30 B12 5mg 50%", "3.5 mg 1,000.00 10:30 B12 5mg 50 %"),
        ("U.S.A. and U.S. end.Start", "U.S.A . and U.S . end . Start"),
        ("col·lega a_b", "col·lega a_b"),
        ("...¿Qué?", ". . . ¿ Qué ?"),
        ("می‌خواهم به تهران بروم؟", "می‌خواهم به تهران بروم ؟"),
        ("李娜住在北京。", "李 娜 住 在 北 京 。"),
        ("アンナは東京", "アンナ は 東 京"),
        ("안나는 서울에", "안나는 서울에"),
        ("กรุงเทพ", "ก รุ ง เ ท พ"),
        ("हिन्दी में", "हिन्दी में"),
        ("👩‍👩‍👧 ok 🇸🇪", "👩‍👩‍👧 ok 🇸🇪"),
        ("e\u0301te\u0301 x", "e\u0301te\u0301 x"),
        ("", ""),
        (" \u00a0\t\n", ""),
    ],
)
def test_cut(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


def test_offsets_are_of_code_points() -> None:
    text = "👩‍👧 Ærø"
    assert [text[a:b] for a, b in word_offsets(text)] == ["👩‍👧", "Ærø"]
    assert word_offsets(text) == [(0, 3), (4, 7)]


PIECES = st.lists(
    st.sampled_from(
        ["l'", "d’", "'s", "'", "Anna", "3", ".", ",", "-", " ", "北", "が", "é", "\u0301", "\u200d", "U", "·"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3),
    max_size=12,
).map("".join)


@settings(max_examples=60)
@given(PIECES)
def test_every_visible_character_is_in_one_token(text: str) -> None:
    offsets = word_offsets(text)
    assert all(a < b for a, b in offsets)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(offsets))
    covered = {i for a, b in offsets for i in range(a, b)}
    assert all(text[i].isspace() or _blank(text[i]) for i in range(len(text)) if i not in covered)


def _blank(char: str) -> bool:
    # str.isspace also calls the information separators whitespace, `regex` goes by White_Space
    return not word_offsets(char)


@settings(max_examples=60)
@given(PIECES)
def test_cutting_what_was_cut_changes_nothing(text: str) -> None:
    once = words(text)
    assert list(cut_tokens(once).tokens) == once


@settings(max_examples=60)
@given(st.lists(st.tuples(PIECES.filter(bool), st.integers(0, 4)), max_size=6))
def test_spans_keep_to_the_cut(pairs: list[tuple[str, int]]) -> None:
    tokens, tags = [t for t, _ in pairs], [tag for _, tag in pairs]
    cut = cut_tokens(tokens)
    moved = cut_tags(tags, cut.origin)
    assert sorted(set(cut.origin)) == list(range(len(tokens)))
    before = [(s.type, s.start, s.end) for s in spans_of(tags)]
    after = [(s.type, cut.origin[s.start], cut.origin[s.end - 1] + 1) for s in spans_of(moved)]
    assert after == before
    assert all(cut.origin[s.start] != cut.origin[s.start - 1] for s in spans_of(moved) if s.start)
