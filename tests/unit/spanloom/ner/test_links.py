from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import SchemaError
from spanloom.ner.links import Links, check_links, format_links, parse_links, reversed_links

_links = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), max_size=6, unique=True).map(sorted)


@given(_links, _links)
def test_what_is_written_is_read(sure: list[tuple[int, int]], possible: list[tuple[int, int]]) -> None:
    links = Links(tuple(sure), tuple(possible))
    assert parse_links(format_links(links)) == links


@given(_links, _links)
def test_links_seen_from_the_other_side_and_back_are_the_same(
    sure: list[tuple[int, int]], possible: list[tuple[int, int]]
) -> None:
    links = Links(tuple(sure), tuple(possible))
    assert reversed_links(links).sure == tuple((j, i) for i, j in sure)
    assert reversed_links(reversed_links(links)) == links


@pytest.mark.parametrize("line", ["0", "0-", "a-b", "0:1", "-1-2", "٠-١", "1-2-3"])
def test_what_is_no_link_is_named(line: str) -> None:
    with pytest.raises(SchemaError, match="is no link"):
        parse_links(f"0-0 {line}")


def test_a_link_past_the_end_is_named() -> None:
    check_links(Links(((1, 2),)), 2, 3)
    with pytest.raises(SchemaError, match="link 2-0 points past the end"):
        check_links(Links(((0, 0),), ((2, 0),)), 2, 3)
