"""The batch API's routes: files and batches, over HTTP with retries. https://platform.openai.com/docs/guides/batch"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom_generator.engines.chat import PASSING, REFUSED_FOR_NOW, error_of
from spanloom_generator.engines.guarded import client
from spanloom_generator.engines.throttle import MAX_PAUSE_S, retry_after

MARK = "spanloom"
"""The metadata key by which our batches are known again after a restart."""
ENDED = frozenset({"completed", "expired", "failed", "cancelled"})
FIRST_PAUSE_S = 1.0
TRIES = 6


class BatchApi:
    """One server's files and batches. Trouble that passes is waited out, TRIES times, until `stop` is set."""

    def __init__(self, base_url: str, key: str | None, stop: threading.Event) -> None:
        headers = {"User-Agent": "spanloom"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._client = client(base_url=base_url.rstrip("/") + "/", headers=headers, timeout=120.0)
        self._stop = stop

    def upload(self, lines: list[bytes]) -> str:
        """Upload a file of requests; its id."""
        files = {"file": ("spanloom.jsonl", b"\n".join(lines) + b"\n", "application/jsonl")}
        return str(self._ask("POST", "files", data={"purpose": "batch"}, files=files).json()["id"])

    def create(self, file_id: str) -> dict[str, Any]:
        """Start a batch over an uploaded file."""
        body = {
            "input_file_id": file_id,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {MARK: "1"},
        }
        return dict(self._ask("POST", "batches", json=body).json())

    def get(self, batch_id: str) -> dict[str, Any]:
        """A batch as it stands."""
        return dict(self._ask("GET", f"batches/{batch_id}").json())

    def cancel(self, batch_id: str) -> None:
        """Ask for a batch to be cancelled; what is finished by then is kept."""
        self._ask("POST", f"batches/{batch_id}/cancel")

    def ours(self) -> Iterator[dict[str, Any]]:
        """Every batch with our mark, newest first."""
        after: str | None = None
        while True:
            query = {"limit": "100"} | ({"after": after} if after else {})
            page = self._ask("GET", "batches", params=query).json()
            for batch in page.get("data", []):
                if (batch.get("metadata") or {}).get(MARK):
                    yield batch
            if not page.get("has_more") or not page.get("data"):
                return
            after = str(page["data"][-1]["id"])

    def lines(self, file_id: str | None) -> Iterator[dict[str, Any]]:
        """The JSON lines of a file; none for no file. Raises TransientEngineError for a line cut off."""
        if not file_id:
            return
        for line in self._ask("GET", f"files/{file_id}/content").content.split(b"\n"):
            if line.strip():
                try:
                    item = json.loads(line)
                except ValueError as error:
                    raise TransientEngineError(f"file {file_id} holds a line that is not JSON: {error}") from None
                if isinstance(item, dict):
                    yield item

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        pause = FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                response = self._client.request(method, path, **more)
            except httpx.RequestError as failure:
                error: Exception = TransientEngineError(f"{method} {path}: {type(failure).__name__}: {failure}")
                wait = pause
            else:
                if response.is_success:
                    return response
                error = error_of(response.status_code, response.text, response.headers)
                if response.status_code not in REFUSED_FOR_NOW | PASSING or isinstance(error, PermanentEngineError):
                    raise error
                wait = retry_after(response.headers, pause)
            if attempt == TRIES or self._stop.wait(min(wait, MAX_PAUSE_S)):
                raise error
            pause *= 2
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
