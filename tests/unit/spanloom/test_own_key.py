"""A key from the first start on, which the commands of the same user find and others do not."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanloom.errors import SettingsError
from spanloom.own_key import key_for, make_own_key, read_own_key, with_own_key
from spanloom.settings import load_settings


def test_it_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert read_own_key(home) is None
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: make_own_key(home), range(32)))
    assert len(made) == 1
    assert made == {read_own_key(home)}
    assert len(made.pop()) >= 32
    assert stat.S_IMODE((home / "api_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["api_key"]


def test_a_file_that_others_can_read_or_that_is_a_link_is_refused(tmp_path: Path) -> None:
    make_own_key(tmp_path)
    os.chmod(tmp_path / "api_key", 0o644)
    with pytest.raises(SettingsError, match="not this user's alone"):
        read_own_key(tmp_path)
    (tmp_path / "api_key").rename(tmp_path / "other")
    (tmp_path / "api_key").symlink_to("other")
    with pytest.raises(SettingsError, match="cannot be read"):
        make_own_key(tmp_path)


def test_services_ask_for_it_unless_one_is_given_or_none_is_wanted(tmp_path: Path) -> None:
    made = with_own_key(load_settings(home=tmp_path)).api_key
    assert made is not None
    assert made.get_secret_value() == read_own_key(tmp_path)
    given = load_settings(home=tmp_path, api_key="a-key-of-some-length")
    assert with_own_key(given) is given
    assert with_own_key(load_settings(home=tmp_path, keyless=True)).api_key is None


def test_it_is_sent_to_loopback_alone(tmp_path: Path) -> None:
    key = make_own_key(tmp_path)
    settings = load_settings(home=tmp_path)
    assert [key_for(settings, host) for host in ("127.0.0.1", "::1", "localhost")] == [key] * 3
    assert key_for(settings, "spanloom.example.org") is None
    assert key_for(load_settings(home=tmp_path, api_key="given"), "spanloom.example.org") == "given"
