"""Every error Spanloom raises on purpose, one tree.

    SpanloomError
     ├── SpecError            a run specification that cannot be carried out
     ├── DataError            a gold or prediction file that cannot be read
     ├── SchemaError          labels or tags that do not fit a label schema
     ├── BusError             the bus refused or lost a message
     │    ├── MessageTooLarge
     │    └── UnreadableMessage
     ├── EngineError          an LLM engine failed on a call
     │    ├── TransientEngineError
     │    └── PermanentEngineError
     ├── StoreError           the database is not what we need
     │    ├── NotFound
     │    ├── Conflict
     │    └── LeaseLost
     ├── SettingsError        an environment variable that cannot be used
     └── EnvironmentMissing   this machine lacks a part; says which and how to get it

An error says what was wrong, where, what is allowed, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator


class SpanloomError(Exception):
    """Something Spanloom can name went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class SpecError(SpanloomError):
    """The run specification cannot be carried out.

    `problems` holds one `(field path, what is wrong and allowed)` for each mistake found.
    """

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{path}: {what}" for path, what in problems))


class DataError(SpanloomError):
    """A data file cannot be read.

    Carries the file and, where one line is to blame, its 1-based number.
    """

    def __init__(self, what: str, *, path: str | None = None, line: int | None = None) -> None:
        self.path, self.line = path, line
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(place + what)


class SchemaError(SpanloomError):
    """Labels or tags do not fit the label schema."""


class BusError(SpanloomError):
    """The bus refused or lost a message."""


class MessageTooLarge(BusError):
    """The message is larger than the bus carries."""


class UnreadableMessage(BusError):
    """The message is not one of ours: it cannot be parsed under its contract."""


class EngineError(SpanloomError):
    """An LLM engine failed on a call."""


class TransientEngineError(EngineError):
    """The engine failed for now; the call may be tried again."""


class PermanentEngineError(EngineError):
    """The engine will never answer this call as it stands."""


class StoreError(SpanloomError):
    """The database is not what we need."""


class NotFound(StoreError):
    """No such row."""


class Conflict(StoreError):
    """The request contradicts what is stored."""


class LeaseLost(StoreError):
    """Another worker holds this row now; what was done under the old attempt changes nothing."""


class SettingsError(SpanloomError):
    """A setting cannot be used; the message names the environment variable."""


class EnvironmentMissing(SpanloomError):
    """This machine lacks a part; the message says which, and how to get it."""


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, what caused it or was being handled when it came, and so on; each once."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        yield cause
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
