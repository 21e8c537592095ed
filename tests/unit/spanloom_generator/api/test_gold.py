"""Gold files that clients send: read at once, kept whole or not at all, under the operator's caps."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from spanloom.http import create_app
from spanloom.settings import Settings, load_settings
from spanloom_generator.api.gold import gold_routes

GOLD = b"Anna\tB-PER\nbor\tO\ni\tO\nOslo\tB-LOC\n\n" * 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        port=0, home=tmp_path, keyless=True, max_uploads_bytes=400, max_upload_bytes=2000, max_body_bytes=1024,
        allowed_hosts="testserver",
    )  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(create_app("generator", settings=settings, routers=[gold_routes(settings)]))


def kept(settings: Settings) -> list[str]:
    return [path.name for path in settings.uploads_folder.rglob("*") if path.is_file()]


def test_a_file_is_read_and_kept_where_a_specification_finds_it(client: TestClient, settings: Settings) -> None:
    answer = client.post("/v1/gold", params={"name": "mine.conll"}, content=GOLD)
    told = answer.json()
    assert (answer.status_code, told["sentences"], told["entities"]) == (201, 3, {"LOC": 3, "PER": 3})
    assert told["first"] == "[PER Anna] bor i [LOC Oslo]"
    place = settings.gold_roots[-1] / told["file"]
    assert place.read_bytes() == GOLD
    assert (place.stat().st_mode | place.parent.stat().st_mode | settings.uploads_folder.stat().st_mode) & 0o077 == 0
    assert client.post("/v1/gold", params={"name": "mine.conll"}, content=GOLD).json() == told
    assert kept(settings) == ["mine.conll"]


@pytest.mark.parametrize(
    ("name", "content", "status", "told"),
    [
        ("mine.conll", b"", 422, "mine.conll is empty"),
        ("mine.jsonl", b'{"tokens": [1', 422, "mine.jsonl"),
        ("mine.conll", b"\xff\xfe\x00", 422, "mine.conll"),
        ("mine.conll", b"a\tO\n\n" * 100, 507, "SPANLOOM_MAX_UPLOADS_BYTES"),
        ("mine.conll", b"a\tO\n\n" * 500, 413, "SPANLOOM_MAX_UPLOAD_BYTES"),
        ("../mine.conll", GOLD, 422, "name"),
        (".hidden", GOLD, 422, "name"),
    ],
)
def test_what_cannot_be_read_or_kept_is_told_and_leaves_nothing(
    client: TestClient, settings: Settings, name: str, content: bytes, status: int, told: str
) -> None:
    answer = client.post("/v1/gold", params={"name": name}, content=content)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert str(settings.home) not in answer.text or status == 507
    assert kept(settings) == []
