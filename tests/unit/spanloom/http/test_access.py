"""Who may call: key, Host, Origin."""

from __future__ import annotations

import hashlib

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from spanloom.errors import SettingsError
from spanloom.http import create_app
from spanloom.http.access import api_key, host_allowed
from spanloom.settings import load_settings

KEY = "a-key-of-sufficient-length"
HERE = "http://127.0.0.1:8000"


def client(base: str = HERE, **settings: object) -> TestClient:
    router = APIRouter()

    @router.get("/v1/things")
    def things() -> list[str]:
        return ["thing"]

    return TestClient(create_app("t", settings=load_settings(**settings), routers=[router]), base_url=base)


@pytest.mark.parametrize("configured", [KEY, f"sha256:{hashlib.sha256(KEY.encode()).hexdigest()}"])
@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}, {"X-API-Key": KEY}]
)
def test_the_key_opens(configured: str, headers: dict[str, str]) -> None:
    assert client(api_key=configured).get("/v1/things", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer "},
        {"X-API-Key": f"{KEY}x"},
        {"X-API-Key": hashlib.sha256(KEY.encode()).hexdigest()},
        {"Cookie": f"key={KEY}"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/things", "/metrics", "/nowhere"])
def test_without_the_key_nothing_opens(headers: dict[str, str], path: str) -> None:
    answer = client(api_key=KEY).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
def test_what_tells_of_no_data_is_open(path: str) -> None:
    assert client(api_key=KEY).get(path).status_code == 200


@given(st.text(max_size=60))
def test_only_the_key_fits(presented: str) -> None:
    key = api_key(load_settings(api_key=KEY))
    assert key is not None
    assert key.fits(presented) == (presented == KEY)


@pytest.mark.parametrize("key", ["short", "sha256:abc", f"sha256:{'g' * 64}"])
def test_a_useless_key_is_refused_at_start(key: str) -> None:
    with pytest.raises(SettingsError, match="SPANLOOM_API_KEY"):
        client(api_key=key).get("/v1/things")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_loopback_names_are_hosts(host: str) -> None:
    assert client().get("/v1/things", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "", "[::1", "a b"]
)
def test_any_other_host_is_refused_on_loopback_too(host: str) -> None:
    answer = client().get("/v1/things", headers={"Host": host})
    assert answer.status_code == 403
    assert "SPANLOOM_ALLOWED_HOSTS" in answer.json()["detail"]


def test_a_listed_host_is_allowed_and_a_star_is_any() -> None:
    assert (
        client(allowed_hosts="spanloom.example").get("/v1/things", headers={"Host": "spanloom.example"}).status_code
        == 200
    )
    headers = {"Host": "any.example", "X-API-Key": KEY}
    assert client(allowed_hosts="*", api_key=KEY).get("/v1/things", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_come_by_address(path: str) -> None:
    assert client().get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_metrics_may_be_scraped_by_address_with_the_key_alone() -> None:
    by_address = {"Host": "10.1.2.3:8000"}
    assert client(api_key=KEY).get("/metrics", headers={**by_address, "X-API-Key": KEY}).status_code == 200
    assert client(api_key=KEY).get("/metrics", headers=by_address).status_code == 401
    assert client().get("/metrics", headers=by_address).status_code == 403


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:9999", "http://127.0.0.1"])
def test_a_foreign_origin_is_refused(origin: str) -> None:
    answer = client().get("/v1/things", headers={"Origin": origin})
    assert answer.status_code == 403
    assert "SPANLOOM_ALLOWED_ORIGINS" in answer.json()["detail"]


def test_the_services_own_origin_and_listed_ones_are_allowed() -> None:
    assert client().get("/v1/things", headers={"Origin": HERE}).status_code == 200
    listed = client(allowed_origins="https://app.example/")
    assert listed.get("/v1/things", headers={"Origin": "https://app.example"}).status_code == 200


@given(st.text())
def test_no_header_breaks_the_host_check(header: str) -> None:
    assert host_allowed(header, {"localhost"}) in (True, False)


def test_the_document_says_how_to_send_the_key() -> None:
    schema = client(api_key=KEY).get("/openapi.json").json()
    assert schema["paths"]["/v1/things"]["get"]["security"] == [{"bearer": []}, {"key": []}]
    assert schema["paths"]["/healthz"]["get"]["security"] == []
    assert "securitySchemes" not in client().get("/openapi.json").json()["components"]
