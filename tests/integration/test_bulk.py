"""Rows that go in as one JSON text come out as they were, whatever text they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from spanloom.store import bulk
from spanloom.store.bulk import insert_rows
from spanloom.store.models import Sample
from support.stored import execute, select, store_run

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
SAMPLES = st.lists(
    st.fixed_dictionaries(
        {
            "tokens": st.lists(TEXTS, max_size=4),
            "ner_tags": st.lists(st.integers(0, 2**15 - 1), max_size=4),
            "content": TEXTS,
            "repairs": st.lists(TEXTS, max_size=2),
            "diagnostics": st.none() | st.dictionaries(TEXTS, st.integers(-(2**53), 2**53) | TEXTS, max_size=2),
        }
    ),
    max_size=5,
)


@pytest.fixture
def dataset(db: Engine) -> str:
    run_id = store_run(db, {"kind": "organic"})
    (row,) = select(db, "SELECT id FROM datasets WHERE run_id = :r AND split = 'dev'", r=run_id)
    execute(db, "DELETE FROM samples WHERE dataset_id = :d", d=row.id)
    return str(row.id)


def placed(dataset: str, samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"dataset_id": dataset, "call_index": 0, "candidate_index": i, "identity": str(i), **sample}
        for i, sample in enumerate(samples)
    ]


@given(samples=SAMPLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_rows_come_out_as_they_went_in(db: Engine, dataset: str, samples: list[dict[str, Any]]) -> None:
    rows = placed(dataset, samples)
    with db.begin() as connection:
        insert_rows(connection, Sample, rows)
    found = select(db, "SELECT * FROM samples WHERE dataset_id = :d ORDER BY candidate_index", d=dataset)
    execute(db, "DELETE FROM samples WHERE dataset_id = :d", d=dataset)
    assert [{name: getattr(row, name) for name in rows[0]} for row in found] == rows
    assert all((row.char_offset, row.marks) == (0, []) for row in found), "what is left out gets its default"


def test_chunks_join_without_a_seam(db: Engine, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 3)
    rows = placed(dataset, [{"tokens": [str(i)], "ner_tags": [0], "content": str(i)} for i in range(7)])
    with db.begin() as connection:
        insert_rows(connection, Sample, rows)
    found = select(db, "SELECT content FROM samples WHERE dataset_id = :d ORDER BY candidate_index", d=dataset)
    assert [row.content for row in found] == list("0123456")


def test_a_row_that_is_there_is_an_error_or_left_as_it_is(db: Engine, dataset: str) -> None:
    first, second = ({"tokens": [word], "ner_tags": [0], "content": word} for word in ("first", "second"))
    with db.begin() as connection:
        insert_rows(connection, Sample, placed(dataset, [first]))
    with pytest.raises(IntegrityError), db.begin() as connection:
        insert_rows(connection, Sample, placed(dataset, [second]))
    with db.begin() as connection:
        insert_rows(connection, Sample, placed(dataset, [second, second]), skip_present=True)
    found = select(db, "SELECT content FROM samples WHERE dataset_id = :d ORDER BY candidate_index", d=dataset)
    assert [row.content for row in found] == ["first", "second"]


def test_rows_that_do_not_fit_are_refused(db: Engine, dataset: str) -> None:
    row = {"dataset_id": dataset, "call_index": 0, "candidate_index": 0}
    with db.begin() as connection:
        with pytest.raises(ValueError, match=r"different columns: .*'call_index'.* and .*'marks'"):
            insert_rows(connection, Sample, [row, {**row, "marks": []}])
        with pytest.raises(ValueError, match="samples has no column colour"):
            insert_rows(connection, Sample, [{**row, "colour": "red"}])
        with pytest.raises(TypeError, match="surrogates"):
            insert_rows(connection, Sample, [{**row, "content": "\ud800"}])
        insert_rows(connection, Sample, [])
    assert select(db, "SELECT 1 FROM samples WHERE dataset_id = :d", d=dataset) == []
