"""Diagnostics of accepted samples: what a user of the data wants to know of each, and the rules made of it.

No reason of the closed list speaks of another language or of entities that are all old. Made a rule, these reject under
the reason that lies nearest: `wrong_script` and `copied_from_prompt`; as marks they carry their own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any, NamedTuple, Protocol

from spanloom.contracts.rules import NO_NOVEL_ENTITY, WRONG_LANGUAGE, Reason, Rules, Treatment, Verdict
from spanloom.ner.spans import spans_of
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.languages import DOUBT, MIN_TOKENS, probability
from spanloom_validator.judge.scripts import share_in
from spanloom_validator.judge.verdict import reject


class TaggedTokens(Protocol):
    """Tokens and tag ids of the same length: a sentence, a sample, a row."""

    @property
    def tokens(self) -> Sequence[str]:
        """The words."""

    @property
    def tags(self) -> Sequence[int]:
        """Ids over a label schema."""


class Diagnostics(NamedTuple):
    """Figures of one sample."""

    entities: int
    novel_entities: int
    """Entities whose words (case-folded) are in no seed sentence."""
    script_share: float | None
    """Share of the letters that are of the language's script; None where no script was given."""
    language: str | None
    """The most probable language; None where the dataset's own is not known to the library."""
    language_probability: float | None
    """How probable the dataset's language is."""

    def as_json(self) -> dict[str, Any]:
        """What is known, as plain data."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def entity_texts(tokens: Sequence[str], tags: Sequence[int]) -> list[str]:
    """The words of each entity, case-folded."""
    return [" ".join(tokens[span.start : span.end]).casefold() for span in spans_of(tags)]


def known_entities(sentences: Iterable[TaggedTokens]) -> frozenset[str]:
    """The entities of seed sentences, to tell novel ones."""
    return frozenset(entity for sentence in sentences for entity in entity_texts(sentence.tokens, sentence.tags))


def diagnose(
    tokens: Sequence[str],
    tags: Sequence[int],
    *,
    known: Set[str] = frozenset(),
    script: str | None = None,
    language: str | None = None,
) -> Diagnostics:
    """The figures of a sample; `known` as `known_entities` gives it, `script` an ISO 15924 code, `language` as
    `languages.label_of` names it."""
    entities = entity_texts(tokens, tags)
    share = round(share_in(" ".join(tokens), script), 4) if script is not None else None
    likely, most_likely = probability(tokens, language) if language is not None else (None, None)
    novel = sum(entity not in known for entity in entities)
    return Diagnostics(len(entities), novel, share, most_likely, likely)


def wants_diagnostics(rules: Rules) -> bool:
    """Whether the rules turn on what only diagnostics tell."""
    return rules.wrong_language is not Treatment.OFF or rules.no_novel_entity is not Treatment.OFF


def diagnose_accepted(
    verdicts: Sequence[Verdict], context: Context, known: Set[str]
) -> tuple[list[Verdict], dict[int, Diagnostics]]:
    """The verdicts under the rules about diagnostics, and the diagnostics of those that were accepted before, by index.

    `known` are the entities of the seed sentences.
    """
    out, diagnostics = [], {}
    for verdict in verdicts:
        if verdict.accepted:
            found = diagnose(
                verdict.tokens, verdict.tags, known=known, script=context.script, language=context.language
            )
            diagnostics[verdict.index] = found
            verdict = apply_rules(verdict, found, context.rules)
        out.append(verdict)
    return out, diagnostics


def apply_rules(verdict: Verdict, found: Diagnostics, rules: Rules) -> Verdict:
    """The verdict on an accepted sample under the rules about its diagnostics."""
    doubt = found.language_probability is not None and found.language_probability < DOUBT
    for treatment, applies, mark, reason in (
        (rules.no_novel_entity, found.entities > 0 and found.novel_entities == 0, NO_NOVEL_ENTITY, _COPIED),
        (rules.wrong_language, doubt and len(verdict.tokens) >= MIN_TOKENS, WRONG_LANGUAGE, _WRONG),
    ):
        if applies and treatment is Treatment.REJECT:
            return reject(verdict, reason)
        if applies and treatment is Treatment.MARK:
            verdict = verdict._replace(marks=(*verdict.marks, mark))
    return verdict


_COPIED, _WRONG = Reason.COPIED_FROM_PROMPT, Reason.WRONG_SCRIPT
