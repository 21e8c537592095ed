"""A made-up language pair: the translation says everything backwards, and a fake aligner knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Engine

from spanloom.contracts.messages import PromptMessage
from spanloom.contracts.projection import Aligner
from spanloom.ner.links import Links
from spanloom.workers.relay import message_of
from spanloom_generator.links.completions import Linker
from spanloom_generator.pool import EnginePool
from spanloom_generator.worker import GeneratorWorker
from spanloom_validator.worker import ValidatorWorker
from support.common import wait_for
from support.stored import LEASE, completion_messages, running, select


class MirrorAligner:
    """A fake: the first word is the last. A word of `unknown` has no link, so that a span is lost now and then."""

    rule = "mirror"

    def __init__(self, unknown: frozenset[str] = frozenset()) -> None:
        self.unknown = unknown

    def align(self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Iterator[Links]:
        for source, target in pairs:
            last = len(target) - 1
            yield Links(tuple((i, last - i) for i, word in enumerate(source) if word not in self.unknown))


class SamePlace:
    """A fake: each word is its own translation's."""

    rule = "same place"

    def align(self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Iterator[Links]:
        for source, target in pairs:
            assert len(source) == len(target), "more than the translation was to be linked"
            yield Links(tuple((i, i) for i in range(len(source))))


def mirrored(sentences: Iterable[Sequence[str]]) -> str:
    """Translations, one a line."""
    return "".join(" ".join(reversed(tokens)) + "\n" for tokens in sentences)


def call_and_judge(db: Engine, run: str, folder: Path, aligner: Aligner | None = None) -> GeneratorWorker:
    """The generator's and the validator's part of a run; `folder` holds its files and takes the cache."""
    worker = GeneratorWorker(db, EnginePool(db, cache=folder, roots=(folder,)), holder="g", lease=LEASE, renew_s=1)
    worker.linker = Linker(lambda config: aligner or MirrorAligner())
    with running(worker.run):
        rows = select(db, "SELECT * FROM prompts WHERE run_id = :run AND state = 'queued' ORDER BY id", run=run)
        messages = [PromptMessage.decode(message_of("prompts", row._mapping).encode()) for row in rows]
        worker.handle(messages)
        wait_for(lambda: not worker.keeper.held(), timeout_s=60, what="the calls to be stored")
    ValidatorWorker(db).handle(completion_messages(db, run))
    return worker
