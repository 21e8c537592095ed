"""The topics of Spanloom: one a hop, each with its dead letter queue."""

from __future__ import annotations

from typing import Final

PROMPTS: Final = "prompts.v1"
COMPLETIONS: Final = "completions.v1"
JOBS: Final = "jobs.v1"
EVALUATIONS: Final = "evaluations.v1"
RESULTS: Final = "results.v1"

TOPICS: Final[tuple[str, ...]] = (PROMPTS, COMPLETIONS, JOBS, EVALUATIONS, RESULTS)

DLQ_SUFFIX: Final = ".dlq"


def dlq_of(topic: str) -> str:
    """The dead letter queue of `topic`: `prompts.v1` -> `prompts.v1.dlq`."""
    return topic + DLQ_SUFFIX


def is_dlq(topic: str) -> bool:
    """True for the name of a dead letter queue."""
    return topic.endswith(DLQ_SUFFIX)


ALL_TOPICS: Final[tuple[str, ...]] = TOPICS + tuple(dlq_of(topic) for topic in TOPICS)
