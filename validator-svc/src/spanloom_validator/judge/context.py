"""What candidates are judged against: one value for the service, the command and the tests."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from spanloom.contracts.rules import Rules
from spanloom.ner.schema import LabelSchema


@dataclass(frozen=True)
class Context:
    """What all candidates of a dataset are judged against."""

    schema: LabelSchema
    rules: Rules
    sample_format: str = "tag_ids"
    json_object: bool = False
    """Completions were asked for as one JSON object each (`paper` with the reader `auto` reads them so)."""
    gold_eval: Set[str] = frozenset()
    """`content_hash` of each gold dev and test sentence."""
    script: str | None = None
    """ISO 15924 code of the language's script, such as `Latn`; None: not looked at."""
    alphabet: Set[str] = frozenset()
    """Letters known to be of the language, such as those of its gold sentences; they help to put escapes right."""
    language: str | None = None
    """The language as `languages.label_of` names it; None: not looked at."""
