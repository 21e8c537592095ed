"""From probabilities of held-out models to spans that look wrong, and what mending them gives."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import Span, orphans, repair_iob, spans_of
from spanloom_trainer.audit.findings import (
    Finding,
    HeldOut,
    confident_limits,
    findings_of,
    plain,
    relabelled,
    touching,
)

SCHEMA = LabelSchema.of(["PER", "LOC"])


def said(*tags: int, sure: float = 0.9) -> HeldOut:
    """What a model says that thinks these tags likeliest, each with `sure`."""
    rest = (1 - sure) / (len(SCHEMA) - 1)
    probabilities = np.full((len(tags), len(SCHEMA)), rest, np.float32)
    probabilities[np.arange(len(tags)), tags] = sure
    nothing = np.zeros(len(tags), np.float32)
    return HeldOut(probabilities, nothing, nothing)


def sentence(*tags: int) -> Sentence:
    return Sentence(tuple("abcdefgh"[: len(tags)]), tags)


@pytest.mark.parametrize(
    ("given", "likely", "kind", "spans"),
    [
        ((1, 2, 0), (3, 4, 0), "type", ([Span(0, 0, 2)], [Span(1, 0, 2)])),
        ((1, 2, 0), (1, 0, 0), "boundary", ([Span(0, 0, 2)], [Span(0, 0, 1)])),
        ((1, 2, 0), (0, 3, 4), "both", ([Span(0, 0, 2)], [Span(1, 1, 3)])),
        ((1, 2, 0), (1, 1, 0), "both", ([Span(0, 0, 2)], [Span(0, 0, 1), Span(0, 1, 2)])),
        ((1, 2, 0), (0, 0, 0), "spurious", ([Span(0, 0, 2)], [])),
        ((0, 0, 0), (0, 0, 3), "missed", ([], [Span(1, 2, 3)])),
    ],
)
def test_kinds(
    given: tuple[int, ...], likely: tuple[int, ...], kind: str, spans: tuple[list[Span], list[Span]]
) -> None:
    (one,) = findings_of([sentence(*given)], [said(*likely)], len(SCHEMA))
    assert (one.kind, list(one.given), list(one.proposed)) == (kind, *spans)
    assert one.suspicion == pytest.approx(0.9 - 0.025)
    assert relabelled(given, [one]) == likely


def test_nothing_is_found_where_all_agree() -> None:
    assert findings_of([sentence(1, 2, 0)], [said(1, 2, 0)], len(SCHEMA)) == []
    orphaned = sentence(2, 2, 0)  # an orphan I-PER begins a span, as everywhere
    assert findings_of([orphaned], [said(1, 2, 0)], len(SCHEMA)) == []


def test_the_threshold_is_what_a_tag_has_on_the_words_that_are_given_it() -> None:
    """B-PER has .8 on the words given it; a word given O at .7 is a finding and not flagged, at .85 flagged too."""
    known = [(sentence(1, 0), said(1, 0, sure=0.8))] * 9
    unsure, sure = (sentence(0, 0), said(1, 0, sure=0.7)), (sentence(0, 0), said(1, 0, sure=0.85))
    sentences, held = zip(*known, unsure, sure, strict=True)
    limits = confident_limits(sentences, held, len(SCHEMA))
    assert limits[1] == pytest.approx(0.8, abs=1e-6)
    assert limits[3] > 1, "no word is given B-LOC, so nothing is flagged for it"
    found = findings_of(sentences, held, len(SCHEMA))
    assert [(one.sentence, one.flagged) for one in found] == [(10, True), (9, False)]
    told = plain(found[0], SCHEMA)
    assert told["proposed"] == [{"type": "PER", "start": 0, "stop": 1}]
    assert (told["given"], told["kind"], told["flagged"]) == ([], "missed", True)


TAGS = st.lists(st.integers(0, len(SCHEMA) - 1), min_size=1, max_size=8)


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(TAGS, st.randoms(use_true_random=False)), min_size=1, max_size=5))
def test_taking_over_all_findings_gives_what_the_models_said(pairs: list[tuple[list[int], object]]) -> None:
    sentences = [sentence(*tags) for tags, _ in pairs]
    likely = [[random.randrange(len(SCHEMA)) for _ in tags] for tags, random in pairs]  # type: ignore[attr-defined]
    held = [said(*tags) for tags in likely]
    found = findings_of(sentences, held, len(SCHEMA))
    for i, (one, tags) in enumerate(zip(sentences, likely, strict=True)):
        of_it = [finding for finding in found if finding.sentence == i]
        mended = relabelled(one.tags, of_it)
        assert mended == repair_iob(tags)
        assert not orphans(mended)
        places = sorted((finding.start, finding.end) for finding in of_it)
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
        assert all(0 <= finding.suspicion <= 1 for finding in of_it)
        given = {span for finding in of_it for span in finding.given}
        assert given == set(spans_of(one.tags)) - set(spans_of(tags))


def test_stretches() -> None:
    assert touching([]) == []
    assert touching([Span(0, 4, 6), Span(1, 0, 3), Span(0, 2, 4)]) == [(0, 4), (4, 6)]


def test_a_finding_elsewhere_is_left_alone() -> None:
    one = Finding(0, 0, 1, (Span(0, 0, 1),), (), "spurious", 1, 1, 0, True)
    assert relabelled((1, 0, 3, 4), [one]) == (0, 0, 3, 4)
