"""What the pages for contributors name is there, and configuration that nobody runs every day can be read."""

from __future__ import annotations

import ast
import re

import pytest
import yaml

from support.common import ROOT

PATH = re.compile(r"`((?:cli|common|[a-z]+-svc|infra|tests)/[\w./-]+)`")
ROW = re.compile(r"^\| (?!word|---)([^|]+) \| [^|]+ \|$", flags=re.MULTILINE)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md", "docs/security.md", "docs/glossary.md"])
def test_paths_and_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_a_word_of_the_glossary_is_explained_once() -> None:
    rows = ROW.findall((ROOT / "docs" / "glossary.md").read_text())
    words = [word.strip() for row in rows for word in row.split(",")]
    assert len(words) > 50
    assert sorted(set(words)) == sorted(words)


def test_hooks_run_what_lint_runs() -> None:
    configured = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = {hook["id"] for repo in configured["repos"] for hook in repo["hooks"]}
    assert hooks == {"check-yaml", "ruff", "ruff-format", "mypy", "import-linter"}


def test_no_public_class_has_the_name_of_another() -> None:
    places: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("**/src/spanloom*/**/*.py")):
        if ".venv" not in path.parts:
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
