"""Pages meet: every row once, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.http import ProblemError
from spanloom.http.pages import decode_cursor, encode_cursor, page_of


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1)
    )
)
def test_a_cursor_says_what_was_put_in(keys: list[str | int]) -> None:
    assert decode_cursor(encode_cursor(*keys), *[type(key) for key in keys]) == tuple(keys)


@given(st.text(max_size=50))
def test_a_cursor_of_others_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        decode_cursor(text, str, int, str)
    assert caught.value.status == 400
    assert caught.value.problems[0][0] == "query.cursor"


@pytest.mark.parametrize("keys", [("a",), (1, "a"), ("a", True), ("a", 1, 2), ("a\0", 1), ("a", 2**63)])
def test_a_cursor_of_another_list_is_refused(keys: tuple[str | int, ...]) -> None:
    with pytest.raises(ProblemError):
        decode_cursor(encode_cursor(*keys), str, int)


@given(st.integers(0, 40), st.integers(1, 15))
def test_pages_hold_every_row_once(count: int, limit: int) -> None:
    rows, seen, cursor = list(range(count)), [], None
    while True:
        after = decode_cursor(cursor, int)
        start = int(after[0]) + 1 if after is not None and after[0] is not None else 0
        page = page_of(rows[start : start + limit + 1], limit, lambda row: (row,))
        seen += page.items
        if page.next is None:
            break
        cursor = page.next
    assert seen == rows
