"""The paper's two readers find what the published scripts find."""

import json
import re
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from spanloom_validator.extract.paper import by_json_object, by_regex

PAPER = re.compile(r"\{(?:[^{}])*?\}")


def papers_way(text):
    out = []
    for match in PAPER.finditer(text):
        with suppress(json.JSONDecodeError):
            out.append((match.start(), match.end(), json.loads(match[0])))
    return out


pieces = st.sampled_from(
    [
        "{",
        "}",
        '{"a":1}',
        '{"a":NaN}',
        '{"a":"\\ud83d"}',
        '{"a":[1,]}',
        '{"a":1e999}',
        "{}",
        '{"a":"}"}',
        "x",
        '"',
        "\n",
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_regex_finds_the_same_objects_at_the_same_places(text):
    found = [(start, end, value) for start, end, value, _, _ in by_regex(text)]
    assert repr(found) == repr(papers_way(text))  # NaN is not equal to itself


@given(st.text(alphabet="{}ab", max_size=60))
def test_regex_on_braces(text):
    assert [(a, b) for a, b, *_ in by_regex(text.replace("a", '"a":1'))] == [
        (a, b) for a, b, _ in papers_way(text.replace("a", '"a":1'))
    ]


def test_a_message_is_one_object_and_every_value_a_list_of_candidates():
    text = '{"x": [{"a": 1}, "no object"], "y": [{"b": "{"}]}'
    assert [value for _, _, value, _, _ in by_json_object(text)] == [{"a": 1}, "no object", {"b": "{"}]
    assert by_json_object(text + ".") == []
    assert by_json_object("[1]") == []
    assert by_json_object("") == []


def test_candidates_of_a_message_have_their_places():
    text = '{"x": [{"a": "}"}, {"b": 2}]}'
    assert [text[start:end] for start, end, *_ in by_json_object(text)] == ['{"a": "}"}', '{"b": 2}']
