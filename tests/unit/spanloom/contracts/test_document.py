"""Whatever is sent as a specification, it is read or refused in words: nothing else is raised."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spanloom.contracts.document import MAX_PROBLEMS, read_document
from spanloom.contracts.spec import RunSpec, check_spec, parse_spec, spec_hash
from spanloom.data.languages import complete_spec
from spanloom.errors import SpecError

GOOD: dict[str, Any] = {
    "name": "good",
    "languages": [{"code": "da", "gold": {"demo": "da"}}],
    "sources": [{"kind": "synthetic", "name": "s", "engine": {"kind": "toy"}, "seed_pool": 60}],
    "training": {"settings": ["from_scratch"], "sizes": [30]},
}


RICH: dict[str, Any] = {
    "name": "rich",
    "languages": [
        {
            "code": "da",
            "gold": {"file": "x", "keys": {"tokens": "a", "tags": "b"}, "mapping": {"A": "PER"}, "folds": {"count": 3}},
            "related": {"code": "sv", "gold": {"files": {"train": "x", "test": "y"}, "columns": [0, 1]}},
        }
    ],
    "sources": [
        {
            "kind": "synthetic", "name": "s", "prompt": {"names": {"file": "x"}, "topics": ["a"], "guidelines": "x"},
            "engine": {
                "kind": "openai", "base_url": "http://h/v1", "model": "m", "api_key_env": "A_API_KEY",
                "extra": {"a": [1]},
            },
        },
        {
            "kind": "translate_train", "aligner": {"encoder": "x", "layers": [1]},
            "translator": {"kind": "seq2seq", "model": "m", "languages": {"da": "dan_Latn"}},
        },
        {"kind": "synthetic", "name": "v", "engine": {"kind": "vllm", "model": "m", "revision": "r"}},
        {"kind": "annotate", "text": {"da": {"file": "x"}}, "engine": {"kind": "replay", "files": {"da": "x"}}},
        {"kind": "dataset", "name": "d", "files": {"da": {"file": "x", "mapping": {"A": "PER"}}}},
        {"kind": "tagger", "model": "m", "ask": {"PER": "people"}},
        {"kind": "mix", "name": "x", "of": ["s", "related"], "share": 0.5},
    ],
    "training": {"encoder": {"name": "e5-small", "revision": "r", "layers": 2}, "recipe": {"base": "paper"}},
    "evaluation": {"resamples": 100},
}  # fmt: skip


def read(text: str) -> RunSpec | None:
    """The specification, as the API reads and stores it; None where it was refused, with a path and words."""
    return judged(lambda: parse_spec(text, complete_spec))


def judged(reading: Callable[[], RunSpec]) -> RunSpec | None:
    try:
        spec = reading()
    except SpecError as error:
        refused = error.problems
    else:
        spec_hash(spec)
        return spec
    assert refused
    assert all(isinstance(path, str) and what for path, what in refused)
    assert len(refused) <= MAX_PROBLEMS + 1
    return None


@pytest.mark.parametrize(
    "text",
    [
        "? [a]\n: b", "? {a: b}\n: c", "a: !!int x", "a: !!float x", "a: !!timestamp x", "a: !!binary x", "a: !!bool x",
        "a: !!set {b}", "a: !!omap [b: c]", "a: !!pairs [b]", "a: !!python/object:os.system x", f"a: {'9' * 5000}",
        f"a: {2**63}", f"a: -{2**64}", f"a: 0x{'f' * 5000}", "a: .inf", "a: .nan", "1: a", "null: a", "2026-01-02: x",
        "<<: {a: b}", "a: 2001-12-14t21:59:43.10-99:99", "a: !!null x", "? !!binary aGk=\n: b", "\x00", "a: \ud800",
        "--- a\n--- b",
        'a: "\\0"', 'a: "\\ud800"', '{"a\\u0000": 1}', '{"a": ["\\ud800"]}',
        "%YAML 9.9\n---\na: b", "a: &x b\nc: *x", "- " * 900, "{" * 900,
    ],
)  # fmt: skip
def test_malformed_documents_are_refused(text: str) -> None:
    assert read(text) is None


def test_what_looks_like_a_date_is_text() -> None:
    assert read_document("a: 2026-13-45\nb: 2026-01-02") == {"a": "2026-13-45", "b": "2026-01-02"}


@pytest.mark.slow
@settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
@example("? - a\n: b")
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


PIECES = [
    "a",
    "1",
    ":",
    " ",
    "- ",
    "? ",
    "!!int ",
    "!!set ",
    "!!timestamp ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "&x ",
    "*x",
    "2026-13-45",
    "0x",
    "1:60",
    ".inf",
    "~",
    "<<: ",
    "#",
    "---",
]
yaml_like = st.lists(st.sampled_from([*PIECES, "|", "\n", "\t", "9" * 30]), max_size=30).map("".join)


@pytest.mark.slow
@settings(max_examples=30)
@given(yaml_like)
def test_anything_like_yaml_is_read_or_refused(text: str) -> None:
    read(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["~nobody1/x", "x" * 4000, "9" * 4999, 2**63, -(2**63), 10**400, "\x00", "\ud800", "..", 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def with_value(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = dict(data) if isinstance(data, dict) else list(data)
    copied[path[0]] = value if len(path) == 1 else with_value(copied[path[0]], path[1:], value)
    return copied


OPTIONAL = {
    ("sources", 0): ("m", "n", "seed", "prompt", "sampling", "rules", "prices", "dev_calls", "stop"),
    ("languages", 0): ("related", "labels", "script", "name", "in_xlmr"),
    ("languages", 0, "gold"): ("path", "file", "folds", "mapping", "tags", "columns", "limit"),
    ("training",): ("encoder", "recipe", "training_seeds", "ratios", "dev"),
    (): ("labels", "evaluation", "version"),
}
FIELDS = [
    *((GOOD, path) for path in places(GOOD)),
    *((GOOD, (*path, name)) for path, names in OPTIONAL.items() for name in names),
    *((RICH, path) for path in places(RICH)),
]
ODD: list[Any] = [None, True, [], {}, ["x"], {"a": 1}, [["x"]], 2**70, -1, 1e308, "", "x" * 4001, "a\x00", "\ud800"]


@pytest.mark.slow
@settings(max_examples=30)
@given(st.sampled_from(FIELDS), VALUES)
def test_any_value_in_any_field_is_read_or_refused(field: tuple[dict[str, Any], tuple[Any, ...]], value: Any) -> None:
    spec, path = field
    read(yaml.safe_dump(with_value(spec, path, value)))


def test_the_rich_specification_is_in_order() -> None:
    assert read(json.dumps(RICH)) is not None


@pytest.mark.slow
@pytest.mark.parametrize("value", ODD, ids=[repr(value)[:12] for value in ODD])
def test_odd_values_in_every_field_are_read_or_refused(value: Any) -> None:
    for spec, path in FIELDS:
        data = with_value(spec, path, value)
        judged(lambda data=data: check_spec(complete_spec(data) if isinstance(data, dict) else data))


def test_of_very_many_mistakes_the_number_is_told() -> None:
    sources = [{"kind": "synthetic", "name": f"s{i}", "prompt": {"topics": [1] * 9000}} for i in range(3)]
    with pytest.raises(SpecError, match=r"has 27,\d\d\d mistakes, too many to tell"):
        parse_spec(json.dumps({**GOOD, "sources": sources}), complete_spec)


def test_what_is_too_much_is_told_at_once_and_briefly() -> None:
    with pytest.raises(SpecError) as labels:
        parse_spec("name: x\nlabels: [" + ", ".join(f"L{i}" for i in range(10_001)) + "]")
    assert labels.value.problems == [("labels", "has 10,001 items; at most 10,000 are read")]
    with pytest.raises(SpecError) as keys:
        parse_spec("\n".join(f"k{i}: 1" for i in range(1_003)))
    assert keys.value.problems == [("", "has 1,003 fields; at most 1,000 are read")]
    with pytest.raises(SpecError) as many:
        parse_spec("\n".join(f"k{i}: 1" for i in range(900)))
    assert len(many.value.problems) == MAX_PROBLEMS + 1
    assert many.value.problems[-1] == ("", "and more: 903 mistakes or more in all")
    with pytest.raises(SpecError) as repeated:
        parse_spec("name: x\nlabels: [" + ", ".join(["PER"] * 5_000) + "]")
    assert ("labels", "lists 5,000 entity types; at most 100") in repeated.value.problems
