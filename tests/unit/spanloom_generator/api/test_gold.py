"""Gold files that clients send: read at once, kept whole or not at all, under the operator's caps."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from spanloom.http import create_app
from spanloom.settings import Settings, load_settings
from spanloom_generator.api.gold import gold_routes

GOLD = b"Anna\tB-PER\nbor\tO\ni\tO\nOslo\tB-LOC\n\n" * 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        port=0, home=tmp_path, keyless=True, max_uploads_bytes=400, max_upload_bytes=2000, max_body_bytes=1024,
        allowed_hosts="testserver",
    )  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(create_app("generator", settings=settings, routers=[gold_routes(settings)]))


def kept(settings: Settings) -> list[str]:
    return [path.name for path in settings.uploads_folder.rglob("*") if path.is_file()]


def test_a_file_is_read_and_kept_where_a_specification_finds_it(client: TestClient, settings: Settings) -> None:
    answer = client.post("/v1/gold", params={"name": "mine.conll"}, content=GOLD)
    told = answer.json()
    assert (answer.status_code, told["sentences"], told["entities"]) == (201, 3, {"LOC": 3, "PER": 3})
    assert told["first"] == "[PER Anna] bor i [LOC Oslo]"
    place = settings.gold_roots[-1] / told["file"]
    assert place.read_bytes() == GOLD
    assert (place.stat().st_mode | place.parent.stat().st_mode | settings.uploads_folder.stat().st_mode) & 0o077 == 0
    assert client.post("/v1/gold", params={"name": "mine.conll"}, content=GOLD).json() == told
    assert kept(settings) == ["mine.conll"]


def _parquet(columns: dict[str, list[object]], metadata: bytes | None = None) -> bytes:
    table = pa.table(columns)
    if metadata is not None:
        table = table.replace_schema_metadata({b"huggingface": metadata})
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


TABLE: dict[str, list[object]] = {"tokens": [["a", "b"]], "ner_tags": [["O", "B-PER"]]}
ODD: list[tuple[str, bytes]] = [
    *(("a.parquet", _parquet(TABLE, known)) for known in (b"{", b"[1]", b'{"info": 5}', b'{"info": {"features": 1}}')),
    ("names.parquet", _parquet(TABLE).replace(b"ner_tags", b"ner_tag\xe4")),
    ("none.parquet", _parquet({"tokens": [["a"], None], "ner_tags": [["O"], ["O"]]})),
    ("far.parquet", _parquet({"tokens": [["a"]], "ner_tags": [[99_999]]})),
    ("bytes.parquet", _parquet({"tokens": [[b"\xff"]], "ner_tags": [["O"]]})),
    ("other.parquet", _parquet({"tokens": [{"a": 1}], "ner_tags": [["O"]]})),
    *((f"{i}.json", text) for i, text in enumerate([
        b"[" * 9000, b'{"a":' * 9000, b'{"tokens":["a"],"ner_tags":[' + b"1" * 5000 + b"]}",
        b'{"tokens":["\\ud800"],"ner_tags":["O"]}', b'{"tokens":["a\\u0000"],"ner_tags":["B-P\\u0000"]}',
        b'{"tokens":[["a"]],"ner_tags":["O"]}', b'{"tokens":[null],"ner_tags":[null]}',
        b'{"tokens":"ab","ner_tags":"OO"}',
        b'{"text":"a b","spans":[{"start":NaN,"end":1e999,"label":"X"}]}',
        b'{"text":"a b","spans":[{"start":-5,"end":99999999999999999999,"label":"X"}]}',
        b'{"text":"a b","label":[[0,1,[1]]]}', b'{"text":"a","label":5}', b'{"text":["a"],"label":[[0,1,"X"]]}',
        b'[{"data":{"text":"a"},"annotations":5}]', b'[{"data":{"text":"a"},"annotations":[{"result":5}]}]',
        b'[{"data":{"text":"a"},"annotations":[{"result":[{"type":"labels","value":{"start":"x","labels":[1]}}]}]}]',
        b'[{"tokenized_text":["a"],"ner":[[0,"x","P"]]}]', b'[{"tokenized_text":5,"ner":5}]',
        b'{"text":"a b","tokens":[5],"spans":[5]}', b'{"tokens":["a"],"ner_tags":["O"],"splits":5}',
    ])),
    ("a.csv", b'a,b\n"unclosed'), ("a.tsv", b"a\tB-\x00\n"), ("a.conllu", b"1-99999999999999999999\ta\n"),
    ("a.conllup", b"# global.columns = ID FORM FORM\n1\ta\tO\n"), ("a.gz", b"\x1f\x8b" + bytes(20)),
    ("a.ann", b"T1\tPER x\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), ODD, ids=[f"{name}-{i}" for i, (name, _) in enumerate(ODD)])
def test_whatever_is_sent_is_read_or_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    own = load_settings(home=tmp_path, keyless=True, allowed_hosts="testserver")
    client = TestClient(create_app("generator", settings=own, routers=[gold_routes(own)]))
    answer = client.post("/v1/gold", params={"name": name}, content=content)
    assert answer.status_code in (201, 422), answer.text
    assert kept(own) == ([name] if answer.status_code == 201 else [])


@pytest.mark.parametrize(
    ("name", "content", "status", "told"),
    [
        ("mine.conll", b"", 422, "mine.conll is empty"),
        ("mine.jsonl", b'{"tokens": [1', 422, "mine.jsonl"),
        ("mine.conll", b"\xff\xfe\x00", 422, "mine.conll"),
        ("mine.conll", b"a\tO\n\n" * 100, 507, "SPANLOOM_MAX_UPLOADS_BYTES"),
        ("mine.conll", b"a\tO\n\n" * 500, 413, "SPANLOOM_MAX_UPLOAD_BYTES"),
        ("../mine.conll", GOLD, 422, "name"),
        (".hidden", GOLD, 422, "name"),
    ],
)
def test_what_cannot_be_read_or_kept_is_told_and_leaves_nothing(
    client: TestClient, settings: Settings, name: str, content: bytes, status: int, told: str
) -> None:
    answer = client.post("/v1/gold", params={"name": name}, content=content)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert str(settings.home) not in answer.text or status == 507
    assert kept(settings) == []
