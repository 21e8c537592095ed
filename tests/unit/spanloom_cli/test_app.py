"""The command finds its subcommands, loads only the one called, and tells errors in words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from spanloom.errors import DataError, EngineError, SchemaError, SettingsError, SpanloomError, SpecError
from spanloom_cli import app as module
from spanloom_cli.exits import EXIT_CODES, Exit, ServiceError, code_of

Command = Callable[..., Result]
HEAVY = ("torch", "transformers", "numpy", "sqlalchemy", "fastapi", "kafka", "altair", "vllm", "pandas")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plan", "--help"], ["runs", "--help"], ["rnu"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom spanloom_cli.app import main\n"
        f"sys.argv = ['spanloom', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("LOADED []"), done.stdout + done.stderr


def test_help_names_every_command_and_exit_code(spanloom: Command) -> None:
    shown = spanloom("--help").stdout
    for name in module.targets():
        assert f" {name} " in shown
    flat = " ".join(shown.split())
    assert all(f"{int(code)} {what.split(',')[0]}" in flat for code, what in EXIT_CODES.items())
    assert "(not installed" not in shown


@pytest.mark.parametrize("name", sorted(module.targets()))
def test_every_command_loads_and_says_what_it_does(spanloom: Command, name: str) -> None:
    assert module.summary_of(module.targets()[name]).endswith((".", ")"))
    assert spanloom(name, "--help").exit_code == 0


def with_entry_points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    (tmp_path / "extension_of_spanloom.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "extension_of_spanloom", raising=False)
    points = [
        EntryPoint("greet", "extension_of_spanloom:greet", module.GROUP),
        EntryPoint("run", "extension_of_spanloom:greet", module.GROUP),
        EntryPoint("gone", "no_such_module_anywhere:x", module.GROUP),
    ]
    monkeypatch.setattr(module.importlib.metadata, "entry_points", lambda group: points)


def test_an_entry_point_is_a_command_read_but_not_imported_for_help(
    spanloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_entry_points(
        monkeypatch,
        tmp_path,
        'def greet(name: str, loud: bool = False) -> None:\n    """Say hello."""\n    print("hello", name)\n',
    )
    assert "Say hello." in spanloom("--help").stdout
    assert "extension_of_spanloom" not in sys.modules
    assert spanloom("greet", "Anna").stdout == "hello Anna\n"
    assert "extension_of_spanloom" not in spanloom("run", "--help").stdout, "common's own names are its own"
    assert "Start a run" in spanloom("run", "--help").stdout


def test_a_command_whose_parts_are_missing_says_which(
    spanloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_entry_points(monkeypatch, tmp_path, 'import torch_of_the_future\ndef greet() -> None:\n    """Hi."""\n')
    assert "not installed" in spanloom("--help").stdout
    for name, missing in (("greet", "torch_of_the_future"), ("gone", "no_such_module_anywhere")):
        result = spanloom(name)
        assert result.exit_code == Exit.FAILED
        assert f"`spanloom {name}` needs {missing}" in result.stderr


def test_a_part_missing_in_mid_command_is_told_too(
    spanloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = 'def greet() -> None:\n    """Hi."""\n    import torch_of_the_future\n'
    with_entry_points(monkeypatch, tmp_path, source)
    result = spanloom("greet")
    assert (result.exit_code, "needs torch_of_the_future" in result.stderr) == (Exit.FAILED, True)


def test_an_error_in_a_command_is_told_without_a_trace(
    spanloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_entry_points(
        monkeypatch,
        tmp_path,
        'from spanloom.errors import DataError\ndef greet() -> None:\n    """Hi."""\n'
        '    raise DataError("no tag", path="x.iob2", line=3)\n',
    )
    result = spanloom("greet")
    assert (result.exit_code, result.stderr) == (Exit.USAGE, "Error: x.iob2:3: no tag\n")


def test_a_typo_is_met_with_a_suggestion(spanloom: Command) -> None:
    result = spanloom("resutls")
    assert result.exit_code == Exit.USAGE
    assert "results" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SpecError([("a", "b")]), 2),
        (DataError("x"), 2),
        (SchemaError("x"), 2),
        (SettingsError("x"), 2),
        (EngineError("x"), 1),
        (SpanloomError("x"), 1),
        (ServiceError("x", Exit.UNREACHABLE), 3),
        (ServiceError("x", Exit.REFUSED), 4),
    ],
)
def test_exit_codes(error: SpanloomError, code: int) -> None:
    assert code_of(error) == code


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    program = f"{sys.executable} -c 'from spanloom_cli.app import main; main()' settings --markdown | head -n 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {program}"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "# Settings\n", "")


def test_the_group_is_what_typer_runs() -> None:
    assert isinstance(typer.main.get_command(module.app), module.LazyGroup)
