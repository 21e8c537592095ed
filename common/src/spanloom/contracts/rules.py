"""What the validator may say of a candidate, and the rules it follows.

A candidate is an object found in a completion. It gets one `Verdict`: accepted, or rejected with a `Reason`. What is
done about a reason is a `Treatment`; `Rules` are a base (`paper` or `default`) and what differs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_serializer, model_validator

from spanloom.contracts.base import Frozen
from spanloom.contracts.projection import Lost

EXCERPT = 240
"""Characters of a rejected candidate that are kept."""


class Reason(StrEnum):
    """Why a candidate is rejected, or marked. A closed list; the first that applies, in this order, is the reason."""

    NO_OBJECT = "no_object"
    """Stands where an object should be, but is not one."""
    TRUNCATED = "truncated"
    """The completion ends before the object does."""
    SYNTAX = "syntax"
    """Neither valid JSON nor repairable."""
    MISSING_KEY = "missing_key"
    """A key of the sample format is absent or null."""
    WRONG_TYPE = "wrong_type"
    """A value of the sample format has another type; for a token: it is not a string."""
    EMPTY = "empty"
    """No tokens, or a token without a visible character."""
    LENGTH_MISMATCH = "length_mismatch"
    """As many tags as tokens are owed; `delta` is tokens minus tags."""
    AMBIGUOUS_MENTION = "ambiguous_mention"
    """A mention's words stand in the text more than once, and neither offsets nor `nth` say where it is meant."""
    OVERLAP = "overlap"
    """Two mentions share words, which IOB2 cannot say."""
    FOREIGN_MARKUP = "foreign_markup"
    """Another markup than the format's stands around a label: `<PER>x</PER>`, `{PER x}`, `x/PER` are no words."""
    TAG_NOT_INT = "tag_not_int"
    """A tag is not an integer."""
    UNKNOWN_TAG = "unknown_tag"
    """A tag is not in the label schema."""
    BROKEN_ESCAPE = "broken_escape"
    """A token holds a control character: what is left of an escape such as `\\u00e5` written wrongly."""
    BAD_UNICODE = "bad_unicode"
    """A token holds a lone surrogate, U+FFFD, a private-use or an unassigned code point, or an escape as text."""
    DUPLICATE = "duplicate"
    """The dataset has a sample with the same tokens (after NFC) and the same tags."""
    IN_GOLD_EVAL = "in_gold_eval"
    """The tokens (after NFC and case folding) are those of a gold dev or test sentence."""
    COPIED_FROM_PROMPT = "copied_from_prompt"
    """The tokens (after NFC and case folding) are those of an example in this call's prompt."""
    IOB_VIOLATION = "iob_violation"
    """An I-X follows neither B-X nor I-X."""
    TOO_LONG = "too_long"
    """More tokens than `max_tokens`."""
    WRONG_SCRIPT = "wrong_script"
    """Most letters are not of the language's script."""
    TEXT_CHANGED = "text_changed"
    """A sentence that was given to be labelled came back with other words."""
    SURPLUS = "surplus"
    """The dataset already has all the samples asked for."""


class Repair(StrEnum):
    """What was changed to make a candidate usable. A repaired sample carries the names."""

    JSON = "json"
    """Other notation than JSON's was read: trailing commas, single or curly quotes, unquoted keys."""
    STRUCTURE = "structure"
    """A missing bracket or quote was guessed. Off unless a specification turns it on: a guess may cut a list."""
    TOKEN_STR = "token_str"  # noqa: S105
    """A token that is no string (a number, null) became its JSON text."""
    NUL = "nul"
    """NUL became U+FFFD, because PostgreSQL stores none."""
    SURROGATE = "surrogate"
    """A lone surrogate became U+FFFD, because UTF-8 has none."""
    SPLIT_ESCAPE = "split_escape"
    """A control character and the two hexadecimal digits after it became the letter that was meant."""
    IOB = "iob"
    """An orphan I-X became B-X."""


class Treatment(StrEnum):
    """What is done about a candidate to which a reason applies."""

    REJECT = "reject"
    MARK = "mark"
    """Accepted, and the sample carries the reason's name as a mark."""
    OFF = "off"
    """Not looked at."""


Base = Literal["paper", "default"]
Reader = Literal["auto", "regex", "json_object"]

