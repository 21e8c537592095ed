from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from spanloom.errors import SettingsError
from spanloom.private import private_folder
from spanloom.settings_sections import ROOT_HOME, default_home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "above" / "home")
    assert mode(tmp_path / "above" / "home") == 0o700


def test_one_of_ours_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    assert private_folder(tmp_path / "home")
    assert mode(tmp_path / "home") == 0o700


def test_one_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "home" / "thesis").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    assert not private_folder(tmp_path / "home")
    assert mode(tmp_path / "home") == 0o755


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be made or read"):
        private_folder(tmp_path / "file" / "home")


def test_roots_data_lie_where_others_may_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    users = tmp_path / ".local" / "share" / "spanloom"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_home() == users
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_home() == ROOT_HOME
    (users / "postgres").mkdir(parents=True)
    assert default_home() == users, "data of an earlier release are found"
