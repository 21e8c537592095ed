"""A PostgreSQL of a test's own, where the server's own user may pass: pytest closes its folders to others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spanloom_embedded.postgres import EmbeddedPostgres


@contextmanager
def own_postgres(**options: Any) -> Iterator[EmbeddedPostgres]:
    """A running server, stopped and gone at the end; `options` as EmbeddedPostgres takes them."""
    folder = Path(tempfile.mkdtemp(prefix="spanloom-pg-"))
    try:
        with EmbeddedPostgres(folder, **options) as server:
            yield server
    finally:
        shutil.rmtree(folder)