MARKABLE = frozenset(
    {
        Reason.WRONG_TYPE,
        Reason.EMPTY,
        Reason.BROKEN_ESCAPE,
        Reason.BAD_UNICODE,
        Reason.DUPLICATE,
        Reason.IN_GOLD_EVAL,
        Reason.COPIED_FROM_PROMPT,
        Reason.IOB_VIOLATION,
        Reason.TOO_LONG,
        Reason.WRONG_SCRIPT,
    }
)
"""Reasons that a sample can live with. The others leave no sample behind, so they always reject."""

NEAR_DUPLICATE = "near_duplicate"
"""The mark of a near-duplicate; made a rule, it rejects as `duplicate`."""

WRONG_LANGUAGE = "wrong_language"
"""The mark of a sample that is probably in another language; made a rule, it rejects as `wrong_script`."""

NO_NOVEL_ENTITY = "no_novel_entity"
"""The mark of a sample whose entities all stand in its prompt; made a rule, it rejects as `copied_from_prompt`."""

MARKS: tuple[str, ...] = (*(str(r) for r in Reason if r in MARKABLE), NEAR_DUPLICATE, WRONG_LANGUAGE, NO_NOVEL_ENTITY)
"""What a sample may be marked with, in order."""

_MARK, _REJECT = Treatment.MARK, Treatment.REJECT
_TREATMENTS: dict[Base, dict[Reason, Treatment]] = {
    "paper": {reason: _MARK if reason in MARKABLE else _REJECT for reason in Reason},
    "default": {
        reason: _MARK if reason in (Reason.IOB_VIOLATION, Reason.TOO_LONG, Reason.WRONG_SCRIPT) else _REJECT
        for reason in Reason
    },
}
_REPAIRS: dict[Base, frozenset[Repair]] = {
    "paper": frozenset({Repair.TOKEN_STR, Repair.NUL, Repair.SURROGATE}),
    "default": frozenset(Repair) - {Repair.STRUCTURE},
}
# Without these a sample that is only marked could not be stored, so no specification turns them off.
_ALWAYS = frozenset({Repair.TOKEN_STR, Repair.NUL, Repair.SURROGATE})


