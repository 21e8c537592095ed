"""Engines by configuration: each is opened once, on first use, and kept. Those that need GPUs take turns on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
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
        self._engines: dict[bytes, Engine] = {}  # the one asked for last comes last
        self._rooms: dict[bytes, int] = {}
        self._light: set[bytes] = set()
        self._capacity = self._opened = 0
        self._lock = threading.Lock()

    def engine_for(self, run_id: str, language: str, config: Mapping[str, Any]) -> Engine:
        """The started engine of a configuration. Raises what the engine raises when it cannot start."""
        key = orjson.dumps(
            [config, [run_id, language] if config["kind"] == "toy" else None], option=orjson.OPT_SORT_KEYS
        )
        with self._lock:
            engine = self._engines.pop(key, None)
            if engine is not None:
                self._engines[key] = engine
            else:
                self._close_idle()
                engine = self._shared(self.open(self._complete(run_id, language, config)), config)
                engine.start()
                self._engines[key] = engine
                self._rooms[key] = engine.room()  # nothing is in flight yet
                self._capacity += self._rooms[key]
                if config["kind"] in LIGHT and config.get("budget") is None:
                    self._light.add(key)
        return engine

    def _close_idle(self) -> None:
        """Close those that were not asked for for longest, where many are open and no call of theirs is in flight."""
        over = len(self._engines) + 1 - MOST_OPEN
        idle = [k for k, engine in self._engines.items() if k in self._light and engine.room() >= self._rooms[k]]
        for key in idle[: max(over, 0)]:
            self._engines.pop(key).close()
            self._light.discard(key)
            self._capacity -= self._rooms.pop(key)

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
        number = self._opened
        self._opened += 1
        return TurnedEngine(engine, [self.turns(gpu, f"engine-{number}") for gpu in self.gpus[:needed]])

    def room(self) -> int:
        """Room of the fullest engine; unlimited before any is open."""
        with self._lock:
            return min((engine.room() for engine in self._engines.values()), default=1 << 20)

    def capacity(self) -> int:
        """Calls that all open engines take at once; 0 before any is open."""
        with self._lock:
            return self._capacity

    def close(self) -> None:
        """Close all engines; calls in flight end cancelled."""
        with self._lock:
            engines, self._engines, self._capacity = list(self._engines.values()), {}, 0
            self._rooms, self._light = {}, set()
        for engine in engines:
            engine.close()
