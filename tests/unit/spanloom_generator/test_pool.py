"""However many engines specifications name, few are open at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

from spanloom_generator.engines.port import CallRequest, CallResult, Engine
from spanloom_generator.pool import MOST_OPEN, EnginePool

open_now: set[str] = set()


class Counted(Engine):
    """Answers nothing; has room for four calls, less those that it is said to have."""

    name = "counted"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.model, self.busy = str(config["model"]), 0

    def start(self) -> None:
        open_now.add(self.model)

    def room(self) -> int:
        return 4 - self.busy

    def submit(self, request: CallRequest) -> Future[CallResult]:
        raise NotImplementedError

    def cancel(self, prompt_ids: Collection[str]) -> None:
        raise NotImplementedError

    def window(self) -> int | None:
        return None

    def close(self) -> None:
        open_now.discard(self.model)


def test_idle_engines_are_closed_where_many_are_open(tmp_path: Path) -> None:
    pool = EnginePool(cast(Any, None), cache=tmp_path, open_=Counted)

    def ask(model: str, **more: Any) -> Counted:
        return cast(Counted, pool.engine_for("r", "da", {"kind": "openai", "model": model, **more}))

    ask("busy").busy = 1
    ask("budget", budget=1.0)
    cast(Counted, pool.engine_for("r", "da", {"kind": "vllm", "model": "heavy"}))
    first = ask("used")
    for i in range(3 * MOST_OPEN):
        ask(f"m{i}")
        assert ask("used") is first, "the one in use stays"
    assert len(open_now) == MOST_OPEN
    assert {"busy", "budget", "heavy", "used", f"m{3 * MOST_OPEN - 1}"} <= open_now
    assert pool.capacity() == 4 * MOST_OPEN
    ask("m0")
    assert "m0" in open_now, "one that was closed is opened again"
    pool.close()
    assert not open_now
    assert pool.capacity() == 0
