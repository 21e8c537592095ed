"""The API key of a machine of one's own: made at the first start, found by the commands of the same user.

It lies in `SPANLOOM_HOME` as `api_key`, mode 0600, so that other users of the machine, who can reach loopback too, have
nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from pydantic import SecretStr

from spanloom.errors import SettingsError
from spanloom.private import private_folder
from spanloom.settings import LOOPBACK, Settings

NAME = "api_key"


def with_own_key(settings: Settings) -> Settings:
    """The settings with the key that callers must show: the one given, else this user's own, made where there is none.

    `SPANLOOM_KEYLESS` leaves it out. Raises SettingsError where the key's file is open to others.
    """
    if settings.api_key is not None or settings.keyless:
        return settings
    return settings.model_copy(update={"api_key": SecretStr(make_own_key(settings.home))})


def make_own_key(home: Path) -> str:
    """This user's key; made, whole or not at all, where there is none. Raises SettingsError."""
    try:
        if not home.is_dir():
            private_folder(home)
        part = home / f".{NAME}.{secrets.token_hex(8)}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process of this user was first, or an earlier start
                os.link(part, home / NAME)
        finally:
            part.unlink()
    except OSError as error:
        raise SettingsError(f"the API key cannot be kept in {home}: {error}; set SPANLOOM_HOME") from None
    found = read_own_key(home)
    if found is None:
        raise SettingsError(f"the API key in {home} went away at once; is another program clearing that folder?")
    return found


def read_own_key(home: Path) -> str | None:
    """This user's key, None where none was made. Raises SettingsError where the file is not this user's alone."""
    path = home / NAME
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}; set SPANLOOM_API_KEY") from None
    with os.fdopen(descriptor, "r") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_mode & 0o077 or about.st_uid != os.geteuid():
            raise SettingsError(f"{path} is not this user's alone: `chmod 600` it, or remove it for a new one")
        key = file.read(1000).strip()
    if not key:
        raise SettingsError(f"{path} is empty; remove it for a new one")
    return key


def key_for(settings: Settings, host: str | None) -> str | None:
    """The key that a command sends to a service at `host`: the one given, else on loopback this user's own."""
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    return read_own_key(settings.home) if host in LOOPBACK else None
