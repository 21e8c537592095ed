"""The tests that need a device."""

from __future__ import annotations

import os
import subprocess
import sys

from gpu_parts.common import (
    ARGS,
    ROOT,
    TINY,
    failed,
    say,
)


def part_tests() -> None:
    """(a) The tests marked cuda, by pytest; without tests/conftest.py, which needs Kafka and PostgreSQL."""
    path = os.pathsep.join([str(ROOT / part) for part in ("common/src", "trainer-svc/src", "tests")])
    command = [
        sys.executable, "-m", "pytest", "tests/unit/spanloom_trainer/core/test_graphs.py", "-q", "-x" if TINY else "-q",
        "--confcutdir=tests/unit/spanloom_trainer", "-p", "no:cacheprovider", "-m", "cuda",
    ]  # fmt: skip
    ways = [("as they stand", [], {})]
    ways.append(
        ("warnings let be, cuBLAS told first", ["-o", "filterwarnings="], {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"})
    )
    for name, more, env in ways:
        try:
            done = subprocess.run([*command, *more], cwd=ROOT, env={**os.environ, "PYTHONPATH": path, **env},
                                  capture_output=True, text=True, timeout=90)  # fmt: skip
        except subprocess.TimeoutExpired:
            say("tests", way=name, error="not done within 90 s")
            failed.append("tests")
            continue
        said = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "SKIPPED", "E  "))][
            :12
        ]
        last = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
        say("tests", way=name, rc=done.returncode, summary=last, said=said)
        if ARGS.out is not None:
            ARGS.out.with_suffix(f".tests{len(env)}.txt").write_text(done.stdout + done.stderr)
        if done.returncode == 0:
            return
    failed.append("tests")
