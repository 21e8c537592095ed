"""The faster parser first: what `json.loads` takes is taken, and where the strict one stops tells when to ask it."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom_validator.extract.parse import is_lenient, loads

JSON = ["{", "}", "[", "]", '"', ":", ",", " ", "\n", "\\", '"a"', '{"a":', "true", "nul"]
CHARACTERS = ["\\ud800", "\\udc00", "\\u00e5", "\ud800", "å", "ரி", "\x7f", "\x01"]
NUMBERS = ["NaN", "Infinity", "-Infinity", "-", "1e999", "9" * 400, "1e5", ".5", "0", "7", "e"]
PIECES = st.sampled_from([*JSON, *CHARACTERS, *NUMBERS])


def accepted_by(parse, text):
    try:
        return (parse(text),)
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize(
    "text",
    ['{"a":1e999}', '{"a":[0,NaN]}', '{"a":-Infinity}', '{"a":"\\ud800"}', '{"a":"\\ud800\\u0041"}', '{"a":"\ud800"}'],
)
def test_what_the_strict_parser_refuses_and_json_takes(text):
    with pytest.raises(orjson.JSONDecodeError) as stopped:
        orjson.loads(text)
    assert is_lenient(text, stopped.value)
    assert json.dumps(loads(text)) == json.dumps(json.loads(text))


@pytest.mark.parametrize("text", ['{"a":["b",],"c":[1]}', '{"a":["b"c"]}', '{"a":["b]}', "{'a':1}", '{"a":1'])
def test_what_neither_takes_is_not_tried_twice(text):
    with pytest.raises(orjson.JSONDecodeError) as stopped:
        orjson.loads(text)
    assert not is_lenient(text, stopped.value)
    with pytest.raises(orjson.JSONDecodeError):
        loads(text)


@settings(max_examples=500)
@given(
    st.one_of(
        st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=4).map(lambda p: f'{{"a":[{"".join(p)}]}}')
    )
)
def test_all_that_json_takes_is_taken(text):
    taken = accepted_by(json.loads, text)
    assert (taken is None) == (accepted_by(loads, text) is None)
