"""The page over a stored run: what it shows, under which policy, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from spanloom.http import create_app
from spanloom.settings import load_settings
from spanloom_evaluator.web.pages.start import EXAMPLE
from spanloom_evaluator.web.site import page_routes
from support.stored import execute, store_run

KEY = "a-key-of-more-than-sixteen-characters"


def client_of(db: Engine, **settings: str) -> TestClient:
    given = load_settings(port=0, **settings)
    return TestClient(create_app("page", settings=given, routers=[page_routes(db, given)]), base_url="http://127.0.0.1")


@pytest.fixture
def page(db: Engine) -> Iterator[TestClient]:
    with client_of(db) as client:
        yield client


class Attributes(HTMLParser):
    """What a strict policy forbids in a document, found in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given:
            self.found.append("an inline script")
        self.found += [
            f"{name}={value}"
            for name, value in attrs
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").startswith(("http:", "javascript:"))
        ]


def test_the_empty_list_says_what_to_do(page: TestClient) -> None:
    answer = page.get("/")
    assert answer.status_code == 200
    assert "No runs yet" in answer.text
    assert 'href="/new"' in answer.text
    assert "default-src 'self'; script-src 'self'; style-src 'self'" in answer.headers["content-security-policy"]


def test_runs_are_found_filtered_and_sorted_by_the_server(db: Engine, page: TestClient) -> None:
    first, second = store_run(db), store_run(db)
    execute(db, "UPDATE runs SET name = '<b>bold</b>', state = 'cancelled' WHERE id = :run", run=first)
    both = page.get("/").text
    assert first in both
    assert second in both
    assert "<b>bold" not in both
    assert "&lt;b&gt;bold" in both
    assert Attributes(both).found == []
    assert second not in page.get("/?state=cancelled").text
    assert first in page.get("/?q=BOLD").text
    assert "No run fits this filter" in page.get("/?language=xx").text
    by_name = page.get("/?sort=name").text
    assert by_name.index(first) < by_name.index(second)


def test_errors_are_pages_with_the_same_policy(page: TestClient) -> None:
    for place, status in (("/?page=0", 422), ("/?sort=colour", 422), ("/static/none.js", 404)):
        answer = page.get(place)
        assert answer.status_code == status
        assert "<h1>" in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_files_are_served_once_and_no_other_ones(page: TestClient) -> None:
    script = page.get("/static/page.js")
    assert script.headers["content-type"].startswith("text/javascript")
    again = page.get("/static/page.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
    for name in ("..%2Frender.py", "vendor/../../render.py", "page.py"):
        assert page.get(f"/static/{name}").status_code in (404, 422)


def test_without_a_session_a_person_is_sent_to_sign_in_and_a_program_is_told(db: Engine) -> None:
    with client_of(db, api_key=KEY) as page:
        browser = {"Accept": "text/html,*/*"}
        sent = page.get("/?state=running", headers=browser, follow_redirects=False)
        assert sent.status_code == 303
        assert sent.headers["location"] == "/login?to=%2F%3Fstate%3Drunning"
        assert "API key" in page.get(sent.headers["location"], headers=browser).text
        assert page.get("/").status_code == 401
        assert page.get("/static/page.css").status_code == 200
        assert 'data-sign-in="/"' in page.get("/login?to=//elsewhere.example/", headers=browser).text
        assert page.post("/v1/session", json={"key": KEY}).status_code == 204
        assert "No runs yet" in page.get("/", headers=browser).text


def test_a_specification_is_planned_or_every_mistake_told(db: Engine, page: TestClient) -> None:
    same = {"Sec-Fetch-Site": "same-origin"}
    planned = page.post("/new/plan", data={"specification": EXAMPLE}, headers=same).text
    assert "What it would do" in planned
    assert "data-begin>Start the run" in planned
    wrong = EXAMPLE.replace("sizes: [30, 100]", "sizes: []").replace("dev: gold", "devil: gold")
    told = page.post("/new/plan", data={"specification": wrong}, headers=same).text
    assert "2 mistakes" in told
    assert "training.sizes" in told
    assert "training.devil" in told
    assert page.post("/new/plan", data={"specification": EXAMPLE}).status_code == 403, "no page of ours sent it"
    assert "name: first" in page.get("/new").text


def test_pages_without_data_say_what_to_do(page: TestClient) -> None:
    assert "No run has a score yet" in page.get("/compare").text
    assert "No model is kept yet" in page.get("/tag").text
