"""The batch API's routes: files and batches, over HTTP with retries. https://platform.openai.com/docs/guides/batch"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from spanloom.errors import PermanentEngineError, TransientEngineError
from spanloom_generator.engines.addresses import MAX_REDIRECTS, REDIRECTS, beneath, headers_for, redirected
from spanloom_generator.engines.chat import PASSING, REFUSED_FOR_NOW, error_of
from spanloom_generator.engines.guarded import Unreached, client
from spanloom_generator.engines.throttle import MAX_PAUSE_S, retry_after

MARK = "spanloom"
"""The metadata key by which our batches are known again after a restart."""
ENDED = frozenset({"completed", "expired", "failed", "cancelled"})
FIRST_PAUSE_S = 1.0
TRIES = 6


class OddAnswer(TransientEngineError):
    """The server's answer is none of the batch API's."""


class BatchApi:
    """One server's files and batches. Trouble that passes is waited out, TRIES times, until `stop` is set."""

    def __init__(self, base_url: str, key: str | None, stop: threading.Event) -> None:
        self._base_url = base_url
        self._client = client(headers=headers_for(base_url, key), timeout=120.0)
        self._stop = stop

    def upload(self, lines: list[bytes]) -> str:
        """Upload a file of requests; its id."""
        files = {"file": ("spanloom.jsonl", b"\n".join(lines) + b"\n", "application/jsonl")}
        return _id_of(self._object("POST", "files", data={"purpose": "batch"}, files=files), "files")

    def create(self, file_id: str) -> str:
        """Start a batch over an uploaded file; its id."""
        body = {
            "input_file_id": file_id,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {MARK: "1"},
        }
        return _id_of(self._object("POST", "batches", json=body), "batches")

    def get(self, batch_id: str) -> dict[str, Any]:
        """A batch as it stands."""
        return self._object("GET", f"batches/{batch_id}")

    def cancel(self, batch_id: str) -> None:
        """Ask for a batch to be cancelled; what is finished by then is kept."""
        self._ask("POST", f"batches/{batch_id}/cancel")

    def ours(self) -> Iterator[dict[str, Any]]:
        """Every batch with our mark, newest first."""
        after: str | None = None
        while True:
            query = {"limit": "100"} | ({"after": after} if after else {})
            page = self._object("GET", "batches", params=query)
            found = page.get("data")
            batches = [x for x in found if isinstance(x, dict) and "id" in x] if isinstance(found, list) else []
            for batch in batches:
                if isinstance(metadata := batch.get("metadata"), dict) and metadata.get(MARK):
                    yield batch
            if not page.get("has_more") or not batches or str(batches[-1]["id"]) == after:
                return
            after = str(batches[-1]["id"])

    def lines(self, file_id: Any) -> Iterator[dict[str, Any]]:
        """The JSON lines of a file; none for no file. What is no JSON object comes as `{"unreadable": why}`, with the
        `custom_id` where one can be made out."""
        if not file_id:
            return
        for line in self._ask("GET", f"files/{file_id}/content").content.split(b"\n"):
            if line.strip():
                try:
                    item = json.loads(line)
                except (ValueError, RecursionError) as error:
                    item = error
                if not isinstance(item, dict):
                    why = f"file {file_id} holds a line that is no JSON object: {_said(item)}"
                    known = _CUSTOM_ID.search(line)
                    item = {"unreadable": why, "custom_id": known[1].decode() if known is not None else None}
                yield item

    def _object(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The JSON object of an answer. Raises OddAnswer for anything else."""
        response = self._ask(method, path, **more)
        try:
            found = json.loads(response.content)
        except (ValueError, RecursionError) as error:
            raise OddAnswer(f"{method} {path}: the server's answer is not JSON: {error}") from None
        if not isinstance(found, dict):
            raise OddAnswer(f"{method} {path}: the server's answer is {_said(found)}, expected a JSON object")
        return found

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        pause = FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                response = self._followed(method, path, **more)
            except (httpx.RequestError, Unreached) as failure:
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

    def _followed(self, method: str, path: str, params: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """The answer at a path beneath the base URL; redirects within the host are followed."""
        url = beneath(self._base_url, path).copy_merge_params(params or {})
        for _ in range(MAX_REDIRECTS + 1):
            response = self._client.request(method, url, **more)
            if response.status_code not in REDIRECTS:
                return response
            url = redirected(url, response.status_code, response.headers)
        raise PermanentEngineError(f"{method} {path} redirects more than {MAX_REDIRECTS} times")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


_CUSTOM_ID = re.compile(rb'"custom_id"\s*:\s*"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,512})"')


def _id_of(made: dict[str, Any], path: str) -> str:
    if not isinstance(made.get("id"), str | int):
        raise OddAnswer(f"POST {path}: the server's answer has no id: {_said(made)}")
    return str(made["id"])


def _said(value: object) -> str:
    return " ".join(f"{type(value).__name__} {value}".split())[:200]
