"""How failures and completions are told on a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom_cli.follow import NewFailures
from spanloom_cli.work import failure_lines, marked, printable

REFUSED = {
    "what": "call", "language": "da", "source": "llm", "failed": 12, "reason": "HTTP 404: no model ...",
    "example": "HTTP 404: no model 123456",
}  # fmt: skip
PROSE = {
    "what": "call without object", "language": "sw", "source": "llm", "failed": 1,
    "reason": "the completion holds no object of the format", "example": "Sure!\nHere is a \x1b[2Jpoem",
}  # fmt: skip


def test_a_line_for_each_reason() -> None:
    assert failure_lines([REFUSED, PROSE]) == [
        "12 calls failed (da llm): HTTP 404: no model .... For example: HTTP 404: no model 123456",
        "1 call without an object (sw llm): the completion holds no object of the format. "
        "For example: Sure! Here is a \\u001b[2Jpoem",
    ]


def test_a_reason_is_told_once_as_soon_as_it_is_seen() -> None:
    new = NewFailures()
    assert len(new.lines({"failures": [REFUSED]})) == 1
    assert new.lines({"failures": [{**REFUSED, "failed": 30}, PROSE]}) == failure_lines([PROSE])
    assert new.lines({}) == []


@given(st.text(), st.lists(st.integers(0, 50), max_size=5))
def test_marks_add_to_a_completion_and_take_nothing(text: str, places: list[int]) -> None:
    verdicts = [{"verdict": "syntax", "char_offset": place} for place in places]
    made = marked(text, verdicts)
    assert made.replace("«syntax»", "") == text.replace("«syntax»", "")
    assert made.count("«syntax»") == text.count("«syntax»") + len(places)


@given(st.text())
def test_what_is_printed_moves_no_cursor(text: str) -> None:
    assert not set(printable(text)) & {"\x1b", "\r", "\x08", "\x9b", "\u202e", "\u2066"}
    assert printable("क\u094d\u200dष می\u200cخواهم") == "क\u094d\u200dष می\u200cخواهم"
