"""What this machine has, and the database commands' handling of addresses."""

from __future__ import annotations

import json
import os
import resource
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import Result

from spanloom.commands.db import split_password
from spanloom.settings import load_settings, with_password
from spanloom_cli import probes
from spanloom_cli.probes import Part, abilities, java_version, probe, run_program

Command = Callable[..., Result]
ALL = ("torch", "transformers", "postgres", "kafka", "database", "vllm", "gpu")


def parts(*present: str) -> list[Part]:
    return [Part(key, key.upper(), key in present, "found") for key in ALL]


def can(*present: str) -> set[str]:
    return {ability.name for ability in abilities(parts(*present)) if ability.possible}


def test_what_a_machine_can_run_follows_from_its_parts() -> None:
    assert can() == {"replay", "openai"}
    assert can("torch", "transformers", "postgres") == {"replay", "openai", "embedded", "train_cpu"}
    assert can("kafka", "database") == {"replay", "openai", "cluster"}
    assert can(*ALL) == {a.name for a in abilities(parts())}


def test_what_is_lacking_is_named() -> None:
    (embedded,) = [a for a in abilities(parts("torch")) if a.name == "embedded"]
    assert embedded.needs == ["TRANSFORMERS", "POSTGRES"]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.12" 2024-07-16', 17),
        ('java version "1.8.0_392"', 8),
        ('Picked up JAVA_TOOL_OPTIONS: -X\nopenjdk version "25" 2025-09-16', 25),
        ("command not found", None),
    ],
)
def test_the_version_of_java(said: str, version: int | None) -> None:
    assert java_version(said) == version


def test_a_program_that_is_not_there_fails_or_hangs_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PROBE_TIMEOUT_S", 0.2)
    assert run_program("no-such-program-anywhere") is None
    assert run_program("false") is None
    assert run_program("sleep", "5") is None
    assert run_program("echo", "hello") == "hello\n"


def part(key: str, **settings: object) -> Part:
    (found,) = [p for p in probe(load_settings(**settings)) if p.key == key]
    return found


@pytest.mark.parametrize(("soft", "ok"), [(256, False), (1024, False), (4096, True), (resource.RLIM_INFINITY, True)])
def test_the_limit_of_open_files_is_told(soft: int, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, 1_048_576))
    part = probes._open_files()
    assert part.ok is ok
    assert "ulimit -n" in part.found
    assert "`ulimit -n 4096`" in part.advice


def test_a_broker_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        assert part("kafka", bus=f"kafka://127.0.0.1:9,{place}").found == f"{place} answers"
    away = part("kafka", bus="kafka://127.0.0.1:9")
    assert (away.ok, away.found) == (False, "127.0.0.1:9 does not answer")


def test_a_database_that_does_not_answer_is_told() -> None:
    away = part("database", database_url="postgresql://u@127.0.0.1:9/x")
    assert (away.ok, "does not answer" in away.found) == (False, True)
    assert "does not answer" in part("database", database_url="mysql://x/y").found


def test_encoders_at_hand_are_listed_with_their_origin(tmp_path: Path) -> None:
    none = part("encoders", cache=tmp_path)
    assert not none.ok
    assert "`spanloom encoder get e5-small`" in none.advice
    folder = tmp_path / "encoders" / "e5-small"
    folder.mkdir(parents=True)
    (folder / "origin.json").write_text('{"source": "from here", "licence": "MIT", "weights_sha256": "0"}')
    assert part("encoders", cache=tmp_path).found.startswith("e5-small (from here)")
    (folder / "origin.json").write_text("{}")
    assert "origin.json" in part("encoders", cache=tmp_path).found


def test_java_is_found_in_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.1\"' >&2\n")
    os.chmod(java, 0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    found = part("java")
    assert (found.ok, found.found) == (False, f"11 ({java})")


def test_the_command_says_both(spanloom: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "probe", lambda _: parts("torch", "transformers", "postgres"))
    shown = spanloom("doctor")
    assert shown.exit_code == 0
    assert "can    the main job embedded" in shown.stdout
    assert "cannot services on Kafka and PostgreSQL (needs KAFKA, DATABASE)" in shown.stdout
    monkeypatch.setattr(probes, "probe", lambda _: parts())
    printed = spanloom("doctor", "--json")
    assert printed.exit_code == 1
    assert {p["key"] for p in json.loads(printed.stdout)["parts"]} == set(ALL)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_a_password_is_taken_out_of_the_address_as_it_was_put_in(password: str) -> None:
    url = "postgresql://user@host:5432/name?sslmode=require"
    assert split_password(with_password(url, password)) == (url, password)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("postgresql+psycopg2://u@h/d", "postgresql://u@h/d"),
        ("postgresql:///d?host=/run/x", "postgresql:///d?host=/run/x"),
        ("postgresql://spanloom@/spanloom?host=%2Ftmp%2Fx", "postgresql://spanloom@/spanloom?host=%2Ftmp%2Fx"),
    ],
)
def test_an_address_without_a_password_stays(url: str, bare: str) -> None:
    assert split_password(url) == (bare, None)
