"""Distances between languages by their typological features."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from spanloom.data.distances import read_distances
from spanloom.errors import EnvironmentMissing, SpecError
from spanloom_cli.app import app
from spanloom_trainer.encoders import distance as module
from spanloom_trainer.encoders.distance import KINDS, distances


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Danish and Swedish alike but for a sound, English unlike both in grammar; Tamil without any sound."""
    values = {"dan": [1, 1, 1, 0, 1], "swe": [1, 1, 1, 1, 1], "eng": [1, 0, 1, 0, 1], "tam": [0, 1, 0, 0, 1]}
    np.savez(
        tmp_path / "feature_predictions.npz",
        langs=np.array(list(values)),
        feats=np.array(["S_SVO", "S_CASE", "P_VOICE", "P_TONE", "INV_A"]),
        data=np.array(list(values.values()), np.float32)[:, :, None],
    )
    return tmp_path


def test_each_kind_is_told_by_its_own_features(folder: Path) -> None:
    found = distances(folder, "dan", ["swe", "eng", "dan", "tam"])
    assert found["swe"]["syntactic"] == pytest.approx(0)
    assert found["swe"]["phonological"] == pytest.approx(1 - 1 / np.sqrt(2))
    assert found["eng"]["syntactic"] == pytest.approx(1 - 1 / np.sqrt(2))
    assert all(value == pytest.approx(0, abs=1e-6) for value in found["dan"].values())
    assert found["tam"]["phonological"] == 1
    assert set(found["eng"]) == set(KINDS)


def test_distance_is_the_same_both_ways(folder: Path) -> None:
    assert distances(folder, "dan", ["tam"])["tam"] == pytest.approx(distances(folder, "tam", ["dan"])["dan"])


def test_the_command_takes_any_code_of_a_language_and_the_nearest_comes_first(folder: Path) -> None:
    told = CliRunner().invoke(app, ["distance", "da", "en", "swe", "--data", str(folder)])
    assert [line.split()[0] for line in told.stdout.splitlines()] == ["swe", "en"]
    told = CliRunner().invoke(app, ["distance", "da", "en", "--json", "--data", str(folder)])
    assert json.loads(told.stdout)["distances"]["en"]["inventory"] == pytest.approx(0)


def test_its_table_is_one_that_results_read(folder: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["distance", "da", "en", "swe", "--table", "syntactic", "--data", str(folder)])
    (tmp_path / "table.tsv").write_text(told.stdout)
    found = read_distances(tmp_path / "table.tsv")
    assert found == pytest.approx({frozenset(("dan", "eng")): 0.2929, frozenset(("dan", "swe")): 0}, abs=1e-4)


def test_what_is_not_there_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match="zul: URIEL has no features"):
        distances(folder, "dan", ["zul"])
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentMissing, match=r"CC BY-SA 4\.0.*related\.distance"):
        module._installed()
