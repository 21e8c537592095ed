"""The page in a real browser, over all services in one process: what a person does, by what they see.

Chromium is the system's (`infra/chromium` finds or installs it). The server's own database is made here.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine, text

from spanloom.lifecycle import Service
from spanloom.settings import load_settings
from spanloom.store.db import connect
from spanloom_embedded.app import embedded
from support.chat_server import ChatServer
from support.cluster import demo_language, replay_source, tiny_training
from support.common import own_database
from support.recordings import write_recording

AXE = Path(__file__).with_name("axe-4.14.1.min.js")
PATIENCE_MS = 240_000
expect.set_options(timeout=PATIENCE_MS)
pytestmark = pytest.mark.timeout(600)  # a real training, on a machine that may be busy besides


@pytest.fixture(scope="module")
def served(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Engine, Path]]:
    """All services in this process, serving on a free port."""
    folder = tmp_path_factory.mktemp("page")
    with own_database(postgres_url) as url:
        settings = load_settings(
            database_url=url, bus="memory://page", home=folder, models=folder / "models", cache=folder / "cache",
            data=str(folder), port=0, log_level="warning",
        )  # fmt: skip
        with embedded(settings) as service:
            service.start()
            db = connect(url)
            yield service, db, folder
            db.dispose()
            service.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no chromium on this machine; infra/chromium installs it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


class Watched:
    """A page, and what its console said against us."""

    def __init__(self, page: Page) -> None:
        self.page, self.wrong = page, []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))


@pytest.fixture
def watched(browser: Browser, served: tuple[Service, Engine, Path]) -> Iterator[Watched]:
    """A fresh browser context on the service; no error and no violation of the policy may be left at the end."""
    context = browser.new_context(base_url=served[0].url, viewport={"width": 1280, "height": 900})
    seen = Watched(context.new_page())
    yield seen
    context.close()
    assert seen.wrong == []


def _specification(folder: Path) -> str:
    recording = write_recording(folder / "recorded.jsonl", calls=12, objects=8)
    return yaml.safe_dump(
        {
            "name": "browser",
            "languages": [demo_language()],
            "sources": [{"kind": "organic"}, replay_source(recording, calls=12, dev_calls=0)],
            "training": tiny_training(recipe={"learning_rate": 0.001, "epochs": 1, "restarts": 0}),
        }
    )


def _run(db: Engine) -> str:
    with db.connect() as connection:
        return str(connection.execute(text("SELECT id FROM runs ORDER BY created_at LIMIT 1")).scalar_one())


def test_a_run_is_started_from_the_form_and_ends_without_a_reload(
    watched: Watched, served: tuple[Service, Engine, Path]
) -> None:
    page = watched.page
    page.goto("/new")
    page.locator("#specification").fill("name: x\nlanguages: []\n")
    expect(page.locator("#plan")).to_contain_text("mistake")
    page.locator("#specification").fill(_specification(served[2]))
    expect(page.locator("#plan")).to_contain_text("What it would do")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*")
    page.locator("h1").evaluate("node => { node.dataset.kept = 'yes'; }")
    expect(page.locator(".standing .state")).to_have_text("complete")
    expect(page.locator("h1[data-kept]")).to_have_count(1)
    expect(page.locator("a.cell.done, a.cell.collapsed")).to_have_count(2)


def test_a_reject_opens_with_its_place_marked(watched: Watched, served: tuple[Service, Engine, Path]) -> None:
    page = watched.page
    page.goto(f"/runs/{_run(served[1])}/samples?verdict=rejected")
    page.locator(".sample.rejected [data-open]").first.click()
    expect(page.locator("mark.rejected.here")).to_have_count(1)
    expect(page.locator("details pre").last).to_contain_text("Write")


def test_three_samples_are_corrected_by_keyboard_and_make_version_two(
    watched: Watched, served: tuple[Service, Engine, Path]
) -> None:
    page, run = watched.page, _run(served[1])
    page.goto(f"/runs/{run}/samples")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".sample.corrected")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".sample.corrected")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".sample.corrected")).to_have_count(3)
    page.goto(f"/runs/{run}/corrections")
    page.get_by_role("button", name="Make version 2").click()
    page.wait_for_url("**version=2**")
    expect(page.locator("#found")).to_contain_text("v2")


def test_two_arms_are_compared_and_a_plot_is_taken_away(watched: Watched, served: tuple[Service, Engine, Path]) -> None:
    page, run = watched.page, _run(served[1])
    with served[1].connect() as connection:
        arms = list(
            connection.execute(text("SELECT id FROM arm_scores WHERE run_id = :run ORDER BY source"), {"run": run})
        )
    page.goto(f"/compare?run={run}&a={arms[0].id}")
    page.locator("#c-b").select_option(arms[1].id)
    expect(page.locator("main")).to_contain_text("sentences where they disagree")
    page.goto(f"/runs/{run}/results")
    expect(page.locator("#f1_by_size ~ .beside [data-drawn='1'] svg").first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as taken:
        page.locator("a[download='f1_by_size.svg']").click()
    assert "<svg" in Path(taken.value.path()).read_text()


def test_what_was_confused_leaves_as_csv(watched: Watched, served: tuple[Service, Engine, Path]) -> None:
    run = _run(served[1])
    with served[1].connect() as connection:
        evaluation, entities = connection.execute(
            text(
                "SELECT e.id, s.gold FROM evaluations e JOIN scores s ON s.evaluation_id = e.id AND s.label = '*' "
                "AND s.reading = 'typed' WHERE e.run_id = :run ORDER BY e.id LIMIT 1"
            ),
            {"run": run},
        ).one()
    watched.page.goto(f"/runs/{run}/evaluations/{evaluation}")
    with watched.page.expect_download() as taken:
        watched.page.locator("a[download='confusion.csv']").click()
    rows = list(csv.DictReader(Path(taken.value.path()).read_text("utf-8").splitlines()))
    counted = sum(int(row["same_words"]) + int(row["other_words"]) for row in rows if row["gold"] != "none")
    assert counted == entities, "each gold entity is in one cell"


def test_a_gold_file_is_sent_read_and_written_into_the_specification(
    watched: Watched, served: tuple[Service, Engine, Path]
) -> None:
    page, gold = watched.page, served[2] / "my words.conll"
    gold.write_text("Anna\tB-PER\nbor\tO\ni\tO\nOslo\tB-LOC\n\n" * 40)
    page.goto("/new")
    page.locator("#file").set_input_files(str(gold))
    expect(page.locator("[data-gold]")).to_contain_text("[PER Anna] bor i [LOC Oslo]")
    expect(page.locator("[data-gold]")).to_contain_text("LOC 40, PER 40")
    written = yaml.safe_load(page.locator("#specification").input_value())
    assert sorted(written["labels"]) == ["LOC", "PER"]
    assert written["languages"][0]["gold"]["file"].endswith("/my_words.conll")
    expect(page.locator("#plan")).to_contain_text("LOC, PER")
    gold.write_text("no tags here\n")
    page.locator("#file").set_input_files(str(gold))
    expect(page.locator("[data-gold]")).to_contain_text("my words.conll")
    expect(page.locator("[data-gold]")).not_to_contain_text("Anna")
    expect(page.locator("#told")).to_contain_text("was not taken")
    # The browser writes every refused request to its console; ours is one.
    assert [line for line in watched.wrong if "422" in line] == watched.wrong
    watched.wrong.clear()


def test_a_sentence_is_tagged_by_two_models_side_by_side(watched: Watched) -> None:
    page = watched.page
    page.goto("/tag")
    page.locator("#text").fill("Anna bor i Oslo .")
    second = page.locator("select[name=second]")
    second.select_option(index=2)
    page.get_by_role("button", name="Tag").click()
    expect(page.locator("#tagged .card")).to_have_count(2)
    expect(page.locator("#tagged .sentence").first).to_contain_text("Oslo")


def test_a_run_is_cancelled_and_resumed(watched: Watched) -> None:
    page = watched.page
    with ChatServer() as server:
        engine = {"kind": "openai", "base_url": server.base_url, "model": "held-back", "concurrency": 2}
        source = {"kind": "synthetic", "name": "llm", "m": 2, "n": 1, "engine": engine, "stop": {"after_calls": 3}}
        spec = {
            "name": "held", "languages": [demo_language()], "sources": [source],
            "training": tiny_training(keep_models="none"),
        }  # fmt: skip
        answer = page.request.post("/v1/runs", data=yaml.safe_dump(spec), headers={"content-type": "application/yaml"})
        assert answer.status == 202, answer.text()
        page.goto(f"/runs/{answer.json()['id']}")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".standing .state")).to_have_text("cancelled")
        page.get_by_role("button", name="Resume").click()
        expect(page.locator(".standing .state")).to_have_text("running")
        server.open()
        expect(page.locator(".standing .state")).not_to_have_text("running")


def test_the_key_is_traded_for_a_cookie_and_back_to_where_one_was(
    browser: Browser, postgres_url: str, tmp_path: Path
) -> None:
    key = "open-sesame-" * 3
    with own_database(postgres_url) as url:
        settings = load_settings(
            database_url=url, bus="memory://sign-in", home=tmp_path, cache=tmp_path / "cache", port=0,
            log_level="warning", api_key=key,
        )  # fmt: skip
        with embedded(settings) as service:
            service.start()
            context = browser.new_context(base_url=service.url)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto("/tag")
            page.wait_for_url("**/login?to=*")
            page.locator("#key").fill("a wrong one")
            page.get_by_role("button", name="Sign in").click()
            expect(page.locator("[data-wrong]")).to_be_visible()
            page.locator("#key").fill(key)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/tag")
            (cookie,) = context.cookies()
            assert (cookie["httpOnly"], cookie["sameSite"], key in cookie["value"]) == (True, "Strict", False)
            context.close()
            service.stop()


def test_hostile_text_is_text(watched: Watched, served: tuple[Service, Engine, Path]) -> None:
    run = _run(served[1])
    tokens = ["<script>window.broken = 1</script>", "\u202egnp", *["ord"] * 9998]
    with served[1].begin() as connection:
        connection.execute(
            text(
                "UPDATE samples SET tokens = :tokens, ner_tags = :tags WHERE ctid = (SELECT s.ctid FROM samples s "
                "WHERE dataset_id = :id ORDER BY call_index, candidate_index LIMIT 1)"
            ),
            {"tokens": tokens, "tags": [1, *[0] * 9999], "id": f"{run}.da.recorded.train.v1"},
        )
    watched.page.goto(f"/runs/{run}/samples?version=1&source=recorded")
    expect(watched.page.locator(".sample").first).to_contain_text("<script>window.broken = 1</script>")
    assert watched.page.evaluate("() => window.broken === undefined")


def test_no_page_has_a_serious_barrier_or_breaks_the_policy(
    browser: Browser, served: tuple[Service, Engine, Path]
) -> None:
    run = _run(served[1])
    with served[1].connect() as connection:
        job, evaluation = connection.execute(
            text("SELECT job_id, id FROM evaluations WHERE run_id = :run ORDER BY id LIMIT 1"), {"run": run}
        ).one()
    places = [
        "/", "/new", f"/compare?run={run}", "/tag", f"/runs/{run}", f"/runs/{run}/arms/{job}", f"/runs/{run}/samples",
        f"/runs/{run}/samples?verdict=rejected", f"/runs/{run}/calls/{run}.da.recorded.train.v1.0",
        f"/runs/{run}/results", f"/runs/{run}/evaluations/{evaluation}", f"/runs/{run}/corrections",
        f"/runs/{run}/next", "/login",
    ]  # fmt: skip
    context = browser.new_context(
        base_url=served[0].url, color_scheme="light", reduced_motion="reduce", viewport={"width": 375, "height": 800}
    )
    seen = Watched(context.new_page())
    # The policy holds for the pages; axe itself is put in from outside of them.
    axe = AXE.read_text(encoding="utf-8") + "\n0"
    found = {}
    for place in places:
        seen.page.goto(place)
        wide = seen.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{place} is wider than the window by {wide} px"
        expect(seen.page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
        seen.page.evaluate(axe)
        bad = _barriers(seen.page, "{}")
        seen.page.emulate_media(color_scheme="dark")
        bad += _barriers(seen.page, '{runOnly: ["color-contrast"]}')  # the theme changes colours and nothing else
        seen.page.emulate_media(color_scheme="light")
        if bad:
            found[place] = bad
    context.close()
    assert found == {}, json.dumps(found, indent=1)
    assert seen.wrong == []


def _barriers(page: Page, options: str) -> list[tuple[str, str]]:
    """What axe finds that is serious or critical: the rule, and the first element that breaks it."""
    run = f"() => axe.run(Object.assign({options}, {{resultTypes: ['violations']}}))"
    violations = page.evaluate(run)["violations"]
    return [(v["id"], v["nodes"][0]["html"][:160]) for v in violations if v["impact"] in ("serious", "critical")]


def test_the_docs_draw_from_here_alone(watched: Watched, served: tuple[Service, Engine, Path]) -> None:
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.page.goto("/docs")
    expect(watched.page.locator(".swagger-ui .info .title")).to_be_visible()
    expect(watched.page.locator("#operations-tag-runs")).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith((served[0].url, "data:"))] == []
