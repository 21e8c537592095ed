"""The OpenAI-compatible engine against a real HTTP server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.reach import Reach
from spanloom.errors import EnvironmentMissing, PermanentEngineError, TransientEngineError
from spanloom_generator.engines import openai
from spanloom_generator.engines.port import CallRequest, ChatMessage, Sampling, open_engine
from unit.spanloom_generator.engines.chat_server import Answer, ChatServer, completion

Serve = Callable[[Callable[[dict[str, Any], int], Answer]], ChatServer]
Open = Callable[..., openai.OpenAIEngine]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[ChatServer] = []

    def start(answer: Callable[[dict[str, Any], int], Answer]) -> ChatServer:
        servers.append(ChatServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def engine_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(openai, "FIRST_PAUSE_S", 0.01)
    engines: list[openai.OpenAIEngine] = []

    def start(url: str, **config: Any) -> openai.OpenAIEngine:
        engine = open_engine(
            {"kind": "openai", "base_url": url, "model": "m", "reach": Reach(None, ("MY_KEY",))} | config
        )
        assert isinstance(engine, openai.OpenAIEngine)
        engines.append(engine)
        engine.start()
        return engine

    yield start
    for engine in engines:
        engine.close()
        engine.close()


def request(call: int = 0, **more: Any) -> CallRequest:
    messages: list[ChatMessage] = [{"role": "user", "content": f"call {call} på"}]
    return CallRequest(f"p{call}", call, messages, Sampling(0.7, 0.9, 100, seed=5), "da", "s", **more)


def test_one_call(serve: Serve, engine_at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", " sk-1\n")
    server = serve(lambda body, _: (200, {}, completion("hej")))
    result = engine_at(server.url + "/", api_key_env="MY_KEY").submit(request()).result(10)
    assert (result.text, result.finish_reason, result.model) == ("hej", "stop", "m-1")
    assert (result.tokens_in, result.tokens_out) == (10, 20)
    assert 0 < result.seconds < 10
    (path, headers, body) = server.seen[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer sk-1"
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "call 0 på"}],
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 100,
        "seed": 5,
    }


def test_constraints_as_the_api_takes_them(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda body, _: (200, {}, completion()))
    engine = engine_at(server.url)
    closed = '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}'
    engine.submit(request(constrain="json_schema", schema=closed)).result(10)
    engine.submit(request(constrain="json_schema", schema=closed.replace('["a"]', "[]"))).result(10)
    engine.submit(request(constrain="grammar", grammar="root ::= x")).result(10)
    bodies = [body for _, _, body in server.seen]
    assert bodies[0]["response_format"]["type"] == "json_schema"
    assert bodies[0]["response_format"]["json_schema"]["schema"]["required"] == ["a"]
    assert [b["response_format"]["json_schema"]["strict"] for b in bodies[:2]] == [True, False]
    assert bodies[2]["structured_outputs"] == {"grammar": "root ::= x"}
    assert all("Authorization" not in headers for _, headers, _ in server.seen)


def test_calls_run_side_by_side_up_to_the_limit(serve: Serve, engine_at: Open) -> None:
    go = threading.Event()

    def answer(body: dict[str, Any], _: int) -> Answer:
        go.wait(10)
        return 200, {}, completion(body["messages"][0]["content"])

    server = serve(answer)
    engine = engine_at(server.url, concurrency=7)
    assert engine.room() == 7
    futures = [engine.submit(request(i)) for i in range(20)]
    assert engine.room() == -13
    assert engine.ahead() == 0, "none was answered yet"
    deadline = time.monotonic() + 10
    while server.inside < 7 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(engine.waiting()) == 13, "these have not begun"
    go.set()
    assert [future.result(10).text for future in futures] == [f"call {i} på" for i in range(20)]
    assert server.most == 7
    assert engine.room() == 7
    assert engine.waiting() == []


def test_as_many_calls_wait_as_were_answered_a_moment_ago(
    serve: Serve, engine_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "AHEAD_S", 1.0)
    engine = engine_at(serve(lambda _, __: (200, {}, completion())).url, concurrency=3)
    for i in range(2):
        engine.submit(request(i)).result(10)
    assert (engine.room(), engine.ahead()) == (3, 2)
    for i in range(4):
        engine.submit(request(i)).result(10)
    assert engine.ahead() == 3, "no more than are asked at once"
    time.sleep(1.1)
    assert engine.ahead() == 0


def test_retry_after_holds_everybody_and_narrows(serve: Serve, engine_at: Open) -> None:
    def answer(body: dict[str, Any], number: int) -> Answer:
        if number < 4:
            return 429, {"Retry-After": "0.5"}, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
        time.sleep(0.02)
        return 200, {}, completion()

    server = serve(answer)
    engine = engine_at(server.url, concurrency=4)
    futures = [engine.submit(request(i)) for i in range(12)]
    assert not wait(futures, 20).not_done
    assert all(future.result().text == "ok" for future in futures)
    refused, answered = server.times[:4], server.times[4:]
    assert min(answered) - max(refused) > 0.4
    server.most = 0
    assert engine._throttle is not None
    assert 2 <= engine._throttle.width <= 4


@pytest.mark.parametrize(
    ("status", "body", "error", "what", "tries"),
    [
        (500, {"error": {"message": "oops"}}, TransientEngineError, "HTTP 500: oops", 3),
        (502, b"<html>Bad gateway</html>", TransientEngineError, "HTTP 502: <html>Bad gateway</html>", 3),
        (400, {"error": {"message": "bad temperature"}}, PermanentEngineError, "HTTP 400: bad temperature", 1),
        (401, {"error": {"message": "no"}}, PermanentEngineError, "check engine.api_key_env", 1),
        (404, {"detail": "Not Found"}, PermanentEngineError, "Not Found; check engine.base_url", 1),
        (
            429,
            {"error": {"message": "You exceeded", "code": "insufficient_quota"}},
            PermanentEngineError,
            "the account has no quota left",
            1,
        ),
        (200, {"error": "x"}, PermanentEngineError, "no chat completion", 1),
        (200, {"choices": []}, PermanentEngineError, "no chat completion", 1),
        (
            200,
            completion(None, finish_reason="content_filter"),
            PermanentEngineError,
            "finish_reason content_filter",
            1,
        ),
        (
            200,
            {"choices": [{"message": {"content": None, "refusal": "I will not"}}]},
            PermanentEngineError,
            "without content: I will not",
            1,
        ),
        (200, b"{cut", TransientEngineError, "not JSON", 1),
    ],
)
def test_errors(
    serve: Serve, engine_at: Open, status: int, body: Any, error: type[Exception], what: str, tries: int
) -> None:
    server = serve(lambda _, __: (status, {"X-Request-Id": "r1"} if tries == 9 else {}, body))
    with pytest.raises(error, match=what):
        engine_at(server.url).submit(request()).result(20)
    assert len(server.seen) == tries


def test_trouble_that_passes(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda _, number: (200, {}, completion()) if number == 2 else (503, {}, {}))
    assert engine_at(server.url).submit(request()).result(20).text == "ok"


def test_a_429_that_never_ends(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda _, __: (429, {"Retry-After": "120"}, {"error": {"message": "later"}}))
    with pytest.raises(TransientEngineError, match="HTTP 429: later"):
        engine_at(server.url, timeout_s=5).submit(request()).result(10)


def test_no_server_and_no_answer(serve: Serve, engine_at: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TransientEngineError, match=f"{port}/v1/chat/completions: Connection refused"):
        engine_at(f"http://127.0.0.1:{port}/v1").submit(request()).result(20)
    stuck = threading.Event()
    server = serve(lambda _, __: (200, {}, completion(str(stuck.wait(20)))))
    with pytest.raises(TransientEngineError, match="Timeout"):
        engine_at(server.url, timeout_s=0.2).submit(request()).result(20)
    stuck.set()


def test_other_names_for_the_cap(serve: Serve, engine_at: Open) -> None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."

    def answer(body: dict[str, Any], _: int) -> Answer:
        return (400, {}, {"error": {"message": said}}) if "max_tokens" in body else (200, {}, completion())

    server = serve(answer)
    engine = engine_at(server.url)
    engine.submit(request()).result(10)
    engine.submit(request()).result(10)
    assert [body.get("max_completion_tokens") for _, _, body in server.seen] == [None, 100, 100]


def test_a_cap_larger_than_the_window_is_left_out(serve: Serve, engine_at: Open) -> None:
    said = (
        "This model's maximum context length is 4096 tokens. However, you requested 4190 tokens "
        "(4090 in the messages, 100 in the completion)"
    )

    def answer(body: dict[str, Any], _: int) -> Answer:
        return (400, {}, {"error": {"message": said}}) if "max_tokens" in body else (200, {}, completion())

    assert engine_at(serve(answer).url).submit(request()).result(10).text == "ok"
    always = serve(lambda _, __: (400, {}, {"error": {"message": said}}))
    with pytest.raises(PermanentEngineError, match="maximum context length is 4096"):
        engine_at(always.url).submit(request()).result(10)
    assert len(always.seen) == 2


def test_budget_caps_what_is_spent(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda _, __: (200, {}, completion()))
    prices = {"input_per_million": 1e6, "output_per_million": 2e6, "currency": "EUR"}  # 10 + 40 a call
    engine = engine_at(server.url, budget=260, prices=prices)
    for i in range(5):
        engine.submit(request(i)).result(10)
    with pytest.raises(PermanentEngineError, match=r"the budget of 260 EUR is spent: 5 calls have cost 250\.0000"):
        engine.submit(request(5)).result(10)
    assert len(server.seen) == 5


def test_cancel_and_close(serve: Serve, engine_at: Open) -> None:
    stuck = threading.Event()
    server = serve(lambda _, __: (200, {}, completion(str(stuck.wait(20)))))
    engine = engine_at(server.url, concurrency=4)
    first, second, third = (engine.submit(request(i)) for i in range(3))
    while server.inside < 3:
        time.sleep(0.01)
    engine.cancel(["p0", "p1", "nobody"])
    for future in (first, second):
        with pytest.raises(CancelledError):
            future.result(10)
    engine.close()
    with pytest.raises(CancelledError):
        third.result(10)
    with pytest.raises(PermanentEngineError, match="closed"):
        engine.submit(request()).result(10)
    stuck.set()


def test_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_KEY", raising=False)
    (tmp_path / "key").write_text("sk-from-file\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "odd").write_text("secret words")
    reach = Reach(None, ("NO_KEY", *(str(tmp_path / name) for name in ("key", "empty", "odd", "none"))))
    assert openai.read_key(None, str(tmp_path / "key"), reach) == "sk-from-file"
    assert openai.read_key(None, None, reach) is None
    for env, file, what in [
        ("NO_KEY", None, "NO_KEY .* is not set"),
        (None, str(tmp_path / "none"), "cannot be read"),
        (None, str(tmp_path / "empty"), "is empty"),
        (None, str(tmp_path / "odd"), "holds is no API key"),
    ]:
        with pytest.raises(EnvironmentMissing, match=what) as caught:
            openai.read_key(env, file, reach)
        assert "secret" not in str(caught.value)


def test_what_is_null_is_left_out_and_extra_fields_are_sent(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda body, _: (200, {}, completion()))
    engine = engine_at(server.url, extra={"reasoning_effort": "low", "max_completion_tokens": 9})
    asked = replace(request(), sampling=Sampling(None, None, None, None))
    assert engine.submit(asked).result(10).notes == ()
    messages = [{"role": "user", "content": "call 0 på"}]
    sent = {"model": "m", "messages": messages, "reasoning_effort": "low", "max_completion_tokens": 9}
    assert server.seen[0][2] == sent


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, {"error": {"message": "Unsupported value: 'NAME' does not support 0.7.", "param": "NAME"}}),
        (400, {"error": {"message": "Unsupported parameter: 'NAME' is not supported with this model."}}),
        (422, {"detail": [{"loc": ["body", "NAME"], "msg": "Extra inputs are not permitted"}]}),
        (400, {"error": {"message": "Unrecognized request argument supplied: NAME"}}),
    ],
)  # fmt: skip
def test_a_parameter_refused_by_name_is_left_out_from_then_on(
    serve: Serve, engine_at: Open, status: int, refusal: dict[str, Any]
) -> None:
    def answer(body: dict[str, Any], _: int) -> Answer:
        for name in ("temperature", "seed"):
            if name in body:
                return status, {}, json.loads(json.dumps(refusal).replace("NAME", name))
        return 200, {}, completion()

    server = serve(answer)
    engine = engine_at(server.url)
    first, second = (engine.submit(request(i)).result(10) for i in range(2))
    assert [sorted({"temperature", "seed", "top_p"} & body.keys()) for _, _, body in server.seen] == [
        ["seed", "temperature", "top_p"], ["seed", "top_p"], ["top_p"], ["top_p"],
    ]  # fmt: skip
    assert [note.partition(":")[0] for note in first.notes] == ["seed left out", "temperature left out"]
    assert second.notes == first.notes


def test_a_value_out_of_range_is_no_refusal_of_the_parameter(serve: Serve, engine_at: Open) -> None:
    said = {"error": {"message": "Invalid 'temperature': must be between 0 and 0.5", "param": "temperature"}}
    server = serve(lambda _, __: (400, {}, said))
    with pytest.raises(PermanentEngineError, match="must be between"):
        engine_at(server.url).submit(request()).result(10)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.",
        "This model's maximum context length is 4,096 tokens. However, you requested 5,100 tokens "
        "(5,000 in the messages, 100 in the completion).",
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
        "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens.",
        "the request exceeds the available context size, try increasing it",
    ],
)
def test_a_prompt_too_long_is_not_sent_twice(serve: Serve, engine_at: Open, said: str) -> None:
    server = serve(lambda _, __: (400, {}, {"error": {"message": said, "code": "context_length_exceeded"}}))
    with pytest.raises(PermanentEngineError, match="HTTP 400"):
        engine_at(server.url).submit(request()).result(10)
    assert len(server.seen) == 1


def test_a_redirect_within_the_host_is_followed(serve: Serve, engine_at: Open) -> None:
    other = serve(lambda _, __: (200, {}, completion("stolen")))
    server = serve(
        lambda body, number: (
            (308, {"Location": "/v1/chat/completions/"}, b"")
            if number == 0
            else (200, {}, completion("followed"))
            if number == 1
            else (307, {"Location": f"{other.url}/chat/completions"}, b"")
        )
    )
    engine = engine_at(server.url)
    assert engine.submit(request()).result(10).text == "followed"
    assert server.seen[1][0] == "/v1/chat/completions/"
    assert server.seen[1][2] == server.seen[0][2]
    with pytest.raises(PermanentEngineError, match=r"not the same host; .*engine\.base_url"):
        engine.submit(request()).result(10)
    assert other.seen == []
    loop = serve(lambda _, __: (307, {"Location": "/v1/again"}, b""))
    with pytest.raises(PermanentEngineError, match="redirects more than 5 times"):
        engine_at(loop.url).submit(request()).result(10)


def test_a_query_in_the_base_url_stays_as_azure_asks(
    serve: Serve, engine_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-1")
    server = serve(lambda _, __: (200, {}, completion()))
    engine_at(f"{server.url}/d/?api-version=2024-10-21", api_key_env="MY_KEY").submit(request()).result(10)
    path, headers, _ = server.seen[0]
    assert path == "/v1/d/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == "sk-1"


def test_a_body_that_is_not_utf_8_is_refused(serve: Serve, engine_at: Open) -> None:
    server = serve(lambda _, __: (200, {}, json.dumps(completion("på"), ensure_ascii=False).encode("latin-1")))
    with pytest.raises(PermanentEngineError, match="not UTF-8"):
        engine_at(server.url).submit(request()).result(10)
    assert len(server.seen) == 1


def test_an_answer_that_comes_piece_by_piece(serve: Serve, engine_at: Open) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 2}

    def answer(body: dict[str, Any], _: int) -> Answer:
        if "stream_options" in body:
            return 400, {}, {"error": {"message": "Unsupported parameter: 'stream_options'", "param": "stream_options"}}
        pieces = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in ("p", "å")]
        pieces += [{"model": "m-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage}]
        text = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
        return 200, {"Content-Type": "text/event-stream; charset=utf-8"}, text.encode()

    server = serve(answer)
    engine = engine_at(server.url, stream=True)
    result = engine.submit(request()).result(10)
    assert (result.text, result.finish_reason, result.tokens_in, result.tokens_out) == ("på", "stop", 10, 2)
    assert [note.partition(":")[0] for note in result.notes] == ["stream_options left out"]
    assert [(body["stream"], "stream_options" in body) for _, _, body in server.seen] == [(True, True), (True, False)]
    whole = engine_at(serve(lambda _, __: (200, {}, completion("at once"))).url, stream=True)
    assert whole.submit(request()).result(10).text == "at once", "a server that does not know it answers as ever"


def test_content_as_parts_and_counts_that_cannot_be_stored(serve: Serve, engine_at: Open) -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "på"}]
    answer = completion(parts)  # type: ignore[arg-type]
    body = json.dumps(answer | {"usage": {"prompt_tokens": -1, "completion_tokens": 77}}).replace("77", "1e999")
    result = engine_at(serve(lambda _, __: (200, {}, body.encode())).url).submit(request()).result(10)
    assert (result.text, result.tokens_in, result.tokens_out) == ("på", 0, 2**31 - 1)
    assert result.notes == (
        "usage.prompt_tokens was -1, stored as 0", "usage.completion_tokens was inf, stored as 2147483647",
    )  # fmt: skip
