"""The candidates of a completion under the rules."""

from __future__ import annotations

from spanloom.contracts.rules import Rules
from spanloom.ner.formats import FORMATS
from spanloom_validator.extract.paper import by_json_object, by_regex
from spanloom_validator.extract.parse import Candidate
from spanloom_validator.extract.scan import by_scan

NESTED = frozenset({"entities"})
"""Formats whose samples hold objects."""


def extract(text: str, rules: Rules, *, sample_format: str = "tag_ids", json_object: bool = False) -> list[Candidate]:
    """The completion's candidates under the rules."""
    if rules.base == "default":
        keys = FORMATS[sample_format].keys
        return by_scan(text, keys, flat=sample_format not in NESTED, repairs=rules.allowed_repairs)
    reader = rules.reader if rules.reader != "auto" else "json_object" if json_object else "regex"
    return by_json_object(text) if reader == "json_object" else by_regex(text)
