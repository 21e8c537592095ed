"""What is said of an encoder's licence: of a known one by either name, of a folder as it says itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from spanloom.contracts.training import EncoderSpec
from spanloom.data.encoders import EncoderOrigin, known_encoder, licence_told

UNKNOWN = "has a licence of its own; see its model card"


def told(name: str | Path) -> str:
    return licence_told(EncoderSpec.model_validate(str(name)))


def test_both_names_of_a_known_encoder_tell_the_same() -> None:
    assert told("e5-small") == told("intfloat/multilingual-e5-small") == "is under MIT (intfloat/multilingual-e5-small)"
    assert known_encoder("e5-small") is known_encoder("intfloat/multilingual-e5-small")
    assert known_encoder("intfloat/multilingual-e5-base") is None
    assert told("intfloat/multilingual-e5-base") == UNKNOWN


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("---\nlicense: apache-2.0\nlanguage: da\n---\n# A model\n", "is under apache-2.0, as its README.md says"),
        ("---\r\nlicense: mit\r\n---\r\n", "is under mit, as its README.md says"),
        ("---\nlicense: other\nlicense_name: my\n  own\n---\n", "is under my own, as its README.md says"),
        ("---\nlicense: other\n---\n", "is under other, as its README.md says"),
        ("---\nlicense: [mit, gpl]\n---\n", UNKNOWN),
        ("---\nlanguage: da\n---\nlicense: mit\n", UNKNOWN),
        ("---\n- license\n---\n", UNKNOWN),
        ("# A model\n---\nlicense: mit\n---\n", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_folders_readme_says_its_licence(tmp_path: Path, head: str, said: str) -> None:
    assert told(tmp_path) == UNKNOWN
    (tmp_path / "README.md").write_bytes(head.encode())
    assert told(tmp_path) == said


def test_a_folder_without_says_what_its_weights_stem_from(tmp_path: Path) -> None:
    EncoderOrigin("somebody/encoder at abc", "MIT", "0").write(tmp_path)
    assert told(tmp_path) == "stems from weights under MIT (somebody/encoder at abc)"
    (tmp_path / "README.md").write_text("---\nlicense: cc0-1.0\n---\n")
    assert told(tmp_path) == "is under cc0-1.0, as its README.md says"


def test_what_cannot_be_read_is_logged_and_not_known(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("---\nlicense: [\n---\n")
    with capture_logs() as logs:
        assert told(tmp_path) == UNKNOWN
        readme.unlink()
        os.mkfifo(readme)
        assert told(tmp_path) == UNKNOWN
    assert ["its head is no YAML" in logs[0]["why"], "a device or a pipe" in logs[1]["why"]] == [True, True]
