"""Which models a specification may name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.allowed import ENCODERS, LLMS, is_allowed, not_allowed
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import RunSpec, check_spec


def spec_of(encoder: Any = "xlm-roberta-base", model: str = "CohereLabs/aya-expanse-32b", **engine: Any) -> RunSpec:
    vllm = {"kind": "synthetic", "name": "llm", "engine": {"kind": "vllm", "model": model, **engine}}
    return check_spec(
        {
            "name": "x",
            "languages": [{"code": "da", "gold": {"demo": "da"}}],
            "sources": [{"kind": "organic"}, vllm],
            "training": {"settings": ["from_scratch"], "encoder": encoder},
        }
    )


@pytest.mark.parametrize("encoder", ["xlm-roberta-large", "FacebookAI/xlm-roberta-base", "/models/mine", {"tiny": {}}])
def test_the_xlm_r_family_folders_and_tiny_are_allowed(encoder: Any) -> None:
    let = {"encoders": ENCODERS, "llms": LLMS, "reach": Reach(None, None), "folders": [Path("/models")]}
    assert not_allowed(spec_of(encoder), **let) == []


def test_a_folder_elsewhere_is_refused_wherever_a_link_leads(tmp_path: Path) -> None:
    data, secret = tmp_path / "data", tmp_path / "secret"
    data.mkdir()
    secret.mkdir()
    (data / "link").symlink_to(secret)
    reach = Reach(None, None)

    def refused(encoder: str, *allowed: str, folders: Sequence[Path] = (data,)) -> list[str]:
        spec = spec_of(encoder, str(secret))
        found = not_allowed(spec, encoders=allowed, llms=["local"], reach=reach, folders=folders)
        assert found[-1][0] == "sources.1.engine.model", "an LLM's folder as an encoder's"
        return [what for path, what in found if path == "training.encoder"]

    assert refused(str(data / "mine"), "local") == []
    for elsewhere in (str(secret), str(data / "link"), str(data / ".." / "secret"), "~", "~nosuchuser/x", "/proc/self"):
        (what,) = refused(elsewhere, "local")
        assert f"read beneath {data} alone" in what
        assert "SPANLOOM_ENCODERS or SPANLOOM_DATA" in what
    assert refused(str(secret / "mine"), str(secret)) == [], "a folder on the list is one"
    assert refused(str(data / "mine"), str(secret)) != [], "without `local` it alone"
    assert "no folder" in refused(str(data), "local", folders=())[0]


def test_another_name_is_refused_with_what_is_allowed_and_what_widens_it() -> None:
    found = not_allowed(
        spec_of("someone/else", "someone/llm", revision="abc"), encoders=ENCODERS, llms=LLMS, reach=Reach(None, None)
    )
    assert [path for path, _ in found] == ["training.encoder", "sources.1.engine.model"]
    for (_, message), name, setting in zip(found, ("someone/else", "someone/llm"), ("ENCODERS", "LLMS"), strict=True):
        assert repr(name) in message
        assert f"SPANLOOM_{setting}" in message
    assert "xlm-roberta-large" in found[0][1]
    assert "at revision 'abc'" in found[1][1]
    assert (
        not_allowed(spec_of("someone/else", "someone/llm"), encoders=["someone/*"], llms=["*"], reach=Reach(None, None))
        == []
    )


@pytest.mark.parametrize(
    ("name", "revision", "allowed", "expected"),
    [
        ("org/model", "abc", ["org/model@abc"], True),
        ("org/model", "abd", ["org/model@abc"], False),
        ("org/model", None, ["org/model@abc"], False),
        ("org/model", "abc", ["org/model"], True),
        ("ORG/model", None, ["org/*"], False),
        ("./org/model", None, ["org/*", "*"], False),
        ("../x", None, ["local"], False),
        ("/models/x", None, ["/models"], True),
        ("/models2/x", None, ["/models"], False),
        ("local", None, ["local"], True),
    ],
)
def test_entries(name: str, revision: str | None, allowed: list[str], expected: bool) -> None:
    assert is_allowed(name, revision, allowed) is expected
