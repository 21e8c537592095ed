"""Text files read line by line: gzip or not, UTF-8, lines of bounded length, errors with file and line number."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, cast

from spanloom.data.roots import open_regular
from spanloom.errors import DataError

MAX_LINE_BYTES = 1_000_000
"""A longer line is refused before it is read whole: no annotated sentence or token comes near it."""

_CHUNK = 1 << 16


class _Budget:
    """Bytes that may still be read, and the files that were counted."""

    def __init__(self, most: int) -> None:
        self.most, self.left = most, most
        self.seen: set[tuple[Path, str]] = set()


_budget: ContextVar[_Budget | None] = ContextVar("bytes to read", default=None)


@contextmanager
def at_most_bytes(most: int) -> Iterator[None]:
    """Files opened inside hold at most so many bytes, all together and unpacked; else DataError before any is read."""
    token = _budget.set(_Budget(most))
    try:
        yield
    finally:
        _budget.reset(token)


def charge(path: Path, size: int, part: str = "") -> None:
    """Count the unpacked size of a file or a part of it, once. Raises DataError where it is more than may be read."""
    budget = _budget.get()
    if budget is None or (path, part) in budget.seen:
        return
    budget.seen.add((path, part))
    budget.left -= size
    if budget.left < 0:
        raise DataError(
            f"the files of a run hold more than {budget.most:,} bytes, unpacked; give smaller ones, or let whoever "
            "runs the service raise SPANLOOM_MAX_DATA_BYTES",
            path=str(path),
        )


def open_binary(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is gzip (told by its first two bytes, not by its name).

    Raises DataError for what is no regular file, or holds more than `at_most_bytes` lets be read.
    """
    raw = open_regular(path)
    magic = raw.read(2)
    raw.seek(0)
    budget = _budget.get()
    if budget is not None and (path, "") not in budget.seen:
        try:
            charge(path, _unpacked_size(raw, budget.left) if magic == b"\x1f\x8b" else os.fstat(raw.fileno()).st_size)
        except DataError:
            raw.close()
            raise
        raw.seek(0)
    # A GzipFile's own readline is Python, a BufferedReader's is not.
    return cast(BinaryIO, io.BufferedReader(_Unpacked(raw), _CHUNK)) if magic == b"\x1f\x8b" else raw


def charge_deflated(path: Path, data: bytes) -> None:
    """Count what a zlib stream holds, unpacking no more of it than may be read, and keeping none. As `charge`."""
    budget = _budget.get()
    size, unpacker = 0, zlib.decompressobj()
    try:
        while budget is not None and size <= budget.left and (part := unpacker.decompress(data, _CHUNK)):
            size, data = size + len(part), unpacker.unconsumed_tail
    except zlib.error:
        pass  # reading it says what is wrong
    charge(path, size)


def _unpacked_size(raw: BinaryIO, enough: int) -> int:
    """Bytes of a gzip file's content, counted until there are more than `enough`; nothing is kept."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
            while size <= enough and (part := unpacked.read(1 << 20)):
                size += len(part)
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError):
        pass  # reading it says what is wrong, and where
    return size


class _Unpacked(gzip.GzipFile):
    """A gzip file's content; closes the file beneath, which GzipFile does only with one that it has opened itself."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw, mode="rb")
        self._raw = raw

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._raw.close()


def read_byte_lines(path: Path, max_bytes: int = MAX_LINE_BYTES) -> Iterator[tuple[int, bytes]]:
    """`(1-based line number, line without its line end)`; a UTF-8 byte order mark at the start is dropped.

    Raises DataError for a missing file, a damaged gzip stream, or a line of more than `max_bytes`.
    """
    number = 0
    with open_binary(path) as stream:
        while True:
            try:
                line = stream.readline(max_bytes + 2)
            except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
                raise DataError(f"cannot be read on from here: {error}", path=str(path), line=number + 1) from error
            if not line:
                return
            number += 1
            line = line.removesuffix(b"\n").removesuffix(b"\r")
            if len(line) > max_bytes:
                raise DataError(
                    f"line is longer than {max_bytes:,} bytes; expected one token or one JSON object a line",
                    path=str(path),
                    line=number,
                )
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def read_lines(path: Path, max_bytes: int = MAX_LINE_BYTES, *, bare_cr: bool = False) -> Iterator[tuple[int, str]]:
    """`read_byte_lines`, decoded. Raises DataError naming the first byte that is not UTF-8.

    With `bare_cr` a carriage return alone ends a line where no line feed does (files of old Macs and spreadsheets); in
    a file that has both it is refused, for a token would hold it.
    """
    lines = read_byte_lines(path, max_bytes)
    if bare_cr and _ends_lines_with_cr(path):
        lines, bare_cr = _cr_lines(path, max_bytes), False
    for number, line in lines:
        if bare_cr and b"\r" in line:
            raise DataError(
                "holds a carriage return within a line, beside lines that end in LF; one kind of line end is expected "
                "(`tr '\\r' '\\n'` or `dos2unix` converts)",
                path=str(path),
                line=number,
            )
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise DataError(
                    "is UTF-16; expected UTF-8 text (`iconv -f utf16 -t utf8` converts it)", path=str(path), line=number
                ) from None
            raise DataError(
                f"byte 0x{line[error.start]:02X} at position {error.start + 1} is not UTF-8; "
                "expected UTF-8 text (is the file Latin-1? `iconv -f latin1 -t utf8` converts it)",
                path=str(path),
                line=number,
            ) from None


def _ends_lines_with_cr(path: Path) -> bool:
    with open_binary(path) as stream:
        try:
            head = stream.read(MAX_LINE_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error, OSError):
            return False  # reading on will say where
    return b"\r" in head and b"\n" not in head


def _cr_lines(path: Path, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Lines of a file in which a carriage return ends them."""
    number, rest = 0, b""
    with open_binary(path) as stream:
        while chunk := stream.read(MAX_LINE_BYTES):
            *whole, rest = (rest + chunk).split(b"\r")
            for line in whole:
                number += 1
                yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if len(rest) > max_bytes:
                break
    if len(rest) > max_bytes or b"\n" in rest:
        raise DataError(
            "ends lines with CR here and with LF elsewhere, or a line is too long; convert it (`tr '\\r' '\\n'`)",
            path=str(path),
            line=number + 1,
        )
    if rest:
        yield number + 1, rest
