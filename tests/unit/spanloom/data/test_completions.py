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
        ({"raw_output": None}, "no text, and no error"),
        ({"response": 5}, "`response` is int"),
        ({"response": "<html>"}, "`response` is str"),
        ({"response": None, "custom_id": "x"}, "no response"),
        ({"custom_id": "x"}, "no response"),
        ({"id": "x", "error": "overloaded"}, "overloaded"),
        ({"response": {"status_code": 500, "body": None}}, "status 500: unknown error"),
        ({"response": {"status_code": 502, "body": "<html>Bad gateway</html>"}}, "status 502: <html>"),
        ({"response": {"status_code": 200, "body": [1]}}, "status 200: [1]"),
        ({"response": {"choices": []}}, "holds 0 choices"),
        ({"response": {"choices": None}}, "no list `choices`"),
        ({"response": {"choices": [{}, {}]}}, "holds 2 choices"),
        ({"response": {"choices": [None]}}, "`choices[0].message` is missing"),
        ({"response": {"choices": [{}]}}, "`choices[0].message` is missing"),
        ({"response": {"body": {}}}, "no list `choices`"),
        ({"response": {"choices": [{"message": {"content": None, "reasoning_content": "{}"}}]}}, "no content"),
        ({"response": {"choices": [{"message": {"content": []}, "finish_reason": "length"}]}}, "no content: length"),
        ({"response": {"choices": [{"message": {"content": [{"type": "thinking", "thinking": []}]}}]}}, "no content"),
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
    ],
)
def test_a_line_of_another_shape_is_a_failed_call_and_never_the_file(tmp_path, line, says):
    good = [{"raw_output": f"fine {i}", "call_idx": i} for i in (9, 0)]
    *read, odd = read_completions(write(tmp_path / "d.jsonl", good[0], line, good[1]))
    assert [(c.call_index, c.text, c.error) for c in read] == [(9, "fine 9", None), (0, "fine 0", None)]
    assert (odd.call_index, odd.text, odd.line) == (1, "", 2)
    assert says in odd.error


@pytest.mark.parametrize("line", ["<html>504</html>", "[1]", '{"text": "x"}', '{"raw_output": "cut'])
def test_a_file_of_which_no_line_can_be_read_is_refused(tmp_path, line):
    path = write(tmp_path / "k.jsonl", line, line)
    with pytest.raises(DataError, match="expected one JSON object a line") as caught:
        list(read_completions(path))
    assert str(caught.value).startswith(f"{path}:1: ")


def test_a_call_without_text_keeps_its_place_and_its_error(tmp_path):
    lines = [{"call_idx": 1, "error": "timed out"}, {"call_idx": 0, "raw_output": "", "error": {"message": "busy"}}]
    read = read_completions(write(tmp_path / "l.jsonl", *lines, {"call_idx": 2, "raw_output": ["x"]}))
    errors = [(c.call_index, c.text, c.error) for c in read]
    assert errors == [(1, "", "timed out"), (0, "", "busy"), (2, "", "`raw_output` is list, expected a string")]


def test_a_call_that_stands_twice_is_an_error(tmp_path):
    path = write(tmp_path / "e.jsonl", *[{"raw_output": "x", "call_idx": 4}] * 2)
    with pytest.raises(DataError, match="call 4 stands twice"):
        list(read_completions(path))


def test_lone_surrogates_are_kept(tmp_path):
    (completion,) = read_completions(write(tmp_path / "f.jsonl", '{"raw_output": "\\ud83d"}'))
    assert completion.text == "\ud83d"


@pytest.mark.parametrize("write_id", [str, int, "request-{}".format, "call_{}".format, "run x:task #{}".format])
def test_a_custom_id_names_the_call_whatever_the_order(tmp_path, write_id):
    order = [3, 0, 2, 1]
    path = write(tmp_path / "g.jsonl", *[batch(f"answer {i}", custom_id=write_id(i)) for i in order])
    assert {c.call_index: c.text for c in read_completions(path)} == {i: f"answer {i}" for i in range(4)}


def test_ids_that_are_no_numbers_name_no_place(tmp_path):
    path = write(tmp_path / "h.jsonl", *[batch(x, custom_id=x) for x in ("9f12-3", "abc", "p_1f09")])
    assert [(c.call_index, c.text) for c in read_completions(path)] == [(0, "9f12-3"), (1, "abc"), (2, "p_1f09")]


@pytest.mark.parametrize("ids", [("1", "1"), ("a", "a"), ("req-2", "2")])
def test_two_lines_of_one_call_are_an_error(tmp_path, ids):
    path = write(tmp_path / "i.jsonl", *[batch("x", custom_id=x) for x in ids])
    with pytest.raises(DataError, match="stands twice"):
        list(read_completions(path))


def test_a_line_that_names_no_call_among_some_that_do_is_a_failed_call(tmp_path):
    odd = [{"id": "z", "error": {"message": "overloaded"}}, batch("whose?")]
    path = write(tmp_path / "j.jsonl", batch("one", custom_id="1"), *odd, batch("zero", custom_id="0"))
    read = {c.call_index: (c.text, c.error) for c in read_completions(path)}
    assert {index: text for index, (text, _) in read.items()} == {0: "zero", 1: "one", 2: "", 3: ""}
    assert read[2][1] == "overloaded"
    assert "names no call" in read[3][1]


def test_content_as_parts_is_their_text_without_thoughts(tmp_path):
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "draft"}]},
        {"type": "reasoning", "text": "draft"},
        {"type": "text", "text": "a"},
        {"type": "output_text", "text": "b"},
        {"type": "image_url", "image_url": {}},
        "c",
    ]
    assert [c.text for c in read_completions(write(tmp_path / "k.jsonl", batch(parts)))] == ["abc"]


def test_a_byte_order_mark_and_plain_completions_are_read(tmp_path):
    plain = {"response": {"body": {"choices": [{"text": "x"}]}}}
    path = write(tmp_path / "l.jsonl", "\ufeff" + json.dumps({"raw_output": "a"}), plain)
    assert [c.text for c in read_completions(path)] == ["a", "x"]
