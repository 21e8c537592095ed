"""Log events have one style, held over the source: a module's own logger, lower-case phrases, nothing interpolated."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from support.common import ROOT

METHODS = {"debug", "info", "warning", "error", "exception", "critical"}
SOURCES = sorted(path for folder in ROOT.glob("*/src") for path in folder.rglob("*.py")) + sorted(
    (ROOT / "infra").rglob("src/**/*.py")
)
LOGGER = "structlog.stdlib.get_logger(__name__)"


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of a method of `log`."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
            and node.func.attr in METHODS
        ):
            yield node


def mistakes(source: str, *, configures: bool = False) -> list[str]:
    """What is not in the style, by line."""
    tree, found = ast.parse(source), list[str]()
    for node in ast.walk(tree):
        makes_logger = isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("get_logger", "getLogger"))
        if makes_logger and not configures and ast.unparse(node) != LOGGER:
            found.append(f"{node.lineno}: a logger is {LOGGER}")  # type: ignore[attr-defined]
    for call in calls(tree):
        event = call.args[0] if len(call.args) == 1 else None
        if not isinstance(event, ast.Constant) or not isinstance(event.value, str):
            found.append(f"{call.lineno}: an event is one literal phrase, with values beside it by name")
        elif event.value != event.value.lower() or "_" in event.value or "%" in event.value:
            found.append(f"{call.lineno}: {event.value!r} is no lower-case phrase")
    return found


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('log.info("jobs made", count=3)', False),
        ('log.info("Jobs made")', True),
        ('log.info("jobs_made")', True),
        ('log.info(f"{n} jobs made")', True),
        ('log.info("%s jobs made", n)', True),
        ("log = structlog.stdlib.get_logger(__name__)", False),
        ("log = structlog.get_logger()", True),
        ("log = logging.getLogger(__name__)", True),
    ],
)
def test_the_style_itself(line: str, wrong: bool) -> None:
    assert bool(mistakes(line)) is wrong


def test_every_event_of_the_source_has_the_style() -> None:
    assert len(SOURCES) > 100
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in SOURCES
        if (wrong := mistakes(path.read_text("utf-8"), configures=path.name == "telemetry.py"))
    }
    assert found == {}, "see CONTRIBUTING, house rules"
    assert sum(1 for path in SOURCES for _ in calls(ast.parse(path.read_text("utf-8")))) > 40
