"""Routes of the generator: gold data that a client sends, kept beside the operator's folders and read at once."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, Query, Request

from spanloom.contracts.gold import GoldSpec
from spanloom.data.gold import annotated_parts
from spanloom.data.lines import at_most_bytes
from spanloom.data.summary import marked, summarise
from spanloom.data.whole import write_whole
from spanloom.errors import DataError
from spanloom.http import ProblemError
from spanloom.private import private_folder
from spanloom.settings import Settings
from spanloom_generator.deadline import Deadline, within

READINGS = 2
"""Files read at a time: each is work for one core."""
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
FileName = Annotated[
    str,
    Query(
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$",
        description="The file's name, whose ending says what it holds: `danish.jsonl`, `train.conll`, `task.json`.",
    ),
]


def gold_routes(settings: Settings) -> APIRouter:
    """`/v1/gold`."""
    router = APIRouter(prefix="/v1/gold", tags=["gold"])
    readings = CapacityLimiter(READINGS)

    @router.post("", status_code=201, summary="Send a file of annotated sentences", openapi_extra=_BODY)
    async def send(request: Request, name: FileName) -> dict[str, Any]:
        """The file is read as `spanloom gold` reads it, and kept where it can be; a run takes it as
        `gold: {file: FILE}`, FILE being the answer's `file`. The same file sent again is kept once."""
        body = await request.body()
        return await within(Deadline(settings.submission_s), partial(take, body, name, settings), readings)

    return router


def take(body: bytes, name: str, settings: Settings) -> dict[str, Any]:
    """Keep a file and say what it holds. Raises ProblemError for one that cannot be read, and EnvironmentMissing where
    this machine lacks what reads it; of such a file nothing is kept."""
    file = keep(body, name, settings.uploads_folder, most=settings.max_uploads_bytes)
    place = settings.uploads_folder / file
    try:
        with at_most_bytes(settings.max_data_bytes):
            parts = annotated_parts(GoldSpec(file=file), (settings.uploads_folder,), hub=False)
    except BaseException as error:
        place.unlink(missing_ok=True)
        with suppress(OSError):  # another file of the same content may lie there
            place.parent.rmdir()
        if not isinstance(error, DataError):
            raise
        raise ProblemError(422, str(error).replace(str(place), name)) from None
    rows = [row for split in parts.rows.values() for row in split]
    found = summarise(rows, list(parts.parts.values()), notes=parts.notes)
    return {
        "file": file,
        "sentences": found.sentences,
        "tokens": found.tokens,
        "entities": dict(found.entities),
        "scheme": found.scheme,
        "format": found.format,
        "orphans": found.orphans,
        "dropped": dict(found.dropped),
        "notes": list(found.notes),
        "first": marked(found.first["tokens"], found.first["ner_tags"])[:500],
    }


def keep(body: bytes, name: str, folder: Path, *, most: int) -> str:
    """Write a file beneath a folder under its hash, whole or not at all; its path there. Raises ProblemError."""
    if not body:
        raise ProblemError(422, f"{name} is empty; a file of annotated sentences is expected")
    file = f"{hashlib.sha256(body).hexdigest()[:16]}/{name}"
    place = folder / file
    if place.exists():
        return file
    private_folder(folder)
    held = sum(path.stat().st_size for path in folder.glob("*/*"))
    if held + len(body) > most:
        raise ProblemError(
            507,
            f"files that were sent hold {held:,} bytes here and may hold {most:,}; let whoever runs the service remove "
            f"old ones from {folder} or raise SPANLOOM_MAX_UPLOADS_BYTES",
        )
    place.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(place, lambda part: part.write_bytes(body), mode=0o600)
    return file
