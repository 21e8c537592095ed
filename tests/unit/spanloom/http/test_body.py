"""What a request may carry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from spanloom.http import create_app
from spanloom.http.body import _TOKENS, json_depth
from spanloom.settings import load_settings

LIMIT = 10_000
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def client() -> TestClient:
    router = APIRouter()

    @router.post("/v1/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/v1/things/{name}")
    def thing(name: str, q: str = "") -> dict[str, str]:
        return {"name": name, "q": q}

    settings = load_settings(max_body_bytes=LIMIT, max_json_depth=8)
    return TestClient(create_app("t", settings=settings, routers=[router]), base_url="http://127.0.0.1")


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(v) for v in value.values()), default=0)
    return 1 + max((depth_of(v) for v in value), default=0) if isinstance(value, list) else 0


@given(JSON)
def test_depth_is_the_depth_of_the_document(value: Any) -> None:
    assert json_depth(json.dumps(value).encode()) == depth_of(value)
    assert json_depth(json.dumps(value, ensure_ascii=False, indent=1).encode()) == depth_of(value)


@given(st.binary(max_size=200))
def test_depth_of_any_bytes_is_found(body: bytes) -> None:
    assert 0 <= json_depth(body) <= body.count(b"[") + body.count(b"{")


@given(st.text('"\\\\[]{}a', max_size=40))
def test_no_quote_is_left_unmatched(text: str) -> None:
    """So no scan to the end of the text is thrown away and begun again: the search is linear."""
    body = text.encode()
    covered = {at for match in _TOKENS.finditer(body) for at in range(*match.span())}
    assert {at for at, byte in enumerate(body) if byte == ord('"')} <= covered


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(0, 200), (LIMIT, 200), (LIMIT + 1, 413), (50 * LIMIT, 413)])
def test_a_body_too_large_is_refused(client: TestClient, size: int, status: int, chunked: bool) -> None:
    def pieces() -> Iterator[bytes]:
        for start in range(0, size, 4096):
            yield b"x" * min(4096, size - start)

    answer = client.post("/v1/echo", content=pieces() if chunked else b"x" * size)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"bytes": size}
    else:
        assert "SPANLOOM_MAX_BODY_BYTES" in answer.json()["detail"]


@pytest.mark.parametrize(("depth", "status"), [(8, 200), (9, 400), (4000, 400)])
def test_a_body_too_deep_is_refused(client: TestClient, depth: int, status: int) -> None:
    answer = client.post("/v1/echo", content=b"[" * depth + b"]" * depth)
    assert answer.status_code == status


def test_yaml_has_its_own_check_of_depth(client: TestClient) -> None:
    answer = client.post("/v1/echo", content=b"[" * 20 + b"]" * 20, headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/things/a%00b", "/v1/things/a?q=%00"])
def test_u0000_is_refused_in_addresses(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("form", [{"data": {"a": "x\0"}}, {"files": {"a": (None, "x\0")}}])
def test_u0000_is_refused_in_forms(client: TestClient, form: dict[str, Any]) -> None:
    assert client.post("/v1/echo", **form).status_code == 400


@pytest.mark.parametrize("length", [b"-1", b"ten", b"1e3", b"\xb2"])
def test_a_senseless_length_is_refused(client: TestClient, length: bytes) -> None:
    answer = client.post("/v1/echo", content=b"x", headers={b"Content-Length": length})
    assert answer.status_code == 400
