"""Completions put together from chunks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import TransientEngineError
from spanloom_generator.engines.stream import events, whole


def chunk(content: str | None = None, *, reason: str | None = None, **more: Any) -> str:
    delta = {} if content is None else {"content": content}
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more})


def sent(*data: str, end: str = "\n") -> str:
    return "".join(f"data: {one}{end}{end}" for one in data)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.sampled_from(["\n", "\r\n", "\r"]))
def test_whatever_the_pieces_are(pieces: list[str], end: str) -> None:
    usage = chunk(usage={"completion_tokens": 3}).replace('"choices": [{', '"choices": [], "x": [{')
    found = whole(sent(*map(chunk, pieces), chunk(reason="stop", model="m"), usage, "[DONE]", end=end))
    choice = found["choices"][0]
    assert (choice["message"]["content"] or "", choice["finish_reason"]) == ("".join(pieces), "stop")
    assert (found["model"], found["usage"]) == ("m", {"completion_tokens": 3})


def test_events() -> None:
    text = ": still here\n\nevent: message\ndata:one\ndata: two\nid: 3\n\n\n\ndata: three"
    assert list(events(text)) == ["one\ntwo", "three"]


def test_another_choice_and_a_refusal() -> None:
    other = chunk("other").replace('"index": 0', '"index": 1')
    refused = json.dumps({"choices": [{"index": 0, "delta": {"refusal": "I will not"}, "finish_reason": "stop"}]})
    assert whole(sent(other, refused, "[DONE]"))["choices"] == [
        {"index": 0, "message": {"content": None, "refusal": "I will not"}, "finish_reason": "stop"}
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((chunk("half"),), "ends before its end"),
        ((), "ends before its end"),
        ((chunk("a"), '{"error": {"message": "out of memory", "code": 500}}'), "broke off its answer: out of memory"),
        ((chunk("a"), "{cut"), "not JSON"),
        (("[1]",), "no chunk"),
        (('{"choices": 3}',), "no chunk"),
    ],
)
def test_what_is_no_whole_answer(data: tuple[str, ...], said: str) -> None:
    with pytest.raises(TransientEngineError, match=said):
        whole(sent(*data))
