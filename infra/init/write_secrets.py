"""Writes the secrets that are missing, at random; leaves those that are there. Runs once, as root, before the rest.

    /secrets/api_key              the API key in clear, for `make key` (root only)
    /secrets/services/...         what the services read: mode 0440, group of the services
    /secrets/prometheus/api_key   the key again, for the scraper that must present it
    /secrets/postgres/...         the same passwords for the database's own start: mode 0440, group of postgres

A service knows the API key by its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from pathlib import Path

ROLES = ("postgres", "spanloom", "analyst")
PROMETHEUS = 65534
"""The group that the public image of Prometheus runs in (nobody)."""


def write(path: Path, text: str, *, group: int, mode: int) -> None:
    """Write a file in one step, so that a reader sees all of it or none."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.chown(temporary, 0, group)
    temporary.chmod(mode)
    temporary.rename(path)


def folder(path: Path, group: int) -> Path:
    """A folder that root writes and `group` reads."""
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, 0, group)
    path.chmod(0o750)
    return path


def main(root: Path, services: int, postgres: int) -> None:
    """Fill the volume at `root` for the groups `services` and `postgres`."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    for_services, for_postgres = folder(root / "services", services), folder(root / "postgres", postgres)
    for role in ROLES:
        ours, theirs = for_services / f"{role}_password", for_postgres / f"{role}_password"
        password = theirs.read_text("ascii") if theirs.exists() else secrets.token_urlsafe(32)
        if not theirs.exists():
            write(theirs, password, group=postgres, mode=0o440)
        # The superuser's password is the database's own business.
        if role != "postgres" and not ours.exists():
            write(ours, password, group=services, mode=0o440)
    key_file, hash_file = root / "api_key", for_services / "api_key_hash"
    if not key_file.exists():
        write(key_file, secrets.token_urlsafe(32), group=0, mode=0o400)
    for_prometheus = folder(root / "prometheus", PROMETHEUS)
    if not (for_prometheus / "api_key").exists():
        write(for_prometheus / "api_key", key_file.read_text("ascii"), group=PROMETHEUS, mode=0o440)
    digest = hashlib.sha256(key_file.read_bytes()).hexdigest()
    if not hash_file.exists() or hash_file.read_text("ascii") != f"sha256:{digest}":
        write(hash_file, f"sha256:{digest}", group=services, mode=0o440)
    print(f"secrets are in {root}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), services=int(sys.argv[2]), postgres=int(sys.argv[3]))
