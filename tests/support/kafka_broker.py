"""A real Kafka broker for tests: one KRaft node on free loopback ports, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from spanloom.errors import EnvironmentMissing
from support.common import free_ports

GET = Path(__file__).resolve().parents[2] / "infra" / "kafka" / "get"
START_S = 120

# One node, small memory, quick groups: the initial delay of a rebalance is 0 and sessions may be as short as a second.
PROPERTIES = """
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
num.partitions=1
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
"""
LOG4J = """
status = warn
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = stdout
"""


class KafkaBroker:
    """One broker that can be started, stopped, killed and started again on the same data and port.

    Raises `EnvironmentMissing` where this machine can have no Kafka or no Java.
    """

    def __init__(self, folder: Path) -> None:
        self.home = Path(_get())
        self.java = _get("--java")
        self.folder = folder
        self.port, self.controller_port = free_ports(2)
        self.log = folder / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._write_files()
        self._java("kafka.tools.StorageTool", "format", "-t", "spanloomTestsSpanloomQ", "-c", str(self._properties))

    @property
    def url(self) -> str:
        """What `open_bus` takes."""
        return f"kafka://127.0.0.1:{self.port}"

    @property
    def bootstrap(self) -> str:
        """`HOST:PORT`, as `KAFKA_BOOTSTRAP` has it."""
        return f"127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """True while the broker's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers."""
        assert not self.running, "the broker is running"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka", str(self._properties)), stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"Kafka ended with {self._process.returncode}:\n{self.tail()}")
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"Kafka does not answer after {START_S} s:\n{self.tail()}")

    def stop(self) -> None:
        """End it cleanly (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """`kill -9` and start again."""
        self.kill9()
        self.start()

    def tail(self, size: int = 4000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-size:]

    def _end(self, sign: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(sign)
            process.wait(30)

    def _write_files(self) -> None:
        self._properties = self.folder / "server.properties"
        self._log4j = self.folder / "log4j2.properties"
        self._log4j.write_text(LOG4J)
        self._properties.write_text(
            PROPERTIES.format(port=self.port, controller_port=self.controller_port, logs=self.folder / "logs")
        )

    def _command(self, *arguments: str) -> list[str]:
        # A broker must not outlive a test run that is killed.
        leash = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
        logging = f"-Dlog4j2.configurationFile={self._log4j}"
        return [*leash, self.java, *options, logging, "-cp", f"{self.home}/libs/*", *arguments]

    def _java(self, *arguments: str) -> None:
        done = subprocess.run(self._command(*arguments), capture_output=True, text=True, timeout=START_S, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")


def _get(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(GET), *arguments], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode != 0:
        raise EnvironmentMissing(done.stderr.strip())
    return done.stdout.strip()
