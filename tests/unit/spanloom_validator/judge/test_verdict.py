"""Verdicts are built by what their fields are called."""

from spanloom.contracts.rules import EXCERPT, Reason, Repair, Verdict
from spanloom_validator.judge.verdict import accepted, reject, rejected


def test_an_accepted_verdict_has_each_field_in_its_place() -> None:
    made = accepted(index=3, offset=7, tokens=("a",), tags=(1,), repairs=(Repair.IOB,), marks=("too_long",))
    assert made == Verdict(
        index=3, accepted=True, offset=7, tokens=("a",), tags=(1,), repairs=(Repair.IOB,), marks=("too_long",)
    )
    assert type(made) is Verdict


def test_a_rejected_verdict_has_each_field_in_its_place() -> None:
    reasons = (Reason.EMPTY, Reason.LENGTH_MISMATCH)
    made = rejected(3, 7, reasons, "x", delta=2, tokens=("a",), tags=(1,), repairs=(Repair.JSON,))
    assert made == Verdict(
        index=3,
        accepted=False,
        reason=Reason.EMPTY,
        reasons=reasons,
        offset=7,
        delta=2,
        tokens=("a",),
        tags=(1,),
        repairs=(Repair.JSON,),
        excerpt="x",
    )


def test_a_sample_rejected_later_shows_the_beginning_of_its_words() -> None:
    late = reject(accepted(0, 0, ("ab",) * EXCERPT, (0,) * EXCERPT, marks=("too_long",)), Reason.SURPLUS)
    assert (late.reason, late.reasons, late.marks) == (Reason.SURPLUS, (Reason.SURPLUS,), ())
    assert late.excerpt == ("ab " * EXCERPT)[:EXCERPT]
