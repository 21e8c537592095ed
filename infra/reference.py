"""Writes docs/reference from the code: `make docs`. A test compares each page with what this gives."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from spanloom import errors
from spanloom.contracts import rules
from spanloom.contracts.spec import RunSpec
from spanloom.store.migrate import VIEWS
from spanloom_cli.app import load, targets
from spanloom_cli.exits import EXIT_CODES

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Written by infra/reference.py from the code; `make docs` renews it. -->\n"


def pages() -> dict[str, str]:
    """Each page's text by its name."""
    made = {
        "specification": specification(),
        "commands": commands(),
        "http": http(json.loads((ROOT / "infra/gateway/openapi.json").read_text("utf-8"))),
        "views": views(),
        "reject-reasons": reject_reasons(),
        "errors": error_tree(),
    }
    return {name: NOTE + "\n" + text.rstrip() + "\n" for name, text in made.items()}


def specification() -> str:
    """Every field of a run specification: type, default, bounds, and what it says."""
    schema = RunSpec.model_json_schema()
    parts = {"RunSpec": schema, **schema["$defs"]}
    out = [
        "# Run specification",
        "",
        "A run is one YAML or JSON document. What is left out has the default shown, the paper's where the paper says "
        "one. Unknown fields are refused, with their path and what is allowed there. `spanloom init` writes one; "
        "`spanloom plan FILE` checks one.",
        "",
    ]
    order = ["RunSpec", *(name for name in parts if name != "RunSpec" and "properties" in parts[name])]
    for name in order:
        part = parts[name]
        title = "The document" if name == "RunSpec" else name
        out += [f"## {title}", "", _flowing(part.get("description", "")), ""]
        out += ["| field | type | default | what it says |", "|---|---|---|---|"]
        required = part.get("required", [])
        for field, what in part["properties"].items():
            default = "required" if field in required else _default(what)
            told = _flowing(_told(what))
            out.append(f"| `{field}` | {_cell(_type(what))} | {_cell(default)} | {_cell(told)} |")
        out.append("")
    return "\n".join(out)


def undocumented() -> list[str]:
    """Fields of the specification without a sentence; a test says there are none."""
    schema = RunSpec.model_json_schema()
    return [
        f"{name}.{field}"
        for name, part in {"RunSpec": schema, **schema["$defs"]}.items()
        for field, what in part.get("properties", {}).items()
        if not _told(what)
    ]


def commands() -> str:
    """Every command with its arguments and options."""
    out = ["# Commands", "", "Exit codes: " + "; ".join(f"{int(c)} {w}" for c, w in EXIT_CODES.items()) + ".", ""]
    for name, target in targets().items():
        for path, command in _leaves(name, load(name, target)):
            out += _command(path, command)
    return "\n".join(out)


def http(document: Mapping[str, Any]) -> str:
    """Every route with its parameters."""
    out = [
        "# HTTP",
        "",
        "The whole description is OpenAPI, at `/docs` of a running instance. Errors are problem+json (RFC 9457). "
        "Lists are pages: `items`, and `next`, the cursor of the page after.",
        "",
    ]
    for path, verbs in sorted(document["paths"].items()):
        for verb, route in sorted(verbs.items()):
            out += [
                f"## `{verb.upper()} {path}`",
                "",
                f"**{route.get('summary', '')}.** {_flowing(route.get('description', ''))}",
                "",
            ]
            parameters = [p for p in route.get("parameters", []) if p["in"] != "cookie"]
            if parameters:
                out += ["| parameter | in | type | what it is |", "|---|---|---|---|"]
                for p in parameters:
                    out.append(
                        f"| `{p['name']}` | {p['in']} | {_cell(_type(p['schema']))} | "
                        f"{_cell(_flowing(p.get('description') or p['schema'].get('description') or ''))} |"
                    )
                out.append("")
    return "\n".join(out)


def views() -> str:
    """Every public view, as its own first lines say."""
    out = [
        "# SQL views",
        "",
        "The public views; `spanloom db shell` opens psql on them, `GET /v1/results/{view}` and "
        "`spanloom results RUN --view VIEW` give the same rows. The role `analyst` may read them.",
        "",
    ]
    folder = resources.files("spanloom.store") / "views"
    for name in VIEWS:
        lines = (folder / f"{name}.sql").read_text(encoding="utf-8").splitlines()
        told = " ".join(line[3:] for line in lines if line.startswith("-- "))
        out += [f"## {name}", "", told, ""]
    return "\n".join(out)


