"""The gateway's document is that of the services' code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.common import ROOT


@pytest.mark.slow
def test_the_gateways_document_is_current() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SPANLOOM_")}
    made = subprocess.run(
        [sys.executable, "infra/gateway/openapi.py"], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / "infra/gateway/openapi.json").read_text() == made, "run `make docs`"
