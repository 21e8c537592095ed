"""Who may call: the `Host` and `Origin` allow-lists, and the API key or a session it was traded for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from spanloom.errors import SettingsError
from spanloom.http.answers import SAFE_METHODS
from spanloom.http.docs import DOCS
from spanloom.http.guesses import Guesses, address_of
from spanloom.http.problems import problem
from spanloom.http.session import SESSION_PATH, ApiKey, cookie_name
from spanloom.settings import LOOPBACK, Settings

OPEN_PATHS = frozenset({"/healthz", "/readyz", DOCS, "/openapi.json", SESSION_PATH, "/login"})
"""Answered without a key: they tell of the program, not of anybody's data, or ask for the key themselves."""
OPEN_FOLDERS = ("/static/", f"{DOCS}/")
"""What pages are made of: part of the program too."""
WRONG_KEY = "the API key is wrong"
BAD_SESSION = f"the session has ended; send the key to POST {SESSION_PATH} again"
PROBE_PATHS = frozenset({"/healthz", "/readyz"})
"""Answered under any `Host`: orchestrators probe by address."""
SCRAPED_PATH = "/metrics"
"""Under any `Host` too where a key is asked: Prometheus scrapes each replica by its address, and the key that it
presents is what a page of a rebound name lacks."""


def api_key(settings: Settings) -> ApiKey | None:
    """The key that callers must show: given itself, or as `sha256:` and its hex digest. Raises SettingsError."""
    if settings.api_key is None:
        return None
    given = settings.api_key.get_secret_value()
    if given.startswith("sha256:"):
        digest = given.removeprefix("sha256:").strip().lower()
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise SettingsError("SPANLOOM_API_KEY: after `sha256:` come 64 hexadecimal digits")
        return ApiKey(bytes.fromhex(digest))
    if len(given) < 16:
        raise SettingsError("SPANLOOM_API_KEY: give at least 16 characters, e.g. of `openssl rand -hex 32`")
    return ApiKey(hashlib.sha256(given.encode()).digest())


class Access:
    """Refuses a request whose Host or Origin is not allowed (403) or whose key is missing or wrong (401).

    The Host check holds on loopback too: a page whose name resolves to 127.0.0.1 (DNS rebinding) is refused.
    An Origin is allowed when it is the service's own, as the request's Host names it, or listed. A session's cookie
    does for the key; browsers send it unasked, so that a request that changes anything must name its Origin as well.
    """

    def __init__(self, app: ASGIApp, settings: Settings, guesses: Guesses | None = None) -> None:
        self._app, self._guesses = app, guesses or Guesses()
        self._key = api_key(settings)
        self._hosts = {name.lower() for name in (*LOOPBACK, settings.host, *settings.allowed_hosts)}
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, detail = refusal
        if detail == WRONG_KEY:
            await self._guesses.slow(address_of(scope))
        if status == 401 and (place := _login_for(scope)) is not None:
            await RedirectResponse(place, 303, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        headers = {"WWW-Authenticate": 'Bearer realm="spanloom"'} if status == 401 else {}
        await problem(scope["path"], status, detail, headers=headers)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        by_address = path in PROBE_PATHS or (path == SCRAPED_PATH and self._key is not None)
        if not by_address and not host_allowed(host, self._hosts):
            return 403, f"Host {host[:100]!r} is not allowed; add it to SPANLOOM_ALLOWED_HOSTS"
        origin = headers.get("origin")
        if origin is not None and not self._origin_allowed(origin, host):
            return 403, f"Origin {origin[:100]!r} is not allowed; add it to SPANLOOM_ALLOWED_ORIGINS"
        if self._key is not None and path not in OPEN_PATHS and not path.startswith(OPEN_FOLDERS):
            presented = presented_key(headers)
            if presented is None and (cookie := session_cookie(headers)) is not None:
                return self._session_refusal(cookie, scope["method"], origin)
            if presented is None:
                return 401, "an API key is needed: send `Authorization: Bearer KEY` or `X-API-Key: KEY`"
            if not self._key.fits(presented):
                return 401, WRONG_KEY
        return None

    def _session_refusal(self, cookie: str, method: str, origin: str | None) -> tuple[int, str] | None:
        if self._key is None or not self._key.knows(cookie, time.time()):
            return 401, BAD_SESSION
        if method not in SAFE_METHODS and origin is None:
            return 403, "a session's request that changes something must carry an Origin, as browsers send it"
        return None

    def _origin_allowed(self, origin: str, host: str) -> bool:
        origin = origin.lower().rstrip("/")
        return origin in self._origins or origin in (f"http://{host.lower()}", f"https://{host.lower()}")


def session_cookie(headers: Headers) -> str | None:
    """The session's cookie of this port, as it was sent."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(headers.get("host", "")))


def host_allowed(header: str, allowed: Collection[str]) -> bool:
    """Whether a `Host` header names one of `allowed` (names without port; `*` is any)."""
    try:
        name = urlsplit(f"//{header}").hostname
    except ValueError:
        return False
    return name is not None and ("*" in allowed or name in allowed)


def _login_for(scope: Scope) -> str | None:
    """Where a person without a session is sent who asked for a page, and not a program for the API."""
    headers = Headers(scope=scope)
    if scope["method"] != "GET" or scope["path"].startswith("/v1/") or "text/html" not in headers.get("accept", ""):
        return None
    asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return f"/login?to={quote(asked, safe='')}"


def presented_key(headers: Headers) -> str | None:
    """The key a request carries, from `Authorization: Bearer` or `X-API-Key`."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key")
