"""A page's session: the API key is traded for a cookie, which no script can read and no other site can send.

The cookie holds no key but the time it ends at, signed (HMAC-SHA256, RFC 2104) with the key's digest, which all
services know; so each of them can tell a good one, whichever gave it out, and a new key ends all sessions. The digest
is therefore a secret as the key is.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from spanloom.http.guesses import Guesses, address_of
from spanloom.http.problems import ProblemError

COOKIE = "spanloom_session"
"""The cookie's name, with the port after it: browsers send a cookie to every port of a host."""
SESSION_PATH = "/v1/session"
LASTS_S = 12 * 3600


class ApiKey:
    """Knows a key by its SHA-256 alone: `digest`, 32 bytes."""

    def __init__(self, digest: bytes) -> None:
        self._digest = digest

    def fits(self, presented: str) -> bool:
        """Whether this is the key; takes the same time either way."""
        return hmac.compare_digest(hashlib.sha256(presented.encode("utf-8", "replace")).digest(), self._digest)

    def session(self, ends: int) -> str:
        """A cookie's value that is good until `ends`, seconds of the epoch."""
        return f"{ends}.{self._sign(ends)}"

    def knows(self, cookie: str, now: float) -> bool:
        """Whether a cookie's value was given out for this key and has not ended."""
        given, _, signature = cookie.partition(".")
        if not (given.isascii() and given.isdigit() and len(given) <= 12) or not signature.isascii():
            return False
        ends = int(given)
        return hmac.compare_digest(signature, self._sign(ends)) and now < ends <= now + LASTS_S

    def _sign(self, ends: int) -> str:
        return hmac.new(self._digest, f"{COOKIE} {ends}".encode(), hashlib.sha256).hexdigest()


class Presented(BaseModel):
    """The key, as its owner typed it."""

    key: str = Field(min_length=1, max_length=1000)


def cookie_name(host: str) -> str:
    """The session cookie's name under a `Host` header: of the port, so that two services of a machine keep their own.

    >>> cookie_name("127.0.0.1:8000"), cookie_name("ner.example.org")
    ('spanloom_session_8000', 'spanloom_session')
    """
    _, _, port = host.rpartition("]")[2].rpartition(":")
    return f"{COOKIE}_{port}" if port.isascii() and port.isdigit() and ":" in host else COOKIE


def session_routes(key: ApiKey | None, guesses: Guesses | None = None) -> APIRouter:
    """`/v1/session`: for pages. Programs send the key itself. Wrong keys are noted in `guesses`."""
    router = APIRouter(prefix=SESSION_PATH, tags=["session"])

    @router.post("", status_code=204, summary="Trade the API key for a session cookie")
    async def opened(presented: Presented, request: Request) -> Response:
        """Sets an HttpOnly, SameSite=Strict cookie for twelve hours; none where no key is asked."""
        answer = Response(status_code=204)
        if key is None:
            return answer
        if not key.fits(presented.key):
            if guesses is not None:
                await guesses.slow(address_of(request.scope))
            raise ProblemError(401, "the API key is wrong")
        answer.set_cookie(
            cookie_name(request.headers.get("host", "")),
            key.session(int(time.time()) + LASTS_S),
            max_age=LASTS_S,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.get("/check", status_code=204, summary="Whether the key or the session that was sent is good")
    async def good() -> Response:
        """204, or 401 as anywhere. For a gateway that guards what knows nothing of our key; asks no database."""
        return Response(status_code=204)

    @router.delete("", status_code=204, summary="End the session")
    def closed(request: Request) -> Response:
        answer = Response(status_code=204)
        answer.delete_cookie(cookie_name(request.headers.get("host", "")), httponly=True, samesite="strict")
        return answer

    return router
