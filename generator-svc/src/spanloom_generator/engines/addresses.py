"""The address of an API: its path beneath the base URL, the base URL's query kept; redirects within the same host."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from spanloom.errors import PermanentEngineError

REDIRECTS = frozenset({307, 308})
"""Statuses that ask for the same request, body and all, at another address."""
MAX_REDIRECTS = 5


def beneath(base_url: str, path: str) -> httpx.URL:
    """The address of `path` under a base URL, whose query stays (`?api-version=`, as Azure asks)."""
    url = httpx.URL(base_url)
    return url.copy_with(path=url.path.rstrip("/") + "/" + path)


def redirected(here: httpx.URL, status: int, headers: Mapping[str, str]) -> httpx.URL:
    """Where a redirect leads. Raises PermanentEngineError for another host: it would be sent prompts and key."""
    location = headers.get("location", "")
    try:
        there = here.join(location)
    except httpx.InvalidURL:
        there = httpx.URL("")
    upgraded = here.scheme == "http" and there.scheme == "https" and here.port is None and there.port is None
    same = there.scheme == here.scheme and there.port == here.port
    if not location or there.host != here.host or not (same or upgraded):
        raise PermanentEngineError(
            f"HTTP {status}: {here} redirects to {location[:200] or 'nowhere'}, which is not the same "
            "host; if that server is meant, name it in engine.base_url"
        )
    return there


def headers_for(base_url: str, key: str | None) -> dict[str, str]:
    """The headers of every request. Azure, told by `api-version` in the query, takes a key as `api-key` as well."""
    headers = {"User-Agent": "spanloom"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
        if "api-version" in httpx.URL(base_url).params:
            headers["api-key"] = key
    return headers
