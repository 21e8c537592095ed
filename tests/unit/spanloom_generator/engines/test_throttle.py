"""How many requests are inside, and how long a refusal holds them."""

from __future__ import annotations

import asyncio
import email.utils
import time

import pytest

from spanloom_generator.engines.throttle import Throttle, retry_after


def test_width_halves_once_a_burst_and_grows_by_answers() -> None:
    async def run() -> None:
        throttle = Throttle(16)
        for _ in range(5):
            throttle.refused(0.01)
        assert throttle.width == 8
        await asyncio.sleep(0.02)
        throttle.refused(0.0)
        assert throttle.width == 4
        for _ in range(4):
            throttle.answered()
        assert 4.8 < throttle.width < 5
        for _ in range(500):
            throttle.answered()
        assert throttle.width == 16

    asyncio.run(run())


def test_a_refusal_now_and_then_holds_nobody_else() -> None:
    throttle = Throttle(64)
    for turn in range(500):
        throttle.refused(600.0) if turn % 20 == 19 else throttle.answered()
        assert throttle.width == 64
        assert throttle.open, f"held at turn {turn}"


def test_more_refusals_than_that_hold_everybody() -> None:
    throttle = Throttle(64)
    for _ in range(200):
        throttle.answered()
    for _ in range(12):
        throttle.refused(600.0)
    assert throttle.open
    throttle.refused(600.0)
    assert not throttle.open, "more than a tenth of the last 128"
    assert throttle.width == 32


@pytest.mark.parametrize("inside", [12, 50])
def test_what_is_inside_or_soon_will_be_counts_as_not_refused(inside: int) -> None:
    async def run() -> None:
        throttle = Throttle(64)
        for _ in range(inside):
            await throttle.__aenter__()
        for _ in range(6):
            throttle.refused(600.0)
            assert throttle.open
        throttle.refused(600.0)
        assert not throttle.open, "the server answered nothing but refusals"

    asyncio.run(run())


def test_never_more_inside_than_the_width() -> None:
    async def run() -> int:
        throttle, most = Throttle(3), 0

        async def one() -> None:
            nonlocal most
            async with throttle:
                most = max(most, throttle.inside)
                await asyncio.sleep(0.001)

        await asyncio.gather(*(one() for _ in range(30)))
        assert throttle.inside == 0
        return most

    assert asyncio.run(run()) == 3


def test_a_waiter_given_up_wakes_the_next() -> None:
    async def run() -> None:
        throttle = Throttle(1)
        async with throttle:
            waiting = [asyncio.create_task(throttle.__aenter__()) for _ in range(3)]
            await asyncio.sleep(0.01)
        waiting[0].cancel()  # it has been woken and has not run yet
        await asyncio.gather(waiting[0], return_exceptions=True)
        if waiting[0].cancelled():
            await asyncio.wait_for(waiting[1], 5)
        assert throttle.inside == 1

    asyncio.run(run())


def test_what_widens_lets_more_in() -> None:
    async def run() -> None:
        throttle = Throttle(8)
        throttle.width = 1.0
        await throttle.__aenter__()
        waiting = [asyncio.create_task(throttle.__aenter__()) for _ in range(7)]
        await asyncio.sleep(0.01)
        assert throttle.inside == 1
        throttle.width = 8.0
        await throttle.__aexit__(None, None, None)
        await asyncio.wait_for(asyncio.gather(*waiting), 5)
        assert throttle.inside == 7

    asyncio.run(run())


def test_cancelled_waiters_leave_no_trace() -> None:
    async def run() -> None:
        throttle = Throttle(1)
        async with throttle:
            waiting = asyncio.create_task(throttle.__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        throttle.refused(5)
        paused = asyncio.create_task(throttle.__aenter__())
        await asyncio.sleep(0.01)
        paused.cancel()
        await asyncio.gather(paused, return_exceptions=True)
        assert throttle.inside == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 7.0),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "-4"}, 0.0),
        ({"retry-after": "soon"}, 7.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, 7.0) == seconds


def test_retry_after_as_a_date() -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    assert 28 <= retry_after({"retry-after": date}, 7.0) <= 30
