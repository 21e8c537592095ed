"""The gateway's own configuration under a real nginx, before services on free ports."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.common import ROOT, free_port, wait_for

CONFIGURATION = ROOT / "infra/gateway/nginx.conf"


def configuration(places: Mapping[str, str], folder: Path, port: int) -> str:
    """The file as compose mounts it, with `places` (`api:8001` -> `127.0.0.1:PORT`) and folders of this test."""
    text = CONFIGURATION.read_text()
    # In containers names are looked up when a request comes; here there are addresses alone.
    text = re.sub(r"^ *resolver .*\n", "", text, flags=re.MULTILINE)
    for name, place in places.items():
        text = text.replace(name, place)
    for ours, here in {
        "listen 8080": f"listen 127.0.0.1:{port}",
        "/tmp/": f"{folder}/",
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "error.log"),
        "/srv/openapi": str(ROOT / "infra/gateway"),
    }.items():
        text = text.replace(ours, here)
    return text


@contextmanager
def gateway(places: Mapping[str, str], folder: Path) -> Iterator[str]:
    """nginx, running until the block ends; gives its URL."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("no nginx here (infra/nginx installs Debian's)")
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(places, folder, port))
    user = ["-g", "daemon off; user root;"] if os.geteuid() == 0 else ["-g", "daemon off;"]
    running = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder), *user])
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(url), what="nginx")
        yield url
    finally:
        running.terminate()
        running.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
