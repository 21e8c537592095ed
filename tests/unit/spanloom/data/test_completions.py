"""Recorded completions: both shapes, gzip, failures, and errors that name file and line."""

import gzip
import json

import pytest

from spanloom.data.completions import read_completions
from spanloom.errors import DataError


def write(path, *lines):
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def batch(content, **more):
    return {"response": {"body": {"choices": [{"message": {"content": content}}]}, "status_code": 200}, **more}


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_raw_output_lines(tmp_path, name):
    path = write(tmp_path / name, {"call_idx": 3, "raw_output": "{}"}, "", {"call_idx": 0, "raw_output": "ø"})
    read = list(read_completions(path))
    assert [(c.call_index, c.text, c.error, c.line, c.kind) for c in read] == [
        (3, "{}", None, 1, "raw_output"),
        (0, "ø", None, 3, "raw_output"),
    ]


def test_batch_lines_with_and_without_body(tmp_path):
    bare = {"response": {"choices": [{"message": {"content": "b"}}]}}
    read = list(read_completions(write(tmp_path / "b.jsonl", batch("a"), bare)))
    assert [(c.call_index, c.text, c.kind) for c in read] == [(0, "a", "openai_batch"), (1, "b", "openai_batch")]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"response": None, "error": {"code": "batch_expired", "message": "too late"}}, "batch_expired too late"),
        ({"response": {"status_code": 429, "body": {"error": {"message": "slow down"}}}}, "status 429: slow down"),
        ({"response": {"body": {"choices": [{"message": {"content": None, "refusal": "no"}}]}}}, "no content: no"),
        ({"raw_output": None, "error": "out of memory"}, "out of memory"),
    ],
)
def test_a_failed_call_is_one_with_an_error(tmp_path, line, error):
    (completion,) = read_completions(write(tmp_path / "c.jsonl", line))
    assert completion.text == ""
    assert error in completion.error


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON"),
        ([1], "is a JSON list"),
        ({"text": "x"}, "its keys are text"),
        ({"raw_output": 5}, "`raw_output` is int"),
        ({"raw_output": "x", "call_idx": "7"}, "`call_idx` is '7'"),
        ({"raw_output": "x", "call_idx": True}, "`call_idx` is True"),
        ({"response": 5}, "`response` is int"),
        ({"response": {"choices": []}}, "holds 0 choices"),
        ({"response": {"choices": [{}]}}, "`choices[0].message` is missing"),
        ({"response": {"body": {}}}, "no list `choices`"),
    ],
)
def test_a_line_of_another_shape_is_named(tmp_path, line, says):
    path = write(tmp_path / "d.jsonl", {"raw_output": "fine", "call_idx": 9}, line)
    with pytest.raises(DataError) as caught:
        list(read_completions(path))
    assert str(caught.value).startswith(f"{path}:2: ")
    assert says in str(caught.value)


def test_a_call_that_stands_twice_is_an_error(tmp_path):
    path = write(tmp_path / "e.jsonl", *[{"raw_output": "x", "call_idx": 4}] * 2)
    with pytest.raises(DataError, match="call 4 stands twice"):
        list(read_completions(path))


def test_lone_surrogates_are_kept(tmp_path):
    (completion,) = read_completions(write(tmp_path / "f.jsonl", '{"raw_output": "\\ud83d"}'))
    assert completion.text == "\ud83d"
