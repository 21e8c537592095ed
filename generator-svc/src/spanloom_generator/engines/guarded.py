"""No forbidden address is asked: a name is resolved here, and what was looked at is reached.

A name that resolves to a link-local or metadata address is refused, and no second resolution can put another in its
place (DNS rebinding). A redirect is an answer like any other. Here for clients that wait, `asking` for many at once.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from spanloom.contracts.reach import is_never_reached, own_loopback
from spanloom.errors import PermanentEngineError, TransientEngineError, causes
from spanloom.settings import in_container


class Unanswered(TransientEngineError):
    """A request that no answer came to."""


class Unreached(Unanswered):
    """One that nothing of was sent: there is no such name, or no connection."""


def client(**options: Any) -> httpx.Client:
    """An httpx.Client that resolves and looks at each address first."""
    return httpx.Client(transport=_Guarded(), follow_redirects=False, **options)


def addresses(host: str, port: int) -> list[str]:
    """What a name resolves to. Raises PermanentEngineError where any of it is never reached, Unreached for none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreached(f"{host} cannot be resolved: {error}") from error
    return _allowed(host, [str(entry[4][0]) for entry in found])


def _allowed(host: str, found: Sequence[str]) -> list[str]:
    if not found:
        raise Unreached(f"{host} resolves to nothing")
    for address in found:
        if is_never_reached(ipaddress.ip_address(address.partition("%")[0])):
            raise PermanentEngineError(f"{host} resolves to {address}, a link-local or metadata address, never asked")
    return list(dict.fromkeys(found))


def unreached(error: Exception, url: httpx.URL, address: str) -> Unreached:
    """The error in the system's words; where a container asked itself, with the name that its host has there."""
    what = _systems_words(error)
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback and in_container():
        what = f"{what}; {own_loopback(url.host, port_of(url))}"
    told = Unreached(what)
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


def proxy_for(url: httpx.URL) -> str | None:
    """The environment's proxy for an address: it resolves names itself, and its operator says whom it reaches."""
    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def port_of(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


class _Guarded(httpx.BaseTransport):
    def __init__(self) -> None:
        self._direct = httpx.HTTPTransport()
        self._proxied: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (proxy := proxy_for(request.url)) is not None:
            return self._proxied.setdefault(proxy, httpx.HTTPTransport(proxy=proxy)).handle_request(request)
        failure: Unreached | None = None
        for address in addresses(request.url.host, port_of(request.url)):
            try:
                return self._direct.handle_request(_aimed(request, address))
            except httpx.ConnectError as error:  # nothing was sent; the next address may answer
                failure = failure or unreached(error, request.url, address)
        assert failure is not None  # noqa: S101  there is an address at least
        raise failure

    def close(self) -> None:
        for transport in (self._direct, *self._proxied.values()):
            transport.close()
