"""HTTP to LLM servers that goes to no forbidden address: a name is resolved here, and what was looked at is reached.

A name that resolves to a link-local or metadata address is refused, and no second resolution can put another in its
place (DNS rebinding). A redirect is an answer like any other; httpx follows none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from spanloom.contracts.reach import is_never_reached, own_loopback
from spanloom.errors import PermanentEngineError, causes
from spanloom.settings import in_container

RESOLVED_S = 1.0
"""How long what a name resolved to, and was looked at, is used again."""
ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)


def client(**options: Any) -> httpx.Client:
    """An httpx.Client that resolves and looks at each address first."""
    return httpx.Client(transport=_Guarded(), follow_redirects=False, **options)


def async_client(**options: Any) -> httpx.AsyncClient:
    """An httpx.AsyncClient that resolves and looks at each address first, with a connection a request in flight."""
    return httpx.AsyncClient(transport=_AsyncGuarded(), follow_redirects=False, **options)


def addresses(host: str, port: int) -> list[str]:
    """What a name resolves to. Raises PermanentEngineError where any of it is never reached, ConnectError for none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host} cannot be resolved: {error}") from error
    return _allowed(host, [str(entry[4][0]) for entry in found])


def _allowed(host: str, found: Sequence[str]) -> list[str]:
    for address in found:
        if is_never_reached(ipaddress.ip_address(address.partition("%")[0])):
            raise PermanentEngineError(f"{host} resolves to {address}, a link-local or metadata address, never asked")
    return list(dict.fromkeys(found))


def _unreached(error: httpx.ConnectError, url: httpx.URL, address: str) -> httpx.ConnectError:
    """The error in the system's words; where a container asked itself, with the name that its host has there."""
    what = _systems_words(error)
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback and in_container():
        what = f"{what}; {own_loopback(url.host, _port(url))}"
    told = httpx.ConnectError(what)
    told.__cause__ = error
    return told


def _systems_words(error: BaseException) -> str:
    """`Connection refused`, which asynchronous clients hide behind `All connection attempts failed`."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLError):  # whose numbers are not the system's
            break
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
            return os.strerror(cause.errno)
    return str(error)


def _aimed(request: httpx.Request, address: str) -> httpx.Request:
    """The request, sent to this very address; the Host header and the certificate's name stay the host's."""
    return httpx.Request(
        method=request.method,
        url=request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def _proxy_for(url: httpx.URL) -> str | None:
    """The environment's proxy for an address: it resolves names itself, and its operator says whom it reaches."""
    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


class _Guarded(httpx.BaseTransport):
    def __init__(self) -> None:
        self._direct = httpx.HTTPTransport()
        self._proxied: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (proxy := _proxy_for(request.url)) is not None:
            return self._proxied.setdefault(proxy, httpx.HTTPTransport(proxy=proxy)).handle_request(request)
        failure: httpx.ConnectError | None = None
        for address in addresses(request.url.host, _port(request.url)):
            try:
                return self._direct.handle_request(_aimed(request, address))
            except httpx.ConnectError as error:  # nothing was sent; the next address may answer
                failure = failure or _unreached(error, request.url, address)
        raise failure or httpx.ConnectError(f"{request.url.host} resolves to nothing")

    def close(self) -> None:
        for transport in (self._direct, *self._proxied.values()):
            transport.close()


class _AsyncGuarded(httpx.AsyncBaseTransport):
    """Lends each request a transport of one connection, the one given back last first.

    A transport of many looks at every connection for every request and for every answer: with 64 of them that took
    more time than all else a call costs.
    """

    def __init__(self) -> None:
        self._idle: dict[str | None, list[httpx.AsyncHTTPTransport]] = {}
        self._all: list[httpx.AsyncHTTPTransport] = []
        self._tls = httpx.create_ssl_context()  # one for all: each takes milliseconds to make and a megabyte to hold
        self._resolved: dict[tuple[str, int], tuple[float, list[str]]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (proxy := _proxy_for(request.url)) is not None:
            return await self._send(request, proxy)
        failure: httpx.ConnectError | None = None
        for address in await self._addresses(request.url.host, _port(request.url)):
            try:
                return await self._send(_aimed(request, address), None)
            except httpx.ConnectError as error:  # nothing was sent; the next address may answer
                failure = failure or _unreached(error, request.url, address)
        raise failure or httpx.ConnectError(f"{request.url.host} resolves to nothing")

    async def _addresses(self, host: str, port: int) -> list[str]:
        """`addresses`, asked again after RESOLVED_S: a thread for every call costs as much as the call."""
        until, found = self._resolved.get((host, port), (0.0, []))
        if time.monotonic() >= until:
            found = await asyncio.to_thread(addresses, host, port)
            self._resolved[host, port] = time.monotonic() + RESOLVED_S, found
        return found

    async def _send(self, request: httpx.Request, proxy: str | None) -> httpx.Response:
        idle = self._idle.setdefault(proxy, [])
        if idle:
            transport = idle.pop()
        else:
            transport = httpx.AsyncHTTPTransport(verify=self._tls, proxy=proxy, limits=ONE)
            self._all.append(transport)
        try:
            response = await transport.handle_async_request(request)
        except BaseException:  # its connection is closed by now, its place free
            idle.append(transport)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  as httpx gives it
        response.stream = _Lent(response.stream, lambda: idle.append(transport))
        return response

    async def aclose(self) -> None:
        for transport in self._all:
            await transport.aclose()


class _Lent(httpx.AsyncByteStream):
    """An answer's body; `give_back` is called once it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, give_back: Callable[[], None]) -> None:
        self._body, self._give_back = body, give_back
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._body:
            yield part

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            if not self._closed:
                self._closed = True
                self._give_back()
