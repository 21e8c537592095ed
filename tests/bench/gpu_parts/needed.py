"""What gpu.py needs of others, looked for before anything of it is imported; the standard library does here."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SEARCH = [str(ROOT / part) for part in ("common/src", "trainer-svc/src", "tests")]
"""A machine with a GPU and torch need not have Spanloom installed."""
PYTHON = (3, 11)
ALWAYS = {
    "torch": "torch", "transformers": "transformers", "tokenizers": "tokenizers", "safetensors": "safetensors",
    "numpy": "numpy", "regex": "regex", "yaml": "PyYAML", "pydantic": "pydantic",
}  # fmt: skip
"""Modules that every part imports, and the packages they come in."""
OF_PART = {
    "trainer": {"accelerate": "accelerate"},
    "tests": {"pytest": "pytest", "pytest_timeout": "pytest-timeout"},
}
"""What one part needs besides."""


def complete() -> None:
    """Set the search path and the environment, and end with what is missing and how to install it, if anything is."""
    sys.path[:0] = SEARCH
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if sys.version_info < PYTHON:
        sys.exit(f"Python {sys.version.split()[0]} is too old: {'.'.join(map(str, PYTHON))} or later is needed")
    lacking = missing(ALWAYS)
    if lacking:
        sys.exit(f"missing: {', '.join(lacking)}. {how(lacking)}")
    for module in ALWAYS:
        try:
            importlib.import_module(module)
        except ImportError as error:
            sys.exit(f"{module} cannot be imported: {error}. {how([ALWAYS[module]])}")


def missing(modules: Mapping[str, str]) -> list[str]:
    """The packages of those modules that cannot be found."""
    return [package for module, package in modules.items() if importlib.util.find_spec(module) is None]


def how(packages: Iterable[str]) -> str:
    """The command that installs them, in the versions that Spanloom is tested with."""
    return f"In the repository: python -m pip install -c constraints.txt {' '.join(packages)}"
