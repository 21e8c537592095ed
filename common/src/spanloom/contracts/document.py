"""YAML or JSON text as plain data, from whoever sends it: bounded, without aliases, every mistake told in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from spanloom.errors import SpecError

MAX_BYTES = 1_000_000
MAX_KEYS = 1_000
"""Most keys of one mapping: no contract knows so many."""
MAX_ITEMS = 10_000
"""Most items of one list."""
MAX_PROBLEMS = 100
"""Most mistakes told of at once, each with its path; of the others their number."""
MAX_INTEGER = 2**63 - 1
"""What PostgreSQL and JSON's readers hold."""

Problems = list[tuple[str, str]]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""U+0000, which PostgreSQL's text and jsonb have not, and halves of surrogate pairs, which UTF-8 has not."""


def read_document(text: str) -> object:
    """Parse YAML or JSON. Raises SpecError where the text is neither, too large, or holds what is no plain data."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise SpecError([("", f"the specification is larger than {MAX_BYTES:,} bytes")])
    try:
        data = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a SafeLoader that refuses more
    except yaml.YAMLError as error:
        raise SpecError([_syntax(error)]) from None
    except RecursionError:
        raise SpecError([("", "the specification is nested too deeply")]) from None
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        # What PyYAML's constructors raise of a value that is not what its tag says: `!!int x`, 5,000 digits.
        raise SpecError([("", f"holds a value that cannot be read: {' '.join(str(error).split())[:200]}")]) from None
    check_plain(data)
    return data


def _syntax(error: yaml.YAMLError) -> tuple[str, str]:
    """Where a text stops being YAML, what was met there, and its line with a caret."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None:
        return "", f"not YAML or JSON: {' '.join(str(error).split())}"
    context = f" {error.context}" if isinstance(error, yaml.MarkedYAMLError) and error.context else ""
    snippet = mark.get_snippet(indent=4, max_length=76)
    what = f"not YAML or JSON: {error.problem}{context}" if isinstance(error, yaml.MarkedYAMLError) else ""
    return f"line {mark.line + 1}, column {mark.column + 1}", what + (f"\n{snippet}" if snippet else "")


def lines_of(text: str, paths: Iterable[str]) -> dict[str, int]:
    """The line, from 1, of each field path of a document; of a field that is not there, that of what should hold it."""
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    if root is None:
        return {}
    found = {}
    for path in paths:
        node, line = root, root.start_mark.line + 1
        for part in path.split("."):
            child = _child(node, part)
            if child is None:
                break
            key, node = child
            line = key.start_mark.line + 1
        found[path] = line
    return found


def _child(node: yaml.Node, part: str) -> tuple[yaml.Node, yaml.Node] | None:
    """What stands under a name or a place of a node: the node to point at, and the value."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdecimal() and len(part) < 10 and int(part) < len(node.value):
        return node.value[int(part)], node.value[int(part)]
    return None


def check_plain(data: object) -> None:
    """Raises SpecError where parsed data is larger than any contract, or holds what JSON could not."""
    problems: Problems = []
    for found in _problems(data, ""):
        problems.append(found)
        if len(problems) > MAX_PROBLEMS:
            break
    if problems:
        raise SpecError(first_of(problems))


def first_of(problems: Problems, count: int | None = None) -> Problems:
    """At most MAX_PROBLEMS of them, and how many there are where `count` says that there are more."""
    total = count or len(problems)
    shown = problems[:MAX_PROBLEMS]
    return shown if total <= len(shown) else [*shown, ("", f"and more: {total:,} mistakes or more in all")]


def _problems(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if len(value) > MAX_KEYS:
            yield path, f"has {len(value):,} fields; at most {MAX_KEYS:,} are read"
            return
        for key, item in value.items():
            if isinstance(key, str) and _UNSTORABLE.search(key):
                yield path, f"has a field whose name {_unstorable(key)}"
            elif isinstance(key, str):
                yield from _problems(item, f"{path}.{key[:80]}" if path else key[:80])
            else:
                yield path, f"has a field whose name is {str(key)[:80]!r}, no text; put it in quotes"
    elif isinstance(value, list):
        if len(value) > MAX_ITEMS:
            yield path, f"has {len(value):,} items; at most {MAX_ITEMS:,} are read"
            return
        for i, item in enumerate(value):
            yield from _problems(item, f"{path}.{i}" if path else str(i))
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        yield path, "is an integer of more than 63 bits"
    elif isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield path, _unstorable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, f"is {value}; a finite number is expected"
    elif value is not None and not isinstance(value, bool | int | float):
        yield path, f"is a {type(value).__name__}; text, numbers, true, false, null, lists and mappings are read"


def _unstorable(text: str) -> str:
    found = _UNSTORABLE.search(text)
    return f"holds the character U+{ord(found[0]):04X}, which no text has; leave it out" if found else ""


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases (a small file must not become a large document), without a field given twice, and without
    dates: what looks like one is text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not allowed here", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> Any:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a field's name must be text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value[:80]!r} is given twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return node


_LEFT_OUT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag not in _LEFT_OUT]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
