"""The `spanloom` command: finds its subcommands by entry points and loads only the one that is called.

A member adds a subcommand by an entry point of group `spanloom.commands`; its value is a plain function with typer
annotations, or a `typer.Typer`, followed in brackets by the extra of the member that it needs. For `--help` the first
line of its docstring is read from the source, unimported, so that a command which needs torch costs nothing until it
is called.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from spanloom.errors import SpanloomError
from spanloom.version import version
from spanloom_cli.exits import EXIT_CODES, report

GROUP = "spanloom.commands"
OWN = {
    "init": "spanloom_cli.init:init",
    "run": "spanloom_cli.runs:run",
    "plan": "spanloom_cli.specs:plan",
    "gold": "spanloom_cli.gold:gold",
    "spec": "spanloom_cli.specs:spec",
    "runs": "spanloom_cli.runs:runs",
    "show": "spanloom_cli.runs:show",
    "follow": "spanloom_cli.runs:follow",
    "cancel": "spanloom_cli.runs:cancel",
    "resume": "spanloom_cli.runs:resume",
    "retry": "spanloom_cli.runs:retry",
    "calls": "spanloom_cli.calls:app",
    "jobs": "spanloom_cli.work:jobs",
    "audit": "spanloom_cli.audit:audit",
    "completions": "spanloom_cli.work:completions",
    "results": "spanloom_cli.results:results",
    "samples": "spanloom_cli.results:samples",
    "models": "spanloom_cli.models:models",
    "export": "spanloom_cli.export:export",
    "wait": "spanloom_cli.wait:wait",
    "doctor": "spanloom_cli.doctor:doctor",
    "dlq": "spanloom_cli.dlq:app",
}
"""The commands that need no service's code."""


def targets() -> dict[str, str]:
    """`module:attribute` of every subcommand; a member cannot take a name of `OWN`."""
    found = {point.name: f"{point.module}:{point.attr}" for point in importlib.metadata.entry_points(group=GROUP)}
    return {**OWN, **{name: value for name, value in sorted(found.items()) if name not in OWN}}


class LazyGroup(TyperGroup):
    """A group whose commands are loaded when called, and named and described without being loaded."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(targets())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in with the name and first line of help, for listings."""
        target = targets().get(cmd_name)
        return None if target is None else TyperCommand(cmd_name, help=summary_of(target))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, loaded."""
        known = targets()
        # What suggestions for a typo are made from.
        self.commands = {name: TyperCommand(name) for name in known}
        if args and args[0] in known:
            return args[0], load(args[0], known[args[0]]), args[1:]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error of Spanloom's is told in words and becomes an exit code."""
        try:
            return super().invoke(ctx)
        except SpanloomError as error:
            raise typer.Exit(report(error)) from None
        except ModuleNotFoundError as error:
            if (error.name or "spanloom").startswith("spanloom"):
                raise
            raise typer.Exit(report(_missing(ctx.invoked_subcommand, error))) from None


def load(name: str, target: str) -> Any:
    """Import a subcommand. One that cannot be imported is an error that says what it needs."""
    module, _, attribute = target.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise _missing(name, error) from None
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    single.command(name)(found)
    return get_command(single)


def _missing(name: str, error: ImportError) -> SpanloomError:
    return SpanloomError(
        f"`spanloom {name}` needs {error.name or 'a part'}, which is not installed ({error}); "
        f"`pip install '{_distribution(name)}'`, or `make install`, brings it"
    )


def _distribution(name: str) -> str:
    """What to install for a subcommand: the distribution its entry point belongs to, with the extras it names."""
    for point in importlib.metadata.entry_points(group=GROUP):
        if point.name == name and name not in OWN and point.dist is not None:
            return point.dist.name + (f"[{','.join(point.extras)}]" if point.extras else "")
    return "spanloom-cli"


def summary_of(target: str) -> str:
    """The first line of a command's docstring, read from its source without importing its module.

    Only the module's parent packages are imported, which load nothing. For a `Typer` it is the module's docstring.
    """
    module, _, attribute = target.partition(":")
    try:
        found = importlib.util.find_spec(module)
    except ImportError:
        found = None
    if found is None or found.origin is None or not found.origin.endswith(".py"):
        return f"(not installed: {module})"
    tree = ast.parse(Path(found.origin).read_bytes())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return (ast.get_docstring(tree) or "").partition("\n")[0]


app = typer.Typer(
    cls=LazyGroup,
    name="spanloom",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog="Exit codes: " + "; ".join(f"{int(code)} {what}" for code, what in EXIT_CODES.items()) + ".",
    pretty_exceptions_show_locals=False,
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"spanloom {version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """From ten annotated sentences to a scored NER model."""


def main() -> None:
    """Entry point of the `spanloom` command."""
    try:
        app(prog_name="spanloom")
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): nothing is left to say, and flushing would fail again.
        sys.stderr.close()
        raise SystemExit(0) from None
