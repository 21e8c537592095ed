"""Prints what members need from the registry: the layer of an image that no change of source touches.

python infra/requirements.py "common[hub,server]" generator-svc
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

OURS = re.compile(r"spanloom(-\w+)?\b")


def needs(member: str) -> list[str]:
    """The dependencies of a member, `folder` or `folder[extra,extra]`, without those that are members themselves."""
    folder, _, extras = member.rstrip("]").partition("[")
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text())["project"]
    found = [*project["dependencies"]]
    for extra in filter(None, extras.split(",")):
        found += project["optional-dependencies"][extra]
    return [need for need in found if not OURS.match(need)]


if __name__ == "__main__":
    print("\n".join(sorted({need for member in sys.argv[1:] for need in needs(member)})))