def reject_reasons() -> str:
    """Every reason, repair and treatment, in the order of the closed lists."""
    docs = _members(Path(str(rules.__file__)))
    out = ["# Reject reasons, repairs, marks", "", _flowing(rules.Reason.__doc__ or ""), ""]
    out += ["| reason | what it means | `paper` | `default` |", "|---|---|---|---|"]
    paper, default = rules.Rules(base="paper"), rules.Rules(base="default")
    for reason in rules.Reason:
        treatments = f"{paper.treatment(reason)} | {default.treatment(reason)}"
        out.append(f"| `{reason}` | {_cell(docs['Reason'].get(reason.name, ''))} | {treatments} |")
    out += ["", "## Repairs", "", _flowing(rules.Repair.__doc__ or ""), ""]
    out += ["| repair | what it does | `paper` | `default` |", "|---|---|---|---|"]
    for repair in rules.Repair:
        switches = " | ".join("on" if base.repairs(repair) else "off" for base in (paper, default))
        out.append(f"| `{repair}` | {_cell(docs['Repair'].get(repair.name, ''))} | {switches} |")
    return "\n".join(out)


def error_tree() -> str:
    """Every error that is raised on purpose, as its docstring says."""
    out = [
        "# Errors",
        "",
        _flowing((errors.__doc__ or "").partition("\n\n")[0]),
        "",
        "| error | what it says |",
        "|---|---|",
    ]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    for kind in sorted(kinds, key=lambda kind: [base.__name__ for base in reversed(kind.__mro__)]):
        depth = len([base for base in kind.__mro__ if base in kinds]) - 1
        out.append(f"| {'&nbsp;&nbsp;' * depth}`{kind.__name__}` | {_cell(_flowing(kind.__doc__ or ''))} |")
    return "\n".join(out)


def _told(what: Mapping[str, Any]) -> str:
    """A field's sentence; one given to a part of a union stands there."""
    parts = (what, *what.get("anyOf", ()))
    return next((str(part["description"]) for part in parts if part.get("description")), "")


def _type(what: Mapping[str, Any]) -> str:
    """A JSON schema's type in words, with its bounds."""
    if "$ref" in what:
        name = what["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in what:
        return f"`{what['const']}`"
    if "enum" in what:
        return ", ".join(f"`{value}`" for value in what["enum"])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in what:
            return " or ".join(dict.fromkeys(_type(one) for one in what[several]))
    kind = str(what.get("type", "any"))
    if kind == "array":
        return f"list of {_type(what.get('items', {}))}" if "items" in what else "list"
    if kind == "object":
        values = what.get("additionalProperties")
        return f"mapping to {_type(values)}" if isinstance(values, dict) and values else "mapping"
    bounds = [
        f"{sign} {what[key]:,}"
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if key in what
    ]
    return " ".join([kind, ", ".join(bounds)]).strip()


def _default(what: Mapping[str, Any]) -> str:
    default = what.get("default", "")
    if isinstance(default, dict):
        return "as below" if default else "`{}`"
    return "" if default == "" else f"`{json.dumps(default, ensure_ascii=False)}`"


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for name, found in command.commands.items():
            yield from _leaves(f"{path} {name}", found)
    else:
        yield path, command


def _command(path: str, command: Any) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join([f"spanloom {path}", *(_metavar(argument) for argument in arguments)])
    out = [f"## spanloom {path}", "", "```", usage + (" [OPTIONS]" if options else ""), "```", ""]
    out += [_flowing(command.help or ""), ""]
    if arguments or options:
        out += ["| argument or option | default | what it is |", "|---|---|---|"]
    for parameter in (*arguments, *options):
        names = (
            [*parameter.opts, *parameter.secondary_opts]
            if parameter.param_type_name == "option"
            else [_metavar(parameter)]
        )
        given = parameter.default
        plain = isinstance(given, str | int | float) and not isinstance(given, bool)
        default = f"`{getattr(given, 'value', given)}`" if plain else ""
        shown = ", ".join(f"`{name}`" for name in names)
        out.append(f"| {shown} | {_cell(default)} | {_cell(_flowing(getattr(parameter, 'help', '') or ''))} |")
    return [*out, ""]


def _metavar(argument: Any) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _members(path: Path) -> dict[str, dict[str, str]]:
    """The sentence under each member of each class of a module, which the running code does not keep."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            of_class = found.setdefault(node.name, {})
            for member, following in zip(node.body, node.body[1:], strict=False):
                told = following.value if isinstance(following, ast.Expr) else None
                if isinstance(member, ast.Assign) and isinstance(told, ast.Constant) and isinstance(told.value, str):
                    of_class[ast.unparse(member.targets[0])] = _flowing(told.value)
    return found


def _flowing(text: str) -> str:
    """A docstring as one paragraph, without its examples."""
    return " ".join(re.split(r"\n\s*>>>", text, maxsplit=1)[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write every page."""
    folder = ROOT / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        sys.stderr.write(f"docs/reference/{name}.md: {len(text):,} characters\n")


if __name__ == "__main__":
    main()
