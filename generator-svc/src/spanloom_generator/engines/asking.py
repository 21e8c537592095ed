"""HTTP to LLM servers for many requests at once, guarded as `guarded` says.

By aiohttp: a call takes half of the CPU time that httpx takes where many connections are open.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Self

import aiohttp
import httpx
import yarl

from spanloom.errors import PermanentEngineError
from spanloom_generator.engines.guarded import Unanswered, Unreached, addresses, port_of, proxy_for, unreached

RESOLVED_S = 1.0
"""How long what a name resolved to, and was looked at, is used again: a thread for each costs as much as a call."""
IDLE_S = 4.0
"""How long a connection is kept for the next request: servers close theirs after five seconds."""
PROXIES = frozenset({"http", "https"})
to_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Silent(Unanswered):
    """One whose server was reached, and sent nothing for as long as it may."""


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its headers by names of any case, and as much of its body as was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asker:
    """Sends requests with these headers, as many at once as it is given, a connection each that is used again.

    `connect_s` bounds the opening of a connection, `silence_s` each wait for more of an answer.
    """

    def __init__(self, headers: Mapping[str, str], *, connect_s: float, silence_s: float) -> None:
        self._headers, self._connect_s, self._silence_s = dict(headers), connect_s, silence_s
        self._session: aiohttp.ClientSession | None = None  # made in the loop that it is used in
        self._resolved: dict[tuple[str, int], tuple[float, list[str]]] = {}

    async def ask(
        self, method: str, url: httpx.URL, *, most_bytes: int, body: Any = None, silence_s: float | None = None
    ) -> Answer:
        """The answer to a request, whose body is sent as JSON. Of the answer's no more is read once there are more
        than `most_bytes`.

        Raises Unreached, Silent, Unanswered for all else that breaks, and PermanentEngineError for an address that is
        never asked.
        """
        limits = aiohttp.ClientTimeout(total=None, sock_connect=self._connect_s, sock_read=silence_s or self._silence_s)
        options: dict[str, Any] = {"timeout": limits, "allow_redirects": False}
        if body is not None:
            options["json"] = body
        if (proxy := proxy_for(url)) is not None:
            return await self._send(method, _encoded(url), most_bytes, {**options, "proxy": _checked(proxy)})
        failure: Unreached | None = None
        options |= {"headers": {"Host": url.netloc.decode()}, "server_hostname": url.host}
        for address in await self._addresses(url.host, port_of(url)):
            try:
                return await self._send(method, _encoded(url, address), most_bytes, options)
            except Unreached as error:  # the next address may answer
                failure = failure or unreached(error, url, address)
        assert failure is not None  # noqa: S101  there is an address at least
        raise failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        until, found = self._resolved.get((host, port), (0.0, []))
        if time.monotonic() >= until:
            found = await asyncio.to_thread(addresses, host, port)
            self._resolved[host, port] = time.monotonic() + RESOLVED_S, found
        return found

    async def _send(self, method: str, url: yarl.URL, most_bytes: int, options: Mapping[str, Any]) -> Answer:
        if self._session is None:
            self._session = _session(self._headers)
        try:
            async with self._session.request(method, url, **options) as response:
                data = bytearray()
                async for part in response.content.iter_any():
                    data += part
                    if len(data) > most_bytes:
                        break
                return Answer(response.status, response.headers, bytes(data))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached(str(error)) from error
        except aiohttp.SocketTimeoutError as error:
            raise Silent(str(error)) from error
        except aiohttp.ClientError as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def _session(headers: Mapping[str, str]) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_S, ssl=httpx.create_ssl_context())
    return aiohttp.ClientSession(
        connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar(), json_serialize=to_json
    )


@lru_cache(maxsize=256)
def _encoded(url: httpx.URL, at: str | None = None) -> yarl.URL:
    """The same address, at an IP address: it was read once, and no second reading may find another in it."""
    return yarl.URL(str(url.copy_with(host=at) if at else url), encoded=True)


def _checked(proxy: str) -> yarl.URL:
    """The environment's proxy, its user and password with it. Raises PermanentEngineError for one of another kind."""
    url = yarl.URL(proxy)
    if url.scheme not in PROXIES:
        raise PermanentEngineError(f"the environment's proxy is of {url.scheme}, expected http or https")
    return url
