from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spanloom.data.lines import at_most_bytes, read_lines
from spanloom.data.reading import read_annotated
from spanloom.errors import DataError


def test_a_packed_file_counts_as_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"word O\n" * 1_000_000))
    assert path.stat().st_size < 20_000
    with (
        at_most_bytes(6_999_999),
        pytest.raises(DataError, match=r"more than 6,999,999 bytes.*SPANLOOM_MAX_DATA_BYTES"),
    ):
        next(read_lines(path))
    with at_most_bytes(7_000_000):
        for _ in range(2):  # a file counts once, however often it is read
            assert next(read_lines(path)) == (1, "word O")


@pytest.mark.parametrize("name", ["bomb.spacy", "bomb.parquet"])
def test_what_a_small_file_would_unfold_to_is_counted_before_it_does(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".spacy"):
        path.write_bytes(zlib.compress(b"x" * 10_000_000, 9))
    else:  # one text that stands in a thousand places is packed once
        rows = pa.array([["x" * 100_000] * 20 for _ in range(50)])
        pq.write_table(pa.table({"tokens": rows, "ner_tags": pa.array([["O"] * 20 for _ in range(50)])}), path)
    assert path.stat().st_size < 20_000
    with at_most_bytes(9_999_999), pytest.raises(DataError, match=r"more than 9,999,999 bytes, unpacked"):
        read_annotated(path)


def test_files_count_together(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x" * 600)
    with at_most_bytes(1000):
        next(read_lines(tmp_path / "a"))
        with pytest.raises(DataError, match="more than 1,000 bytes"):
            next(read_lines(tmp_path / "b"))
    next(read_lines(tmp_path / "b"))
