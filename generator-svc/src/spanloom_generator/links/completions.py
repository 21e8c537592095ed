"""Links added to translations before they are stored: each completion's own, from the aligner that its call names."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from spanloom.contracts.projection import Aligner
from spanloom.ner.links import format_links
from spanloom.ner.textspans import cutter
from spanloom.projection import projector
from spanloom_generator.engines.port import CallRequest, CallResult

Wanted = tuple[CallRequest, CallResult]


def open_aligner(config: Mapping[str, Any]) -> Aligner:
    """The encoder of a configuration (`AlignerSpec`). Raises EnvironmentMissing where it cannot be loaded."""
    from spanloom_generator.links.encoder import EncoderAligner

    return EncoderAligner(str(config["encoder"]), config.get("layers"))


class Linker:
    """The aligners of one worker, each loaded on first use and kept."""

    def __init__(self, open_: Callable[[Mapping[str, Any]], Aligner] = open_aligner) -> None:
        self._open = open_
        self._aligners: dict[bytes, Aligner] = {}
        self._lock = threading.Lock()

    def link(self, calls: Sequence[Wanted]) -> list[CallResult]:
        """The results, those whose request asks for links (`extra["aligner"]`) with them, in order."""
        out = [result for _, result in calls]
        groups: dict[bytes, list[int]] = {}
        for i, (request, result) in enumerate(calls):
            config = request.extra.get("aligner")
            if config is not None and result.text.strip():
                groups.setdefault(orjson.dumps(config, option=orjson.OPT_SORT_KEYS), []).append(i)
        for key, places in groups.items():
            aligner = self._aligner(key)
            pairs = [_pair(*calls[i]) for i in places]
            began = time.monotonic()
            found = list(aligner.align(pairs))
            each = (time.monotonic() - began) / len(pairs)
            for i, links in zip(places, found, strict=True):
                out[i] = replace(out[i], links=format_links(links), linked_by=aligner.rule, link_seconds=each)
        return out

    def _aligner(self, key: bytes) -> Aligner:
        with self._lock:
            if key not in self._aligners:
                self._aligners[key] = self._open(orjson.loads(key))
            return self._aligners[key]


def _pair(request: CallRequest, result: CallResult) -> tuple[list[str], list[str]]:
    """Tokens of the sentence and of its translation, which may have been asked for with more than the sentence."""
    tokens, sentence = str(request.extra["tokens"]), list(request.extra["sentence"])
    answer = projector(str(request.extra.get("asked", "align")), tokens).plain(sentence, result.text)
    return sentence, [answer[start:end] for start, end in cutter(tokens)(answer)]
