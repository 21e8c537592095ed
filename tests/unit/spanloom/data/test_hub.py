"""The Hugging Face hub, asked over HTTP: a small server stands in for it and speaks its routes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Sequence, Value

from spanloom.contracts.gold import GoldSpec
from spanloom.data import hub as hub_module
from spanloom.data.gold import load_gold
from spanloom.data.hub import fetch
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema

FIRST, SECOND = "a" * 40, "b" * 40


class FakeHub(ThreadingHTTPServer):
    """Serves `files` of one data set repository at whatever commit `head` is; counts downloads."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.head = FIRST
        self.downloads = 0
        self.broken: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.respond(body=False)

    def do_GET(self) -> None:
        self.respond(body=True)

    def respond(self, *, body: bool) -> None:
        if self.path.startswith("/api/datasets/masakhane/masakhaner2/revision/"):
            revision = self.path.split("/revision/")[1].split("?")[0]
            if revision not in ("refs%2Fconvert%2Fparquet", FIRST, SECOND):
                return self.send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body)
            sha = revision if len(revision) == 40 else self.server.head
            listing = [{"rfilename": name} for name in self.server.files]
            info = {"id": "masakhane/masakhaner2", "sha": sha, "siblings": listing, "private": False, "tags": []}
            return self.send(200, json.dumps(info | {"downloads": 0, "likes": 0}).encode(), {}, body)
        start = "/datasets/masakhane/masakhaner2/resolve/"
        if self.path.startswith(start):
            commit, _, name = self.path.removeprefix(start).partition("/")
            data = self.server.files.get(name.split("?")[0])
            if data is not None and name not in self.server.broken:
                self.server.downloads += body
                etag = hashlib.sha1(data).hexdigest()
                return self.send(200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": commit}, body)
        return self.send(404, b"{}", {"X-Error-Code": "EntryNotFound"}, body)

    def send(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeHub]:
    server = FakeHub()
    tags = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-DATE", "I-DATE"]
    features = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=tags))})
    for split, tag in {"train": 1, "validation": 3, "test": 5}.items():
        path = tmp_path / f"{split}.parquet"
        Dataset.from_dict({"tokens": [["ni", split]], "ner_tags": [[0, tag]]}, features=features).to_parquet(path)
        server.files[f"swa/{split}/0000.parquet"] = path.read_bytes()
    thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def get(
    server: FakeHub, tmp_path: Path, config: str = "swa", revision: str = "refs/convert/parquet"
) -> hub_module.HubFiles:
    return fetch("masakhane/masakhaner2", config, revision, cache=tmp_path / "cache", endpoint=server.url)


def test_downloads_once_and_keeps_the_commit(server: FakeHub, tmp_path: Path) -> None:
    first = get(server, tmp_path)
    assert first.commit == FIRST
    assert sorted(p.name for p in first.folder.iterdir()) == [
        "COMMIT",
        "dev-00000.parquet",
        "test-00000.parquet",
        "train-00000.parquet",
    ]
    assert server.downloads == 3
    server.head = SECOND
    assert get(server, tmp_path) == first
    assert get(server, tmp_path, revision=SECOND).commit == SECOND
    assert [p.name for p in (tmp_path / "cache" / "masakhane--masakhaner2" / "swa").glob(".part-*")] == []


def test_failures_say_what_and_leave_nothing(server: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"no parquet file for split train, dev, test of 'yor'; .* configurations are swa"
    ):
        get(server, tmp_path, config="yor")
    with pytest.raises(DataError, match=r"did not serve masakhane/masakhaner2 \(swa\) at 'nothing'"):
        get(server, tmp_path, revision="nothing")
    server.broken.add("swa/test/0000.parquet")
    with pytest.raises(DataError, match="did not serve"):
        get(server, tmp_path)
    assert not list((tmp_path / "cache").rglob("*.parquet"))
    server.broken.clear()
    assert get(server, tmp_path).commit == FIRST


def test_no_hub_in_reach(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="did not serve"):
        fetch("a/b", "da", "main", cache=tmp_path, endpoint="http://127.0.0.1:9")


def test_named_gold_from_the_hub(server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "cache_folder", lambda: tmp_path / "cache")
    real = hub_module.fetch
    monkeypatch.setattr("spanloom.data.named.fetch", lambda *args: real(*args, endpoint=server.url))
    data = load_gold(GoldSpec(name="masakhaner2/swa"), LabelSchema.of(["LOC", "ORG", "PER"]), language="swa", roots=[])
    assert data.origin == f"masakhaner2/swa (hub masakhane/masakhaner2@{FIRST})"
    assert (data["train"][0].tags, data["dev"][0].tags, data["test"][0].tags) == ((0, 5), (0, 3), (0, 1))
