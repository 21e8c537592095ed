"""What an object is by its keys: a sample, a wrapper around samples, or neither. Real keys count, never their mention.

{"total_tokens": 40, "samples": [{"tokens": ["Bo"], "ner_tags": [1]}]}
^ a wrapper: no key of the format is its own
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Shape = Mapping[str, type]
"""The keys of a format's sample with the types of their values: `list` or `str`."""

# Keys of a mention: an object with one of these and a `text` is no sentence.
_OF_MENTIONS = frozenset({"label", "type", "tag", "entity", "entity_type", "start", "end"})


def is_sample(value: Any, shape: Shape) -> bool:
    """Whether a parsed object is meant as one sample, good or bad, and not as a wrapper around samples.

    It has a key of the format and none of its values holds a sample. An object of the right shape may hold others all
    the same (a translation, a draft), but for formats of a single string, which any wrapper may have.
    """
    if not isinstance(value, dict) or shape.keys().isdisjoint(value):
        return False
    if not _holds_samples(value, shape):
        return not is_description(value, shape)
    return has_shape(value, shape) and any(kind is list for kind in shape.values())


def has_shape(value: Mapping[str, Any], shape: Shape) -> bool:
    """Whether each key of the format is there, with a value that can be right."""
    for key, kind in shape.items():
        found = value.get(key)
        if not isinstance(found, kind):
            return False
        if isinstance(found, list) and found and isinstance(found[0], dict) != (key == "entities"):
            return False
    return True


def is_description(value: Mapping[str, Any], shape: Shape) -> bool:
    """Whether it describes samples, as a JSON schema's `properties` do: each key's value is an object."""
    return all(isinstance(value[key], dict) for key in shape if key in value)


def _holds_samples(value: Any, shape: Shape) -> bool:
    """Whether an object with all keys of the format stands anywhere within."""
    rest = list(value.values())
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            if shape.keys() <= item.keys() and not (len(shape) == 1 and _OF_MENTIONS & item.keys()):
                return not is_description(item, shape) or _holds_samples(item, shape)
            rest.extend(item.values())
        elif isinstance(item, list) and item and not isinstance(item[0], (str, int)):
            rest.extend(item)
    return False


def has_key(text: str, start: int, end: int, shape: Shape) -> bool:
    """Whether a key of the format, followed by a value that can be right, stands in the text of an object there.

    Strings are walked over, so that what they mention does not count. The text need not be valid JSON.
    """
    return any(match["key"] is not None for match in _keys(tuple(shape.items())).finditer(text, start, end))


@lru_cache(maxsize=16)
def _keys(shape: tuple[tuple[str, type], ...]) -> re.Pattern[str]:
    lists = "|".join(re.escape(key) for key, kind in shape if kind is list)
    strings = "|".join(re.escape(key) for key, kind in shape if kind is str)
    quote = "[\"'\u201c\u201d\u2018\u2019]"
    after = [rf"(?:{lists}){quote}?\s*+:\s*+(?:[\[(]|\Z)"] * bool(lists)
    after += [rf"(?:{strings}){quote}?\s*+:\s*+(?:{quote}|\Z)"] * bool(strings)
    string = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?:"\s*+:?|\Z)'
    string = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?:"\s*+:?|\Z)'
    return re.compile(rf"(?P<key>(?<!\w){quote}?(?:{'|'.join(after)}))|{string}")
