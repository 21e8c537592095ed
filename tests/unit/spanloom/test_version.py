"""One version for all members, told with the commit."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from spanloom import version as module
from spanloom.version import COMMIT_ENV, RELEASE, version, version_of_tree
from support.common import ROOT

MEMBERS = sorted(
    [ROOT / "common", ROOT / "cli", ROOT / "infra" / "embedded", *ROOT.glob("*-svc")], key=lambda member: member.name
)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(COMMIT_ENV, raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_two_commits_are_told_apart_and_so_are_changes_on_top(tree: Path) -> None:
    first = version_of_tree(tree)
    assert first == f"{RELEASE}+g{git(tree, 'rev-parse', 'HEAD')[:7]}"
    (tree / "file").write_text("two")
    assert version_of_tree(tree) == f"{first}.dirty"
    git(tree, "commit", "-qam", "two")
    assert version_of_tree(tree) not in (first, f"{first}.dirty")


def test_a_tag_does_not_stand_in_for_the_commit(tree: Path) -> None:
    git(tree, "tag", "-a", "v9.9.9", "-m", "x")
    assert version_of_tree(tree) == f"{RELEASE}+g{git(tree, 'rev-parse', 'HEAD')[:7]}"


def test_a_worktree_is_a_checkout(tree: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tree / "other"))
    assert version_of_tree(tree / "other") == version_of_tree(tree)


def test_without_git_the_commit_is_told_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMIT_ENV, "")
    assert version_of_tree(None) == RELEASE
    assert version_of_tree(tmp_path) == RELEASE, "a folder that is no checkout"
    monkeypatch.setenv(COMMIT_ENV, "0123456789abcdef0123456789abcdef01234567")
    assert version_of_tree(None) == f"{RELEASE}+g0123456"
    monkeypatch.setenv(COMMIT_ENV, "main; rm -rf /")
    assert version_of_tree(None) == RELEASE, "what is no commit is not made into a version"


def test_without_a_git_program_nothing_breaks(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tree))
    assert version_of_tree(tree) == RELEASE


def test_the_version_is_one_that_installers_know() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(\+g[0-9a-f]{7}(\.dirty)?)?", version())
    assert module.checkout() in (ROOT, None)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_members_read_one_version_and_pin_each_other(member: Path) -> None:
    read = tomllib.loads((member / "pyproject.toml").read_text())
    assert read["project"]["dynamic"] == ["version"]
    assert (member / read["tool"]["hatch"]["version"]["path"]).resolve() == Path(module.__file__).resolve()
    ours = [need for need in read["project"]["dependencies"] if need.startswith("spanloom")]
    assert ours == [need for need in ours if need.endswith(f"=={RELEASE}")]
    assert ours or member.name == "common"


def test_images_are_named_by_the_release() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    images = {service["image"] for service in services if service["image"].startswith("spanloom/")}
    assert len(images) == 5
    assert {image.partition(":")[2] for image in images} == {RELEASE}


def test_the_changelog_knows_the_release() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[-1] == "0.1.0"
