"""Our schemes against seqeval and nervaluate, on random tag sequences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics import sequence_labeling, v1
from seqeval.scheme import IOB2

from spanloom.errors import DataError, SchemaError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import orphans, spans_of
from spanloom_evaluator.score.decode import decode, flatten
from spanloom_evaluator.score.schemes import ALL, SCHEMES, SentenceCounts, score, score_names

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
TAG = st.integers(0, len(SCHEMA) - 1)
# Long runs of one type are rare among independent tags, and they are where spans overlap.
STICKY = st.lists(st.tuples(TAG, st.integers(1, 4)), max_size=8).map(
    lambda runs: [t for t, n in runs for _ in range(n)]
)


def _mutate(tags: list[int], changes: list[tuple[int, int]]) -> list[int]:
    out = list(tags)
    for place, tag in changes:
        if out:
            out[place % len(out)] = tag
    return out


SENTENCE = st.one_of(
    st.lists(st.tuples(TAG, TAG), max_size=12).map(lambda pairs: ([a for a, _ in pairs], [b for _, b in pairs])),
    st.tuples(STICKY, st.lists(st.tuples(st.integers(0, 99), TAG), max_size=6)).map(
        lambda x: (x[0], _mutate(x[0], x[1]))
    ),
)
CORPUS = st.lists(SENTENCE, min_size=1, max_size=6).map(lambda pairs: ([a for a, _ in pairs], [b for _, b in pairs]))


def _names(tags: list[list[int]]) -> list[list[str]]:
    return [SCHEMA.names(sentence) for sentence in tags]


def _default(gold: list[list[int]], pred: list[list[int]], average: str | None) -> tuple:
    return sequence_labeling.precision_recall_fscore_support(
        _names(gold), _names(pred), average=average, zero_division=0
    )


def _strict(gold: list[list[int]], pred: list[list[int]], average: str | None) -> tuple:
    return v1.precision_recall_fscore_support(_names(gold), _names(pred), average=average, zero_division=0, scheme=IOB2)


@pytest.mark.parametrize(("scheme", "seqeval"), [("typed", _default), ("strict", _strict)])
@settings(max_examples=200, deadline=None)
@given(corpus=CORPUS)
def test_equals_seqeval(scheme, seqeval, corpus):
    gold, pred = corpus
    scores = score(gold, pred, SCHEMA)
    if not any(scores.of(scheme)[3:]):
        assert scores.of(scheme).f1 == scores.macro(scheme).f1 == scores.weighted(scheme).f1 == 0
        return
    micro = seqeval(gold, pred, "micro")
    assert scores.of(scheme)[:3] == pytest.approx(micro[:3], abs=1e-12)
    assert scores.of(scheme).gold == micro[3]
    assert scores.macro(scheme)[:3] == pytest.approx(seqeval(gold, pred, "macro")[:3], abs=1e-12)
    if scores.of(scheme).gold:
        assert scores.weighted(scheme)[:3] == pytest.approx(seqeval(gold, pred, "weighted")[:3], abs=1e-12)
    present = sorted(t for t in SCHEMA.types if scores.of(scheme, t).gold or scores.of(scheme, t).pred)
    for i, per_label in enumerate(zip(*seqeval(gold, pred, None), strict=True)):
        assert scores.of(scheme, present[i])[:3] == pytest.approx(per_label[:3], abs=1e-12)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(corpus=CORPUS.filter(lambda c: any(c[0]) and all(c[0])))
def test_equals_nervaluate(corpus):
    gold, pred = corpus
    scores = score(gold, pred, SCHEMA)
    theirs = Evaluator(_names(gold), _names(pred), list(SCHEMA.types), loader="list").evaluate()
    for scheme, name in [("partial", "partial"), ("type", "ent_type"), ("boundary", "exact"), ("typed", "strict")]:
        rows = {ALL: theirs["overall"][name], **{t: theirs["entities"][t][name] for t in theirs["entities"]}}
        for label, row in rows.items():
            ours = scores.of(scheme, label)
            assert ours[:3] == pytest.approx((row.precision, row.recall, row.f1), abs=1e-12), (scheme, label)
            assert (ours.pred, ours.gold) == (row.actual, row.possible)


@settings(max_examples=200, deadline=None)
@given(corpus=CORPUS)
def test_decoder_agrees_with_the_plain_one(corpus):
    for side in corpus:
        tags = flatten(side, len(SCHEMA), "gold")
        spans = decode(tags)
        expected = [(i, *span) for i, sentence in enumerate(side) for span in spans_of(sentence)]
        at = tags.offsets[spans.sentence]
        assert expected == list(
            zip(
                spans.sentence.tolist(),
                spans.type.tolist(),
                (spans.start - at).tolist(),
                (spans.end - at).tolist(),
                strict=True,
            )
        )
        assert (~spans.begins).sum() == sum(len(orphans(sentence)) for sentence in side)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(corpus=CORPUS)
def test_counts_per_sentence_are_those_of_the_sentence_alone(corpus):
    counts = score(*corpus, SCHEMA).counts
    for i, (gold, pred) in enumerate(zip(*corpus, strict=True)):
        alone = score([gold], [pred], SCHEMA).counts
        assert (counts.array[..., i] == alone.array[..., 0]).all()


@given(corpus=CORPUS)
def test_counts_survive_storing(corpus):
    counts = score(*corpus, SCHEMA).counts
    back = SentenceCounts.from_rows(reversed(counts.rows()))
    assert set(back.types) == set(counts.types)
    for scheme in SCHEMES:
        for label in (*counts.types, ALL):
            assert (back.of(scheme, label) == counts.of(scheme, label)).all()


def test_stored_counts_with_a_missing_row_are_refused():
    rows = score([[1]], [[1]], SCHEMA).counts.rows()
    with pytest.raises(ValueError, match="missing"):
        SentenceCounts.from_rows(rows[1:])
    with pytest.raises(ValueError, match="twice"):
        SentenceCounts.from_rows([*rows, rows[0]])


def test_readings_of_one_worked_example():
    #        PER PER O  ORG ORG O  LOC  | predicted: PER found, ORG one token short, LOC taken for ORG
    gold = [[1, 2, 0, 3, 4, 0, 5]]
    pred = [[1, 2, 0, 3, 0, 0, 3]]
    scores = score(gold, pred, SCHEMA)
    assert scores.of("typed") == (1 / 3, 1 / 3, 1 / 3, 1, 3, 3)
    assert scores.of("boundary").tp == 2
    assert scores.of("partial").tp == 2.5
    assert scores.of("type").tp == 2
    assert scores.entity_span_accuracy == pytest.approx(2 / 3)
    assert scores.exact == pytest.approx(1 / 3)


def test_orphans_are_counted_by_what_precedes_them():
    scores = score([[1, 4, 0, 2]], [[2, 0, 0, 0]], SCHEMA)
    assert scores.illegal_gold == (1, 1)
    assert scores.illegal_pred == (1, 0)
    assert scores.of("strict").gold == 1
    assert scores.of("typed").gold == 3


@pytest.mark.parametrize("empty", [[], [[]], [[], []]])
def test_nothing_to_score(empty):
    assert score(empty, empty, SCHEMA).of() == (0, 0, 0, 0, 0, 0)


def test_an_id_outside_the_schema_is_named():
    with pytest.raises(SchemaError, match="predicted sentence 1, token 2: tag id 7"):
        score([[0], [0, 0, 0]], [[0], [0, 0, 7]], SCHEMA)


def test_names_score_as_their_ids_do_and_an_unknown_one_is_named():
    gold, pred = [[1, 2, 0], [5]], [[1, 0, 0], [3]]
    assert score_names(_names(gold), _names(pred), SCHEMA).as_dict() == score(gold, pred, SCHEMA).as_dict()
    with pytest.raises(SchemaError, match=r"gold sentence 1, token 1: tag 'B-DATE' is not in the label schema \(O, "):
        score_names([["O"], ["O", "B-DATE"]], [["O"], ["O", "O"]], SCHEMA)


def test_sentences_that_do_not_match_are_named():
    with pytest.raises(DataError, match="sentence 1 has 2 gold tags and 1 predicted"):
        score([[0], [0, 0]], [[0], [0]], SCHEMA)
    with pytest.raises(DataError, match="gold has 2 sentences and the predictions 1"):
        score([[0], [0]], [[0]], SCHEMA)
