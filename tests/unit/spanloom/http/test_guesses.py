from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient

from spanloom.http import create_app, guesses
from spanloom.http.guesses import FREE, MOST_ADDRESSES, Guesses
from spanloom.settings import load_settings

KEY = "a-key-of-sufficient-length"


def test_many_wrong_keys_of_an_address_are_answered_late(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def slept(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(guesses.asyncio, "sleep", slept)
    app = TestClient(create_app("t", settings=load_settings(api_key=KEY)), base_url="http://127.0.0.1:8000")
    for i in range(FREE + 5):
        if i % 2:
            assert app.get("/metrics", headers={"X-API-Key": f"guess-{i}"}).status_code == 401
        else:
            assert app.post("/v1/session", json={"key": f"guess-{i}"}).status_code == 401
    assert pauses == [guesses.PAUSE_S] * 5
    assert app.get("/metrics", headers={"X-API-Key": KEY}).status_code == 200
    assert app.get("/metrics").status_code == 401
    assert len(pauses) == 5, "neither the right key nor none is a guess"


def test_guesses_that_are_sent_at_once_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    real = asyncio.sleep

    async def slept(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    monkeypatch.setattr(guesses.asyncio, "sleep", slept)
    held = Guesses()

    async def rush() -> None:
        await asyncio.gather(*(held.slow("10.0.0.1") for _ in range(FREE + 300)), held.slow("10.0.0.2"))

    asyncio.run(rush())
    assert pauses == [min(float(i), guesses.MOST_PAUSE_S) for i in range(1, 301)]
    assert not held._waiting


def test_what_is_remembered_is_bounded() -> None:
    held = Guesses(pause_s=0)

    async def many() -> None:
        for i in range(MOST_ADDRESSES + 50):
            await held.slow(str(i))

    asyncio.run(many())
    assert len(held._wrong) == MOST_ADDRESSES
