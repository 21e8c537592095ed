"""docs/settings.md, from the settings themselves."""

from __future__ import annotations

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from spanloom.settings import Settings, variables_of

SECTIONS: tuple[type[BaseSettings], ...] = Settings.__bases__
"""The sections of the settings page, in its order."""


def settings_page() -> str:
    """docs/settings.md: every setting with its default and description, by section."""
    out = [
        "# Settings",
        "",
        "Read once at start from the environment. A secret may come from a file: the variable's name with `_FILE`.",
        "Names end in their unit: `_S` seconds, `_BYTES` bytes, `_DAYS` days.",
        "This page is generated: `spanloom settings --markdown > docs/settings.md`.",
    ]
    for section in SECTIONS:
        out += [
            "",
            f"## {(section.__doc__ or '').rstrip('.')}",
            "",
            "| variable | default | what it is |",
            "|---|---|---|",
        ]
        for name in section.__annotations__:
            field = section.model_fields[name]
            names = ", ".join(f"`{v}`" for v in variables_of(name, field))
            out.append(f"| {names} | {_default(field)} | {(field.description or '').replace('|', '&#124;')} |")
    return "\n".join(out) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None or field.default in (None, ()):
        return ""
    default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{default}`"
