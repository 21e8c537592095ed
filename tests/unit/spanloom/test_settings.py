"""Settings: documented, checked, and read from the environment or secret files."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanloom.errors import SettingsError
from spanloom.settings import (
    Settings,
    load_settings,
    unknown_variables,
    variables_of,
    with_password,
)
from spanloom.settings_page import SECTIONS, settings_page
from support.common import ROOT


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        for variable in variables_of(name, field):
            monkeypatch.delenv(variable, raising=False)
            monkeypatch.delenv(f"{variable}_FILE", raising=False)


def test_the_documentation_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_page(), "run `make docs`"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described_in_a_section(name: str) -> None:
    field = Settings.model_fields[name]
    assert (field.description or "").endswith(".")
    assert sum(name in section.__annotations__ for section in SECTIONS) == 1
    if field.annotation is float:
        assert name.endswith(("_s", "_days")), "a float's name ends in its unit"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLOOM_LEASE_S", "6")
    monkeypatch.setenv("SPANLOOM_RENEW_S", "1.5")
    monkeypatch.setenv("SPANLOOM_ALLOWED_HOSTS", "a.example, b.example")
    monkeypatch.setenv("SPANLOOM_DATA", "/one:/two")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "k1:9092,k2:9092")
    settings = load_settings()
    assert (settings.lease_s, settings.renew_s) == (6, 1.5)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.data == (Path("/one"), Path("/two"))
    assert settings.bus_url == "kafka://k1:9092,k2:9092"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLOOM_PORT", "")
    monkeypatch.setenv("SPANLOOM_API_KEY", "")
    assert load_settings().port is None
    assert load_settings().api_key is None


def test_a_setting_wins_over_its_plain_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://plain/x")
    monkeypatch.setenv("SPANLOOM_DATABASE_URL", "postgresql://own/x")
    assert load_settings().database() == "postgresql://own/x"


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-of-some-length\n")
    monkeypatch.setenv("SPANLOOM_API_KEY_FILE", str(tmp_path / "key"))
    settings = load_settings(host="0.0.0.0")
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "a-key-of-some-length"
    assert "a-key-of-some-length" not in repr(settings)


def test_a_plain_alias_has_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u@h/d")
    (tmp_path / "password").write_text("p@ss/word")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("SPANLOOM_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    assert load_settings().database() == "postgresql://u:p%40ss%2Fword@h/d"


def test_a_secret_and_its_file_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPANLOOM_API_KEY", "x" * 20)
    monkeypatch.setenv("SPANLOOM_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match="both set"):
        load_settings()


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPANLOOM_API_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"SPANLOOM_API_KEY_FILE=.*nowhere"):
        load_settings()


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"port": 99_999}, "SPANLOOM_PORT"),
        ({"lease_s": -1}, "SPANLOOM_LEASE_S"),
        ({"bus": "redis://x"}, "SPANLOOM_BUS"),
        ({"kafka_bootstrap": "no-port"}, "SPANLOOM_KAFKA_BOOTSTRAP"),
        ({"log_level": "loud"}, "SPANLOOM_LOG_LEVEL"),
        ({"lease_s": 10, "renew_s": 9}, "at most a third of SPANLOOM_LEASE_S"),
        ({"session_timeout_s": 6, "heartbeat_s": 5}, "at most a third of SPANLOOM_SESSION_TIMEOUT_S"),
        ({"host": "0.0.0.0"}, "listens beyond this machine"),
        ({"allowed_hosts": "*"}, "needs SPANLOOM_API_KEY"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(overrides: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told.replace("*", r"\*")):
        load_settings(**overrides)


def test_a_refused_secret_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLOOM_API_KEY", "hush-hush-hush-hush")
    with pytest.raises(SettingsError) as caught:
        load_settings(port=-1)
    assert "hush" not in str(caught.value)


def test_a_mistyped_variable_is_noticed() -> None:
    found = unknown_variables({"SPANLOOM_LEASE": "3", "SPANLOOM_PORT": "1", "SPANLOOM_API_KEY_FILE": "x", "HOME": "/"})
    assert found == ["SPANLOOM_LEASE is no setting; did you mean SPANLOOM_LEASE_S?"]


def test_a_password_needs_a_user() -> None:
    with pytest.raises(SettingsError, match="needs a user"):
        with_password("postgresql://host/name", "x")


def test_the_bus_gets_its_part() -> None:
    made = load_settings(partitions=3, retention_days=2, silence_rebuild_s=9).bus_settings()
    assert (made.partitions, made.retention_of("x.v1"), made.silence_rebuild_s) == (3, 2 * 86_400, 9)
