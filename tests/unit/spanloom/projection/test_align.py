from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.projection import WHY_LOST, Lost, Projection
from spanloom.ner.links import Links
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom.projection.align import ByAlignment, project_links


def carry(spans: Sequence[Span], links: Links, n: int, source: int = 12) -> Projection:
    """The projection of a sentence of `source` tokens to a translation of `n`."""
    return project_links(spans, links, source, [f"w{i}" for i in range(n)])


def sure(*links: tuple[int, int]) -> Links:
    return Links(links)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Span], Links, int]:
    """Spans of a sentence, links to a translation of `n` tokens, n."""
    source, target = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    cuts = sorted(draw(st.sets(st.integers(0, source), max_size=6)))
    spans = [Span(draw(st.integers(0, 3)), a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    link = st.tuples(st.integers(0, source - 1), st.integers(0, target - 1))
    links = draw(st.sets(link, max_size=20))
    linked, used = {i for i, _ in links}, {j for _, j in links}
    possible = {i: j for i, j in draw(st.sets(link, max_size=6)) if i not in linked and j not in used}
    return spans, Links(tuple(links), tuple(possible.items())), target


@given(pairs())
def test_every_span_is_carried_with_its_type_or_lost_with_a_reason(pair: tuple[list[Span], Links, int]) -> None:
    spans, links, n = pair
    found = carry(spans, links, n)
    lost = [k for k, _ in found.lost]
    assert len(found.spans) + len(found.lost) == len(spans)
    assert sorted(span.type for span in found.spans) == sorted(s.type for k, s in enumerate(spans) if k not in lost)
    assert spans_of(tags_of(found.spans, n)) == list(found.spans)  # none overlaps, none is empty or out of bounds


@given(pairs())
def test_a_mirrored_translation_mirrors_the_spans(pair: tuple[list[Span], Links, int]) -> None:
    spans, links, n = pair
    mirrored = Links(*(tuple((i, n - 1 - j) for i, j in group) for group in links))
    there, back = (carry(spans, each, n) for each in (links, mirrored))
    assert [(s.type, n - s.end, n - s.start) for s in reversed(there.spans)] == [tuple(s) for s in back.spans]
    assert there.lost == back.lost


@given(st.permutations(range(5)), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_a_permutation_of_blocks_permutes_the_spans(order: list[int], lengths: list[int]) -> None:
    starts = {}
    at = 0
    for block in order:
        starts[block] = at
        at += lengths[block]
    spans = [Span(k, k, k + 1) for k in range(5)]
    links = sure(*((k, starts[k] + i) for k in range(5) for i in range(lengths[k])))
    found = carry(spans, links, at)
    assert set(found.spans) == {Span(k, starts[k], starts[k] + lengths[k]) for k in range(5)}


def test_nothing_in_nothing_out() -> None:
    assert carry([], Links(), 0) == ((), (), ())
    assert carry([], sure((0, 0)), 1).spans == ()


def test_a_gap_is_bridged_only_where_all_its_words_are_unlinked() -> None:
    spans = [Span(0, 0, 2)]
    assert carry(spans, sure((0, 0), (1, 4)), 5).spans == (Span(0, 0, 5),)
    assert carry(spans, sure((0, 0), (1, 5)), 6).lost == ((0, Lost.SPAN_SPLIT),)
    assert carry(spans, sure((0, 0), (1, 2), (2, 1)), 3).lost == ((0, Lost.SPAN_SPLIT),)


def test_the_piece_with_more_than_half_of_the_links_wins() -> None:
    spans = [Span(1, 0, 3)]
    assert carry(spans, sure((0, 0), (1, 1), (2, 8)), 9).spans == (Span(1, 0, 2),)
    assert carry(spans, sure((0, 0), (1, 0), (2, 8)), 9).spans == (Span(1, 0, 1),)
    assert carry(spans, sure((0, 0), (1, 5), (2, 10)), 11).lost == ((0, Lost.SPAN_SPLIT),)


def test_one_to_many_and_many_to_one() -> None:
    assert carry([Span(0, 0, 1)], sure((0, 1), (0, 2), (0, 3)), 4).spans == (Span(0, 1, 4),)
    assert carry([Span(0, 0, 3)], sure((0, 0), (1, 0), (2, 0)), 1).spans == (Span(0, 0, 1),)


def test_a_word_that_two_spans_claim_goes_to_the_one_that_claims_fewer() -> None:
    greedy = sure((0, 0), (0, 1), (0, 2), (0, 3), (1, 3))
    assert carry([Span(0, 0, 1), Span(1, 1, 2)], greedy, 4).spans == (Span(0, 0, 3), Span(1, 3, 4))
    assert carry([Span(0, 0, 1), Span(1, 1, 3)], sure((0, 0), (1, 0)), 1) == (
        ("w0",),
        (Span(1, 0, 1),),
        ((0, Lost.SPAN_OVERLAP),),
    )


def test_a_word_linked_to_everything_around_it_is_no_span() -> None:
    spread = sure(*((0, j) for j in range(6)))
    assert carry([Span(0, 0, 1)], spread, 6).lost == ((0, Lost.SPAN_STRETCHED),)
    assert carry([Span(0, 0, 1)], spread, 6, source=4).spans == (Span(0, 0, 6),)  # six characters, say


def test_a_possible_link_extends_a_span_and_makes_none() -> None:
    spans = [Span(0, 0, 2)]
    assert carry(spans, Links(((0, 0),), ((1, 1),)), 9).spans == (Span(0, 0, 2),)
    assert carry(spans, Links(((0, 0),), ((1, 8),)), 9).spans == (Span(0, 0, 1),)
    assert carry(spans, Links((), ((1, 1),)), 9).lost == ((0, Lost.SPAN_UNALIGNED),)


def test_no_translation_loses_every_span() -> None:
    found = ByAlignment().project(["a", "b"], [Span(0, 0, 1), Span(0, 1, 2)], "", None)
    assert found == ((), (), ((0, Lost.NO_TRANSLATION), (1, Lost.NO_TRANSLATION)))


def test_every_reason_is_explained() -> None:
    assert set(WHY_LOST) == set(Lost)
