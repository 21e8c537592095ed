"""The tests that need a device."""

from __future__ import annotations

import os
import subprocess
import sys

from gpu_parts.common import ARGS, TINY, failed, say
from gpu_parts.needed import ROOT, SEARCH

FOLDER = ROOT / "tests/unit/spanloom_trainer"
LIMIT_S = 120
ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join(SEARCH),
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # tests/conftest.py sets it for the whole suite, and is not read here
}


def part_tests() -> None:
    """(a) The trainer's tests marked cuda, by pytest; without tests/conftest.py, which needs Kafka and PostgreSQL.

    Warnings are let be: a device's libraries may give some that no other machine gives.
    """
    files = [str(one.relative_to(ROOT)) for one in sorted(FOLDER.rglob("test_*.py")) if "mark.cuda" in one.read_text()]
    command = [
        sys.executable, "-m", "pytest", *files, "-q", "-x" if TINY else "-q", f"--confcutdir={FOLDER}",
        "-p", "no:cacheprovider", "-m", "cuda", "-o", "filterwarnings=",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        say("tests", files=files, error=f"not done within {LIMIT_S} s")
        failed.append("tests")
        return
    told = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "SKIPPED", "E  "))]
    last = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
    say("tests", files=files, rc=done.returncode, summary=last, said=told[:12])
    if ARGS.out is not None:
        ARGS.out.with_suffix(".tests.txt").write_text(done.stdout + done.stderr)
    if done.returncode:
        failed.append("tests")
