"""The key traded for a cookie: what the cookie is, what it opens, and what it does not."""

from __future__ import annotations

import hashlib
import time

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.http import create_app
from spanloom.http.session import LASTS_S, ApiKey, cookie_name
from spanloom.settings import load_settings

COOKIE = "spanloom_session_8000"
KEY = "a-key-of-sufficient-length"
HERE = "http://127.0.0.1:8000"
OURS = ApiKey(hashlib.sha256(KEY.encode()).digest())


def client(key: str | None = KEY, base: str = HERE) -> TestClient:
    router = APIRouter()

    @router.get("/v1/things")
    def things() -> list[str]:
        return ["thing"]

    @router.post("/v1/things")
    def make() -> str:
        return "made"

    return TestClient(create_app("t", settings=load_settings(api_key=key), routers=[router]), base_url=base)


def carried(cookie: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={cookie}"}


def test_the_key_is_traded_for_a_cookie_that_opens_every_service() -> None:
    page, other = client(), client(f"sha256:{hashlib.sha256(KEY.encode()).hexdigest()}")
    assert page.get("/v1/things").status_code == 401
    answer = page.post("/v1/session", json={"key": KEY}, headers={"Origin": HERE})
    assert (answer.status_code, answer.content) == (204, b"")
    words = {word.strip().lower() for word in answer.headers["Set-Cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/", f"max-age={LASTS_S}"} <= words
    assert "secure" not in words, "plain HTTP on loopback"
    assert KEY not in answer.headers["Set-Cookie"]
    assert page.get("/v1/things").status_code == 200
    assert other.get("/v1/things", headers=carried(page.cookies[COOKIE])).status_code == 200
    assert client("another-key-long-enough").get("/v1/things", headers=carried(page.cookies[COOKIE])).status_code == 401


def test_two_ports_of_a_machine_keep_their_own_sessions() -> None:
    page = client()
    page.post("/v1/session", json={"key": KEY})
    elsewhere = client(base="http://127.0.0.1:9000")
    assert elsewhere.get("/v1/things", headers=carried(page.cookies[COOKIE])).status_code == 401
    names = {host: cookie_name(host) for host in ("[::1]:8000", "[::1]", "ner.example.org", "h:x", "")}
    assert names == {"[::1]:8000": COOKIE, **dict.fromkeys(("[::1]", "ner.example.org", "h:x", ""), "spanloom_session")}


@given(st.text(st.characters(codec="latin-1"), max_size=60))
@settings(max_examples=60)
def test_no_cookie_is_an_internal_error(text: str) -> None:
    page = client()
    for cookie in (text, f"{COOKIE}={text}", f'{COOKIE}="\\{text}"', f"{COOKIE}=9.{text}"):
        answer = page.get("/v1/things", headers=[(b"cookie", cookie.encode("latin-1"))])
        assert answer.status_code == 401, cookie


def test_over_https_the_cookie_never_travels_in_the_clear() -> None:
    answer = client(base="https://127.0.0.1:8000").post("/v1/session", json={"key": KEY})
    assert "secure" in answer.headers["Set-Cookie"].lower()


def test_a_wrong_key_and_a_foreign_page_get_none() -> None:
    wrong = client().post("/v1/session", json={"key": "wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert wrong.headers["Content-Type"] == "application/problem+json"
    foreign = client().post("/v1/session", json={"key": KEY}, headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, "set-cookie" in foreign.headers) == (403, False)
    assert client().post("/v1/session", json={}).status_code == 422


def test_what_a_session_changes_must_come_from_our_own_pages() -> None:
    page = client()
    page.post("/v1/session", json={"key": KEY})
    assert page.post("/v1/things", headers={"Origin": HERE}).status_code == 200
    assert page.post("/v1/things").status_code == 403
    assert page.post("/v1/things", headers={"Origin": "https://evil.example"}).status_code == 403
    assert page.post("/v1/things", headers={"X-API-Key": KEY}).status_code == 200, "programs send the key"


def test_the_end_of_a_session() -> None:
    page = client()
    page.post("/v1/session", json={"key": KEY})
    assert page.delete("/v1/session", headers={"Origin": HERE}).status_code == 204
    assert COOKIE not in page.cookies
    assert page.get("/v1/things").status_code == 401
    ended = OURS.session(int(time.time()) - 1)
    answer = client().get("/v1/things", headers=carried(ended))
    assert answer.status_code == 401
    assert "session has ended" in answer.json()["detail"]


def test_without_a_key_there_is_nothing_to_trade() -> None:
    answer = client(None).post("/v1/session", json={"key": "anything"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)


def test_a_good_cookie_is_good_for_its_time_alone() -> None:
    cookie = OURS.session(1000)
    assert OURS.knows(cookie, 999)
    assert not OURS.knows(cookie, 1000)
    assert not OURS.knows(OURS.session(1000 + LASTS_S), 999), "none is given out for so long"


@given(st.text(max_size=100))
def test_no_other_cookie_is_good(cookie: str) -> None:
    assert not OURS.knows(cookie, 999)


@given(st.integers(0, 70), st.text(min_size=1, max_size=1))
def test_a_cookie_bent_in_one_place_is_not_good(place: int, char: str) -> None:
    cookie = OURS.session(1000)
    bent = cookie[:place] + char + cookie[place + 1 :]
    assert OURS.knows(bent, 999) == (bent == cookie)


@pytest.mark.parametrize("path", ["/healthz", "/docs"])
def test_a_bad_cookie_closes_nothing_that_is_open(path: str) -> None:
    assert client().get(path, headers=carried("x")).status_code == 200
