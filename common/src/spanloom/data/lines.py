"""Text files read line by line: gzip or not, UTF-8, lines of bounded length, errors with file and line number."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from spanloom.errors import DataError

MAX_LINE_BYTES = 1_000_000
"""A longer line is refused before it is read whole: no annotated sentence or token comes near it."""


def open_binary(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is gzip (told by its first two bytes, not by its name)."""
    try:
        raw = path.open("rb")
    except FileNotFoundError:
        raise DataError("no such file", path=str(path)) from None
    except IsADirectoryError:
        raise DataError("is a folder, a file is expected", path=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be opened: {error.strerror}", path=str(path)) from error
    magic = raw.read(2)
    if magic == b"\x1f\x8b":
        raw.close()  # GzipFile closes only the file that it has opened
        return cast(BinaryIO, gzip.open(path, "rb"))
    raw.seek(0)
    return raw


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


def read_lines(path: Path, max_bytes: int = MAX_LINE_BYTES) -> Iterator[tuple[int, str]]:
    """`read_byte_lines`, decoded. Raises DataError naming the first byte that is not UTF-8."""
    for number, line in read_byte_lines(path, max_bytes):
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(
                f"byte 0x{line[error.start]:02X} at position {error.start + 1} is not UTF-8; "
                "expected UTF-8 text (is the file Latin-1? `iconv -f latin1 -t utf8` converts it)",
                path=str(path),
                line=number,
            ) from None
