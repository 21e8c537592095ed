"""HTTP to LLM servers that goes to no forbidden address: a name is resolved here, and what was looked at is reached.

A name that resolves to a link-local or metadata address is refused, and no second resolution can put another in its
place (DNS rebinding). A redirect is an answer like any other; httpx follows none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from spanloom.contracts.reach import is_never_reached, own_loopback
from spanloom.errors import PermanentEngineError
from spanloom.settings import in_container


def client(**options: Any) -> httpx.Client:
    """An httpx.Client that resolves and looks at each address first."""
    return httpx.Client(transport=_Guarded(), follow_redirects=False, **options)


def async_client(*, limits: httpx.Limits, **options: Any) -> httpx.AsyncClient:
    """An httpx.AsyncClient that resolves and looks at each address first."""
    return httpx.AsyncClient(transport=_AsyncGuarded(limits), follow_redirects=False, **options)


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
    """The error; where a container asked itself, with the name that its host has there."""
    if not (ipaddress.ip_address(address.partition("%")[0]).is_loopback and in_container()):
        return error
    return httpx.ConnectError(f"{error}; {own_loopback(url.host, _port(url))}")


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
    def __init__(self, limits: httpx.Limits) -> None:
        self._limits = limits
        self._direct = httpx.AsyncHTTPTransport(limits=limits)
        self._proxied: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (proxy := _proxy_for(request.url)) is not None:
            if proxy not in self._proxied:
                self._proxied[proxy] = httpx.AsyncHTTPTransport(proxy=proxy, limits=self._limits)
            return await self._proxied[proxy].handle_async_request(request)
        failure: httpx.ConnectError | None = None
        for address in await asyncio.to_thread(addresses, request.url.host, _port(request.url)):
            try:
                return await self._direct.handle_async_request(_aimed(request, address))
            except httpx.ConnectError as error:  # nothing was sent; the next address may answer
                failure = failure or _unreached(error, request.url, address)
        raise failure or httpx.ConnectError(f"{request.url.host} resolves to nothing")

    async def aclose(self) -> None:
        for transport in (self._direct, *self._proxied.values()):
            await transport.aclose()
