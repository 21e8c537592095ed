"""Files are read beneath the operator's folders alone, and only regular ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spanloom.contracts.gold import GoldSpec
from spanloom.contracts.sources import TrainFile
from spanloom.data.gold import load_gold, load_training_file
from spanloom.data.lines import open_binary, read_byte_lines
from spanloom.data.roots import ANYWHERE, admitted, find_beneath, is_beneath, only_beneath, open_regular, own_roots
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "inside.txt").write_text("here")
    (tmp_path / "secret.txt").write_text("db_password = hunter2")
    return folder


def find(name: str, *roots: Path) -> Path:
    return find_beneath(name, roots, kind="file", what="gold data", setting="SPANLOOM_DATA")


def test_a_link_that_is_put_elsewhere_after_the_check_is_not_followed(root: Path) -> None:
    inside = (root / "name.txt").resolve()
    inside.symlink_to("inside.txt")
    found = find("name.txt", root)
    with only_beneath([root]), open_regular(found) as file:
        assert file.read() == b"here"
    found.unlink()
    found.symlink_to(root.parent / "secret.txt")
    with only_beneath([root]), pytest.raises(DataError, match="leads out"):
        open_regular(found)
    with only_beneath([ANYWHERE]), open_regular(found) as file:
        assert b"hunter2" in file.read()


@pytest.mark.parametrize("half", ["doc.ann", "doc.txt"])
def test_no_half_of_a_brat_document_leads_out(root: Path, half: str) -> None:
    (root.parent / "secret").write_text("T1\tPER 0 4\tAnna\n" if half == "doc.ann" else "Anna bor i Oslo\n")
    (root / "doc.ann").write_text("T1\tPER 0 4\tAnna\n")
    (root / "doc.txt").write_text("Anna bor i Oslo\n")
    (root / half).unlink()
    (root / half).symlink_to(root.parent / "secret")
    other = "doc.txt" if half == "doc.ann" else "doc.ann"
    with pytest.raises(DataError, match="leads out"):
        load_training_file(TrainFile(file=other, format="brat"), LabelSchema.of(["PER"]), language="da", roots=[root])


def test_what_lies_beneath_a_root_is_found_by_its_whole_path_and_by_its_place(root: Path) -> None:
    assert find("inside.txt", root) == find(str(root / "inside.txt"), root) == root / "inside.txt"
    assert find("inside.txt", root / "none", root) == root / "inside.txt"


ELSEWHERE = ["../secret.txt", "/etc/passwd", "/proc/self/environ", "/dev/ptmx", "inside.txt/../../x"]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_lies_elsewhere_is_refused_and_not_told_of(root: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"is read beneath .* alone") as caught:
        find(name, root)
    with pytest.raises(DataError) as absent:
        find(f"{name}-that-is-not-there", root)
    assert str(caught.value) == str(absent.value).replace("-that-is-not-there", "")


def test_a_link_that_leads_out_is_refused_and_one_that_stays_in_is_not(root: Path) -> None:
    (root / "out").symlink_to(root.parent / "secret.txt")
    (root / "in").symlink_to("inside.txt")
    (root / "folder").symlink_to(root.parent)
    (root / "circle").symlink_to("circle")
    assert find("in", root).read_text() == "here"
    for name in ("out", "folder/secret.txt"):
        with pytest.raises(DataError, match="links resolved"):
            find(name, root)
    assert not is_beneath(root / "folder" / "secret.txt", [root])
    with pytest.raises(DataError, match="leads out"):
        admitted(root / "out", [root])
    with pytest.raises(DataError):
        find("circle", root)


def test_a_folder_of_gold_data_may_hold_no_link_that_leads_out(root: Path) -> None:
    secret = root.parent / "secret.iob2"
    secret.write_text("Anna\tB-PER\n\n")
    for split in ("train", "dev", "test"):
        (root / f"{split}.iob2").symlink_to(secret)
    with pytest.raises(DataError, match="leads out"):
        load_gold(GoldSpec(path=str(root)), LabelSchema.of(["PER"]), language="da", roots=[root], hub=False)


@pytest.mark.parametrize("name", ["~nosuchuser-anywhere/x", "x" * 4000, "a/" * 2000 + "b"])
def test_odd_names_are_errors_in_words(root: Path, name: str) -> None:
    with pytest.raises(DataError):
        find(name, root)


def test_the_home_folder_is_a_root_like_any_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    assert find("~/inside.txt", root) == root / "inside.txt"
    with pytest.raises(DataError, match="alone"):
        find("~/inside.txt", root.parent / "other")


def test_a_person_reads_what_is_theirs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert find("inside.txt", *own_roots([])).read_text() == "here"
    assert find(str(root.parent / "secret.txt"), *own_roots([])).exists()
    assert own_roots([root])[-1] == ANYWHERE


def test_only_regular_files_are_opened_and_nothing_blocks(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, what in ((fifo, "a device or a pipe"), (Path("/dev/ptmx"), "a device or a pipe"), (tmp_path, "a folder")):
        with pytest.raises(DataError, match=f"is {what}, a file is expected"):
            open_regular(path)
        with pytest.raises(DataError, match="a file is expected"):
            open_binary(path)
    with pytest.raises(DataError, match="no such file"):
        next(read_byte_lines(tmp_path / "none"))
    with pytest.raises(DataError, match="no such file for gold data"):
        find("fifo", tmp_path)
