"""Names the public images by digest: writes docker-compose.digests.yml, an override of docker-compose.yml.

    python infra/digests.py
    COMPOSE_FILE=docker-compose.yml:docker-compose.cpu.yml:docker-compose.digests.yml make up-containers

A tag can be moved, a digest cannot. Digests are asked of the registry by `docker buildx imagetools inspect`; run it
again to take a tag's newer image. Our own images are built here, on the base image that is named as a build argument.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
BASE = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
OURS = "spanloom/"


def digest_of(image: str) -> str:
    """The digest that the registry has for an image now. Raises SystemExit saying what docker said."""
    ask = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    try:
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit("docker is not there: it asks the registry for digests") from None
    found = DIGEST.fullmatch(done.stdout.strip())
    if done.returncode != 0 or found is None:
        raise SystemExit(f"no digest of {image}: {(done.stderr or done.stdout).strip() or 'docker said nothing'}")
    return found[0]


def override(compose: dict[str, Any], base: str) -> dict[str, Any]:
    """The override of a compose file: each public image by digest, and the base image of those that are built."""
    known: dict[str, str] = {}

    def pinned(image: str) -> str:
        name = image.partition("@")[0]
        if name not in known:
            known[name] = f"{name}@{digest_of(name)}"
        return known[name]

    services: dict[str, Any] = {}
    for name, service in compose["services"].items():
        if not service.get("image", OURS).startswith(OURS):
            services[name] = {"image": pinned(service["image"])}
        elif "build" in service:
            services[name] = {"build": {"args": {"BASE": pinned(base)}}}
    return {"services": services}


def main() -> None:
    """Write the override beside docker-compose.yml."""
    (base,) = {BASE.findall(path.read_text())[0] for path in (ROOT / "infra").glob("*.Dockerfile")}
    out = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docker-compose.digests.yml"
    made = override(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), base)
    out.write_text("# Written by infra/digests.py.\n" + yaml.safe_dump(made))
    print(f"{out}: {len(made['services'])} services")


if __name__ == "__main__":
    main()
