"""The bus: a port (`port.py`) with two ends, Kafka and memory. `open_bus(url)` gives one."""

from __future__ import annotations

from urllib.parse import urlsplit

from spanloom.bus.deadletters import DeadLetterOrigin, dead_letter, origin_of, revived
from spanloom.bus.port import Bus, Consumer, Message, Producer, Receipt, Record
from spanloom.bus.settings import BusSettings
from spanloom.bus.topics import ALL_TOPICS, COMPLETIONS, EVALUATIONS, JOBS, PROMPTS, RESULTS, TOPICS, dlq_of
from spanloom.errors import BusError

__all__ = [
    "ALL_TOPICS",
    "COMPLETIONS",
    "EVALUATIONS",
    "JOBS",
    "PROMPTS",
    "RESULTS",
    "TOPICS",
    "Bus",
    "BusSettings",
    "Consumer",
    "DeadLetterOrigin",
    "Message",
    "Producer",
    "Receipt",
    "Record",
    "dead_letter",
    "dlq_of",
    "open_bus",
    "origin_of",
    "revived",
]


def open_bus(url: str, settings: BusSettings | None = None) -> Bus:
    """Open the bus at `url`.

    `memory://NAME` is the broker of that name in this process, shared by all who open it;
    `kafka://HOST:PORT[,HOST:PORT...]` is an Apache Kafka cluster. Raises `BusError` for any other URL. Kafka is reached
    on use, so a broker may come up later.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory" and parts.netloc:
        from spanloom.bus.memory import MemoryBus

        return MemoryBus(parts.netloc, settings)
    if parts.scheme == "kafka" and parts.netloc:
        from spanloom.bus.kafka import KafkaBus

        return KafkaBus(parts.netloc.split(","), settings)
    raise BusError(f"bus URL {url!r} is not understood; use memory://NAME or kafka://HOST:PORT[,HOST:PORT...]")
