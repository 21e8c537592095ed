"""The candidates of a completion under the rules."""

from __future__ import annotations

from spanloom.contracts.rules import Rules
from spanloom.ner.formats import FORMATS
from spanloom_validator.extract.paper import by_json_object, by_regex
from spanloom_validator.extract.parse import Candidate
from spanloom_validator.extract.reasoning import SHORTEST_MARK, may_reason, reasoning_in, without_reasoning
from spanloom_validator.extract.scan import by_scan

_NESTED = frozenset({"entities"})


def extract(text: str, rules: Rules, *, sample_format: str = "tag_ids", json_object: bool = False) -> list[Candidate]:
    """The completion's candidates under the rules. What it says while it reasons holds none.

    The paper's regex finds objects without objects in them. A format whose samples hold objects is read whole: each
    object that parses, in the order of the text.
    """
    found = _read(text, rules, sample_format, json_object)
    if not may_reason(_beside(text, found)):  # little text, for in an object that parses markup is data
        return found
    answer = without_reasoning(text)
    return found if answer == text else _read(answer, rules, sample_format, json_object)


def _read(text: str, rules: Rules, sample_format: str, json_object: bool) -> list[Candidate]:
    """The candidates of a text in which nothing is reasoning."""
    shape = FORMATS[sample_format].shape
    if rules.base == "default":
        return by_scan(text, shape, repairs=rules.allowed_repairs)
    reader = rules.reader if rules.reader != "auto" else "json_object" if json_object else "regex"
    if reader == "json_object":
        return by_json_object(text)
    if sample_format in _NESTED:
        return [candidate for candidate in by_scan(text, shape, repairs=()) if candidate[3] is None]
    return by_regex(text)


def _beside(text: str, found: list[Candidate]) -> str:
    """What stands beside the objects that parse as they are, where it is long enough for markup."""
    pieces, before = [], 0
    for start, end, _, reason, repair in found:
        if reason is None and repair is None:
            if start - before >= SHORTEST_MARK:
                pieces.append(text[before:start])
            before = end
    pieces.append(text[before:])
    return "\n".join(pieces)


def drafts_in(text: str, sample_format: str) -> int:
    """Objects of the format that stand in the completion's reasoning, and so are no candidates."""
    shape = FORMATS[sample_format].shape
    return sum(
        type(value) is dict and not shape.keys().isdisjoint(value)
        for start, end in reasoning_in(text)
        for _, _, value, _, _ in by_scan(text[start:end], shape)
    )
