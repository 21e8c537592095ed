"""The port of sentence formats: how a sample is written for an LLM, and read back from what the LLM wrote."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from spanloom.errors import SpanloomError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence

REASONS = (
    "missing_key",
    "wrong_type",
    "length_mismatch",
    "ambiguous_mention",
    "overlap",
    "foreign_markup",
    "tag_not_int",
    "unknown_tag",
)
"""Why a format may refuse an object, in the order in which the first one counts."""


IOB2 = "B- marks the first token of an entity, I- every further one, O everything else."
"""The tags explained, for prompts."""


class FormatProblem(SpanloomError):
    """An object does not hold a sample of the format.

    `problems` are all `(reason, detail)` that apply, in the order of REASONS; `reason` and `detail` are the first's.
    `delta` is len(tokens) - len(tags) where lengths differ; `tokens` are those that could be read all the same, None
    where there is no list of them.
    """

    def __init__(
        self, problems: Sequence[tuple[str, str]], *, delta: int | None = None, tokens: Sequence[Any] | None = None
    ) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: REASONS.index(problem[0])))
        self.reason, self.detail = self.problems[0]
        self.delta, self.tokens = delta, tokens
        super().__init__("; ".join(f"{reason}: {detail}" for reason, detail in self.problems))


class SampleFormat(ABC):
    """One way to write `tokens` and `tags` as a JSON object on one line.

    `shape` are the keys of a sample's object, by which it is known to be meant as one, with the type of each value.
    `exact` formats give back every tag;
    the others carry spans, so that an orphan I-X comes back as B-X (`repair_iob`).
    """

    name: str
    shape: Mapping[str, type]
    exact: bool = True

    @property
    def keys(self) -> frozenset[str]:
        """The keys of a sample's object."""
        return frozenset(self.shape)

    @abstractmethod
    def render(self, sentence: Sentence, schema: LabelSchema, *, ascii_escapes: bool = False) -> str:
        """The sentence as one line of JSON; with `ascii_escapes` as pandas' `to_json` writes it."""

    @abstractmethod
    def read(self, obj: object, schema: LabelSchema) -> tuple[list[Any], list[int]]:
        """Tokens and tag ids of a parsed object, as many of each. Nothing is padded or cut. Raises FormatProblem.

        Of the tokens nothing is said: there may be none, and one may be blank or no string. A sample can live with
        that, so it is for rules to judge.
        """

    @abstractmethod
    def sample_schema(self, schema: LabelSchema) -> dict[str, Any]:
        """JSON schema of one sample."""

    @abstractmethod
    def sample_grammar(self, schema: LabelSchema, *, iob2: bool) -> str:
        """EBNF rules of one sample, its first rule named `sample`; they may use the rules of `LEXICON`."""

    @abstractmethod
    def describe(self, schema: LabelSchema) -> str:
        """How to write a sample, for a prompt: a few lines of English."""

    def json_schema(self, schema: LabelSchema, n: int | None = None) -> dict[str, Any]:
        """JSON schema of a completion: an object with `n` samples (any number, where n is None)."""
        samples: dict[str, Any] = {"type": "array", "items": self.sample_schema(schema)}
        if n is not None:
            samples |= {"minItems": n, "maxItems": n}
        return closed_object({"samples": samples})

    def grammar(self, schema: LabelSchema, *, n: int, iob2: bool = False) -> str:
        """EBNF of a completion of `n` samples, a line each, as xgrammar and vLLM take it.

        A completion of this grammar can always be read back: parallel arrays have equal lengths by construction, and
        with `iob2` no I-X stands without its B-X.
        """
        if n < 1:
            raise ValueError(f"a grammar of {n} samples; at least 1")
        more = f' ("\\n" sample){{{n - 1},{n - 1}}}' if n > 1 else ""
        return f"root ::= sample{more}\n{self.sample_grammar(schema, iob2=iob2).rstrip()}\n{LEXICON}"


UNSEEN = r"\x00-\x20\x7F-\xA0\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFE00-\uFE0F\uFEFF"
"""Characters that cannot be seen, as the inside of an EBNF character class."""

# A token begins with a character one can see, and knows no \u escapes: that is how completions got damaged.
LEXICON = rf"""word ::= "\"" first rest* "\""
first ::= [^"\\{UNSEEN}] | escape
rest ::= [^"\\\x00-\x1F\x7F] | escape
escape ::= "\\" ["\\/]
"""


def closed_object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """JSON schema of an object with exactly these keys."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def literal(text: str) -> str:
    """The EBNF literal of a text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def kind(value: object) -> str:
    """What JSON calls the type of a value."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else type(value).__name__)
