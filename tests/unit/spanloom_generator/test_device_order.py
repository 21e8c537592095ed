"""What runs on a GPU here numbers GPUs as turns on them do: CUDA is told before a library that uses it is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

IMPORT = """
import os, sys

class Look:
    def find_spec(self, name, *_):
        if name in ("torch", "vllm"):
            print(os.environ["CUDA_DEVICE_ORDER"], flush=True)
            os._exit(0)

sys.meta_path.insert(0, Look())
import {}
"""


@pytest.mark.parametrize("module", ["engines.vllm", "engines.seq2seq", "links.encoder"])
@pytest.mark.parametrize(("told", "kept"), [(None, "PCI_BUS_ID"), ("FASTEST_FIRST", "FASTEST_FIRST")])
def test_gpus_are_numbered_as_turns_do_unless_told_otherwise(module: str, told: str | None, kept: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_DEVICE_ORDER"}
    if told is not None:
        environment["CUDA_DEVICE_ORDER"] = told
    code = IMPORT.format(f"spanloom_generator.{module}")
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == (kept, 0), done.stderr
