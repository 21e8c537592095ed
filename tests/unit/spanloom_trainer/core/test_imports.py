"""The core computes and does nothing else: what it may import."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import spanloom_trainer.core

ALLOWED = (
    "numpy", "safetensors", "tokenizers", "torch", "transformers",
    "spanloom.contracts.training", "spanloom.errors", "spanloom.ner", "spanloom_trainer.core",
)  # fmt: skip


def imported(file: Path) -> set[str]:
    """The modules that a source file imports, whatever the depth of the statement."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


def test_the_core_imports_torch_and_transformers_and_the_language_of_ner_alone() -> None:
    files = sorted(Path(spanloom_trainer.core.__file__ or "").parent.glob("*.py"))
    assert len(files) > 10
    strangers = {
        f"{file.name}: {module}"
        for file in files
        for module in imported(file)
        if module.partition(".")[0] not in sys.stdlib_module_names
        and not any(module == allowed or module.startswith(f"{allowed}.") for allowed in ALLOWED)
    }
    assert strangers == set()
