"""Engines by configuration: each is opened once, on first use, and kept. Those that need GPUs take turns on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine as Database

from spanloom.contracts.reach import Reach
from spanloom.data.roots import Roots
from spanloom.errors import EnvironmentMissing
from spanloom.gpu.turn import DeviceTurn
from spanloom_generator import records
from spanloom_generator.engines.port import Engine, open_engine
from spanloom_generator.turns import TurnedEngine

MOST_OPEN = 64
"""Engines kept open beside those that work: each holds a thread and files, and every specification may name another."""
LIGHT = frozenset({"openai", "openai_batch", "replay", "translation_lines"})
"""Kinds that are opened again in no time. One with a budget stays: it knows what it has spent."""
Turns = Callable[[str, str], DeviceTurn]
"""Makes the turns of a holder (second) on a GPU (first)."""


@dataclass(frozen=True)
class _Open:
    """An engine that was started, the room it had then, and whether it is opened again in no time."""

    engine: Engine
    room: int
    light: bool

    @property
    def idle(self) -> bool:
        """Whether no call is in flight."""
        return self.engine.room() >= self.room


class EnginePool:
    """The engines of one worker. An engine that fails to start is tried again with the next call."""

    def __init__(
        self,
        db: Database,
        *,
        cache: Path,
        roots: Roots = (),
        reach: Reach | None = None,
        open_: Callable[[Mapping[str, Any]], Engine] = open_engine,
        gpus: Sequence[str] = (),
        turns: Turns | None = None,
    ) -> None:
        self.db, self.cache, self.open, self.gpus, self.turns = db, cache, open_, gpus, turns
        self.roots, self.reach = roots, reach or Reach()
        self._engines: dict[bytes, _Open] = {}  # the one asked for last comes last
        self._turned = 0
        self._lock = threading.Lock()

    def engine_for(self, run_id: str, language: str, config: Mapping[str, Any]) -> Engine:
        """The started engine of a configuration. Raises what the engine raises when it cannot start."""
        key = orjson.dumps(
            [config, [run_id, language] if config["kind"] == "toy" else None], option=orjson.OPT_SORT_KEYS
        )
        with self._lock:
            found = self._engines.pop(key, None)
            if found is None:
                self._close_idle()
                engine = self._shared(self.open(self._complete(run_id, language, config)), config)
                engine.start()
                found = _Open(engine, engine.room(), config["kind"] in LIGHT and config.get("budget") is None)
            self._engines[key] = found
        return found.engine

    def _close_idle(self) -> None:
        """Close those that were not asked for for longest, where many are open and no call of theirs is in flight."""
        over = len(self._engines) + 1 - MOST_OPEN
        idle = [key for key, one in self._engines.items() if one.light and one.idle]
        for key in idle[: max(over, 0)]:
            self._engines.pop(key).engine.close()

    def _complete(self, run_id: str, language: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """What an engine is opened with: its part of the specification, and what the operator lets it have."""
        if config["kind"] != "toy":
            return {**config, "roots": self.roots, "reach": self.reach}
        with self.db.connect() as connection:
            gold = records.gold_train(connection, run_id)
            related = records.related_of(connection, run_id).get(language)
        return {
            **config,
            "cache": str(self.cache / "toy"),
            "train": gold[language],
            "related": gold.get(related, []) if related else [],
        }

    def _shared(self, engine: Engine, config: Mapping[str, Any]) -> Engine:
        """The engine, made to take turns on as many GPUs as it needs. Without GPUs, or needing none: as it is."""
        if config["kind"] not in ("vllm", "seq2seq") or self.turns is None or not self.gpus:
            return engine
        needed = int(config.get("tensor_parallel", 1)) * int(config.get("data_parallel", 1))
        if needed > len(self.gpus):
            raise EnvironmentMissing(
                f"{engine.model} asks for {needed} GPUs (tensor_parallel x data_parallel), here are {len(self.gpus)}"
            )
        number = self._turned
        self._turned += 1
        return TurnedEngine(engine, [self.turns(gpu, f"engine-{number}") for gpu in self.gpus[:needed]])

    def room(self) -> int:
        """Room of the fullest engine, and for what it wants waiting; unlimited before any is open."""
        with self._lock:
            return min((one.engine.room() + one.engine.ahead() for one in self._engines.values()), default=1 << 20)

    def capacity(self) -> int:
        """Calls that all open engines take at once and want waiting; 0 before any is open."""
        with self._lock:
            return sum(one.room + one.engine.ahead() for one in self._engines.values())

    def close(self) -> None:
        """Close all engines; calls in flight end cancelled."""
        with self._lock:
            closing, self._engines = list(self._engines.values()), {}
        for one in closing:
            one.engine.close()
