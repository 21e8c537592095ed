"""The rule by which a dataset's prompts are made in steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.engines import OpenAIEngineSpec, ToyEngineSpec, VllmEngineSpec
from spanloom_generator.topup import Standing, at_once, calls_to_add, first_step


def test_nothing_is_added_before_a_verdict() -> None:
    assert first_step(5000, 20, 1000) == 250
    assert calls_to_add(Standing(wanted=5000, accepted=0, expected=250, judged=0, most=1000), 20, 512) == 0


def test_the_yield_seen_decides_how_many_more() -> None:
    # 100 calls gave 1000 samples, ten a call; 4000 are missing: 400 calls, of which 150 are under way.
    assert calls_to_add(Standing(wanted=5000, accepted=1000, expected=250, judged=100, most=1000), 20, 512) == 250


def test_no_yield_asks_for_no_more_than_a_window() -> None:
    assert calls_to_add(Standing(wanted=100, accepted=0, expected=5, judged=5, most=1000), 20, 8) == 8


def test_calls_that_keep_an_engine_busy() -> None:
    assert at_once(VllmEngineSpec(kind="vllm", model="m", max_num_seqs=1024, data_parallel=2)) == 2048
    assert at_once(OpenAIEngineSpec(kind="openai", base_url="http://127.0.0.1/v1", model="m", concurrency=900)) == 900
    assert at_once(ToyEngineSpec(kind="toy")) == 0


@given(
    wanted=st.integers(1, 10_000),
    accepted=st.integers(0, 10_000),
    judged=st.integers(0, 500),
    under_way=st.integers(0, 500),
    spare=st.integers(0, 500),
    n=st.integers(1, 50),
    window=st.integers(1, 600),
)
def test_limits_hold(wanted: int, accepted: int, judged: int, under_way: int, spare: int, n: int, window: int) -> None:
    now = Standing(wanted, accepted if judged else 0, judged + under_way, judged, judged + under_way + spare)
    more = calls_to_add(now, n, window)
    assert 0 <= more <= spare
    assert more == 0 or under_way + more <= window
    if now.accepted >= wanted:
        assert more == 0
    elif under_way == 0 and spare and window:
        assert more > 0, "a dataset that lacks samples and has calls left must go on"