class Rules(Frozen):
    """The rules of a dataset: a base, and what differs from it.

    Read from a name or a flat mapping, as it stands in a specification:

    >>> Rules.model_validate("paper").treatment(Reason.BROKEN_ESCAPE).value
    'mark'
    >>> rules = Rules.model_validate({"base": "default", "broken_escape": "mark", "iob": False})
    >>> rules.treatment(Reason.BROKEN_ESCAPE).value, rules.repairs(Repair.IOB)
    ('mark', False)

    A reason takes `reject`, `mark` or `off`, a repair `on` or `off`. Reasons that leave no sample (`syntax`,
    `length_mismatch`, ...) cannot be marked.
    """

    base: Base = "default"
    """The named rules that the others differ from."""
    reasons: dict[Reason, Treatment] = Field(default_factory=dict)
    """Treatments that differ from the base's."""
    repair: dict[Repair, bool] = Field(default_factory=dict)
    """Repairs switched on or off against the base."""
    near_duplicate: Treatment = Treatment.OFF
    """Near-duplicates by MinHash within the dataset: `off`, `mark`, or `reject` (as `duplicate`)."""
    near_duplicate_threshold: float = Field(default=0.8, gt=0, lt=1)
    """Jaccard similarity of token 3-grams from which two samples are near-duplicates."""
    wrong_language: Treatment = Treatment.OFF
    """Samples that are probably in another language: `off`, `mark`, or `reject` (as `wrong_script`)."""
    no_novel_entity: Treatment = Treatment.OFF
    """Samples whose entities all stand in the call's seed sentences: `off`, `mark`, or `reject` (as
    `copied_from_prompt`)."""
    audit: Literal["off", "mark", "drop", "relabel"] = "off"
    """Once the run's arms are made, have models that never saw a sentence say which of its spans look wrong: `mark`
    lists them, `drop` makes a new version without the sentences flagged, `relabel` one with the spans proposed."""
    max_tokens: int = Field(default=256, ge=1)
    """Tokens beyond which a sample is `too_long`."""
    reader: Reader = "auto"
    """How `paper` finds candidates: `regex` (open models), `json_object` (a message that is one JSON object, every
    value a list of candidates), or `auto`: by the source of the completion."""

    @classmethod
    def stored(cls, data: Any) -> Self:
        """As `Frozen.stored`; reasons and repairs that this release does not know are left out likewise."""
        if isinstance(data, Mapping):
            words = {"reasons": Reason._value2member_map_, "repair": Repair._value2member_map_}
            known = cls.known_keys()
            data = {
                key: {word: x for word, x in value.items() if word in words[key]} if key in words else value
                for key, value in data.items()
                if key in known
            }
        return super().stored(data)

    @classmethod
    def known_keys(cls) -> frozenset[str]:
        """As `Frozen.known_keys`, and each reason and repair: rules are read and written as one flat mapping."""
        return super().known_keys() | Reason._value2member_map_.keys() | Repair._value2member_map_.keys()

    @model_validator(mode="before")
    @classmethod
    def _from_name_or_flat_mapping(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"base": given}
        if not isinstance(given, Mapping):
            return given
        out: dict[str, Any] = {"reasons": {}, "repair": {}}
        for key, value in given.items():
            word = "off" if value is False else value  # YAML 1.1 reads a bare `off` as false
            if key in Reason._value2member_map_:
                out["reasons"][key] = word
            elif key in Repair._value2member_map_:
                out["repair"][key] = value
            elif key in ("reasons", "repair"):
                out[key] = {**(value if isinstance(value, Mapping) else {"": value}), **out[key]}
            elif key in cls.model_fields:
                out[key] = word
            else:
                options = ", ".join(name for name in cls.model_fields if name not in ("reasons", "repair"))
                raise ValueError(
                    f"{key!r} is neither a reason ({', '.join(Reason)}), nor a repair ({', '.join(Repair)}), "
                    f"nor an option ({options})"
                )
        return out

    @field_validator("reasons")
    @classmethod
    def _only_what_can_be_lived_with(cls, reasons: dict[Reason, Treatment]) -> dict[Reason, Treatment]:
        for reason, treatment in reasons.items():
            if treatment is not Treatment.REJECT and reason not in MARKABLE:
                raise ValueError(
                    f"{reason} can only be 'reject': no sample is left that could carry a mark. "
                    f"What can be 'mark' or 'off': {', '.join(r for r in Reason if r in MARKABLE)}"
                )
        return reasons

    @field_validator("repair")
    @classmethod
    def _only_what_can_be_left_out(cls, repair: dict[Repair, bool]) -> dict[Repair, bool]:
        for name, wanted in repair.items():
            if not wanted and name in _ALWAYS:
                raise ValueError(
                    f"{name} cannot be off: without it a marked sample cannot be stored. "
                    f"What can be off: {', '.join(r for r in Repair if r not in _ALWAYS)}"
                )
        return repair

    @model_serializer
    def _as_flat_mapping(self) -> dict[str, Any]:
        return {
            "base": self.base,
            **{str(reason): str(treatment) for reason, treatment in sorted(self.reasons.items())},
            **{str(name): wanted for name, wanted in sorted(self.repair.items())},
            "near_duplicate": str(self.near_duplicate),
            "near_duplicate_threshold": self.near_duplicate_threshold,
            "wrong_language": str(self.wrong_language),
            "no_novel_entity": str(self.no_novel_entity),
            "audit": self.audit,
            "max_tokens": self.max_tokens,
            "reader": self.reader,
        }

    @cached_property
    def treatments(self) -> dict[Reason, Treatment]:
        """Every reason's treatment: the base's, and what differs."""
        return {**_TREATMENTS[self.base], **self.reasons}

    @cached_property
    def allowed_repairs(self) -> frozenset[Repair]:
        """The repairs that are on."""
        return frozenset(name for name in Repair if self.repair.get(name, name in _REPAIRS[self.base]))

    def treatment(self, reason: Reason) -> Treatment:
        """What is done about a reason."""
        return self.treatments[reason]

    def repairs(self, name: Repair) -> bool:
        """Whether a repair is on."""
        return name in self.allowed_repairs


class Verdict(NamedTuple):
    """What the validator says of one candidate of a completion."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs of a verdict
    """0-based place among the completion's candidates."""
    accepted: bool
    reason: Reason | Lost | None = None
    """The first of `reasons` that rejects, in the closed list's order; None when accepted."""
    reasons: tuple[Reason | Lost, ...] = ()
    """All that apply and reject."""
    offset: int = 0
    """Characters from the start of the completion to the candidate."""
    delta: int | None = None
    """Tokens minus tags, where they differ."""
    tokens: tuple[str, ...] = ()
    """After repairs. Empty where no sample could be read."""
    tags: tuple[int, ...] = ()
    repairs: tuple[Repair, ...] = ()
    """What was repaired, in a rejected candidate too."""
    marks: tuple[str, ...] = ()
    """Reasons that apply and are only marked, and `near_duplicate`, `wrong_language`, `no_novel_entity`."""
    excerpt: str = ""
    """The beginning of the candidate's text, for a rejected one; fit for a text column."""
