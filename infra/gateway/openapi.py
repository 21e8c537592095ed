"""Prints the four services' routes as one OpenAPI document, for the gateway: `make docs`."""

from __future__ import annotations

import json
import sys

from spanloom.settings import load_settings
from spanloom.version import RELEASE
from spanloom.workers.runtime import open_runtime, service_of
from spanloom_embedded.app import all_parts


def merged() -> str:
    """The document of all routes behind the gateway; nothing is connected to."""
    settings = load_settings(bus="memory://openapi")
    runtime = open_runtime(settings, "postgresql://nobody@127.0.0.1:1/none")
    service = service_of(runtime, all_parts(runtime), name="Spanloom", port=0)
    document = service.app.openapi()
    # The release alone: this page stands in the repository, of which every commit has a version of its own.
    document["info"]["version"] = RELEASE
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(merged())
