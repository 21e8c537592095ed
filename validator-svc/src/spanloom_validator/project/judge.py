"""The verdict on a translation: a sample with the spans of its sentence, or a reject that says which span was lost."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from spanloom.contracts.projection import Lost, Projector
from spanloom.contracts.rules import EXCERPT, Reason, Verdict
from spanloom.errors import SchemaError
from spanloom.ner.links import parse_links
from spanloom.ner.sentence import Sentence, content_hash
from spanloom.ner.spans import spans_of, tags_of
from spanloom_validator.judge.text import storable
from spanloom_validator.judge.verdict import accepted


@dataclass(frozen=True)
class Translated:
    """What judging a dataset's translations needs: the projector, and the sentences in the order of their calls."""

    projector: Projector
    sentences: tuple[Sentence, ...]
    test: bool = False
    """Whether a test set was translated: its sentences come without their spans, and nothing is trained on them."""
    asked: Projector | None = None
    """The projector that prepared what was translated, where it is another: its answer holds more than a translation.
    """


def judge_translation(
    call_index: int, text: str, links: str | None, translated: Translated, gold_eval: Set[str] = frozenset()
) -> list[Verdict]:
    """The one verdict on the translation of sentence `call_index`.

    All spans of the sentence must have been carried over: a sentence that has lost one would teach that it is none.
    `gold_eval` are the content hashes of the target's dev and test sentences, of which none may be trained on.
    """
    sentence = translated.sentences[call_index]
    spans = spans_of(sentence.tags)
    try:
        answer = text if translated.asked is None else translated.asked.plain(sentence.tokens, text)
        found = translated.projector.project(sentence.tokens, spans, answer, parse_links(links or ""))
    except SchemaError as error:
        return [_rejected((Lost.ANSWER_UNREADABLE,), str(error))]
    lost = tuple(reason for reason in Lost if any(reason is why for _, why in found.lost))
    if not lost and not found.tokens:
        lost = (Lost.NO_TRANSLATION,)
    if lost:
        return [_rejected(lost, text)]
    tokens = tuple(storable(token) for token in found.tokens)
    if content_hash(tokens) in gold_eval and not translated.test:
        return [_rejected((Reason.IN_GOLD_EVAL,), text)]
    return [accepted(index=0, offset=0, tokens=tokens, tags=tags_of(found.spans, len(tokens)))]


def _rejected(reasons: Sequence[Lost | Reason], text: str) -> Verdict:
    return Verdict(index=0, accepted=False, reason=reasons[0], reasons=tuple(reasons), excerpt=storable(text[:EXCERPT]))
