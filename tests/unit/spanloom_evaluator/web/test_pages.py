"""What the page's routes make of odd addresses and forms; no database is asked."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from spanloom.errors import DataError
from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom_evaluator.web.pages.corrections import _TAGS, _WORDS, _read
from spanloom_evaluator.web.site import page_routes

ELSEWHERE = ["//x.org", "/\\x.org", "/\t/x.org", "/\n/x.org", "/a\\x", "https://x.org", "javascript:1", "", " /x"]


@pytest.fixture(scope="module")
def client() -> TestClient:
    settings = load_settings(keyless=True)
    routes = page_routes(cast(Any, None), settings)
    return TestClient(create_app("e", settings=settings, routers=[routes]), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("to", "leads"), [*((to, "/") for to in ELSEWHERE), ("/runs/a?b=c%20d", "/runs/a?b=c%20d"), ("/", "/")]
)
def test_signing_in_leads_to_an_address_of_ours(client: TestClient, to: str, leads: str) -> None:
    assert f'data-sign-in="{leads}"' in client.get("/login", params={"to": to}).text


@pytest.mark.parametrize("text", ["", "[", "5", "[" + "1" * 5000 + "]", "[NaN]", "[" * 50_000, '[{"a": 1}]', "[1.5]"])
def test_a_field_that_no_page_sends_is_told(text: str) -> None:
    for shape in (_TAGS, _WORDS):
        with pytest.raises(DataError, match="is not what a page sends"):
            _read(shape, text, "tags")


@pytest.mark.parametrize("text", ['["a\\u0000"]', '["\\ud800"]'])
def test_words_that_no_database_holds_are_told(text: str) -> None:
    with pytest.raises(DataError, match="is not what a page sends"):
        _read(_WORDS, text, "mention")


def test_a_plan_with_very_many_or_long_mistakes_is_brief(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    for text in ("k" * 90_000 + ": 1", "name: " + "x" * 90_000, "".join(f"k{i}: 1\n" for i in range(900))):
        answer = client.post("/new/plan", data={"specification": text}, headers=headers)
        assert answer.status_code == 200
        assert len(answer.content) < 80_000
