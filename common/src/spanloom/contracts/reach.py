"""Which hosts and secrets a specification may name: whoever can submit one must reach no more than the operator lets.

`Reach` is the operator's word (`SPANLOOM_LLM_HOSTS`, `SPANLOOM_LLM_KEYS`). Some addresses are never reached, whatever a
list or a name's resolution says: link-local ones, where clouds hand out credentials, and those that are no host.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath
from urllib.parse import urlsplit

OWN_KEYS = ("*_API_KEY", "*_API_TOKEN")
"""Environment variables that a specification may name without a list, on a machine of one's own; ours never."""
OURS = "SPANLOOM_*"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd20:ce::254")))
"""Where clouds serve instance metadata beside link-local addresses: Alibaba, Azure, Oracle, Google."""
_AWS = ipaddress.IPv6Network("fd00:ec2::/32")
"""AWS's own services of an instance: its metadata (::254), and the credentials of pods (::23)."""
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "metadata", "instance-data"})
_HOLD_IPV4 = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")))
"""Networks whose addresses end in an IPv4 address: IPv4-compatible, IPv4-translated, NAT64 and local NAT64."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9.])?")


@dataclass(frozen=True)
class Reach:
    """What specifications may reach. None stands for "no list": any host, and keys as `OWN_KEYS` has them."""

    hosts: tuple[str, ...] | None = ()
    """Names or addresses, patterns (`*.example.org`), with a port or for any port."""
    keys: tuple[str, ...] | None = ()
    """Names of environment variables, patterns of them, and whole paths of key files."""
    inside: bool = False
    """Whether whoever asks runs in a container, whose loopback is its own."""

    def refuses_url(self, url: str) -> str | None:
        """Why this address may not be asked, or None. What a name resolves to is looked at when it is."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            return f"is no URL: {error}"
        if parts.scheme not in ("http", "https") or not host:
            return "must be a URL that begins with http:// or https:// and names a host"
        odd = next((char for char in url if not "!" <= char <= "~"), None)
        if odd is not None:
            return f"holds the character U+{ord(odd):04X}; write it percent-encoded, and a host's name in its xn-- form"
        if parts.username is not None or parts.password is not None:
            return (
                "holds a user or password before the host; specifications are stored, so name the key's variable in "
                "engine.api_key_env instead"
            )
        address = _address(host)
        if ("[" in parts.netloc) != (address is not None and address.version == 6) or (
            address is None and not _NAME.fullmatch(host)
        ):
            return f"names no host: {host[:100]!r} is neither a name (letters, digits, '.', '-', '_') nor an address"
        if never := never_reached(host):
            return never
        if self.hosts is None:
            return None
        port = port or (443 if parts.scheme == "https" else 80)
        bracketed = f"[{host}]" if ":" in host else host
        if any(_fits(entry, bracketed) or _fits(entry, f"{bracketed}:{port}") for entry in self.hosts):
            return None
        refused = f"{bracketed}:{port} is not among the hosts allowed here: {', '.join(self.hosts) or 'none'}"
        if self.inside and is_loopback(host):
            return f"{refused}; {own_loopback(host, port)}"
        return f"{refused}. Whoever runs the service can add it to SPANLOOM_LLM_HOSTS"

    def refuses_variable(self, name: str) -> str | None:
        """Why a specification may not name this environment variable as its key's, or None."""
        allowed = OWN_KEYS if self.keys is None else self.keys
        if name in allowed or (not fnmatchcase(name, OURS) and any(fnmatchcase(name, entry) for entry in allowed)):
            return None
        return _unlisted(name, allowed)

    def refuses_file(self, path: str) -> str | None:
        """Why a specification may not name this key file, or None. It stands on the list as it is written."""
        allowed = () if self.keys is None else tuple(entry for entry in self.keys if "/" in entry)
        if path in allowed and ".." not in PurePath(path).parts:
            return None
        return _unlisted(path, allowed)


def _fits(entry: str, host: str) -> bool:
    # As it stands too: to a pattern the brackets of an IPv6 address are a set of characters.
    return entry.lower() == host or fnmatchcase(host, entry.lower())


def _unlisted(name: str, allowed: Sequence[str]) -> str:
    return (
        f"{name} is not among the keys allowed here: {', '.join(allowed) or 'none'}. Whoever runs the service can add "
        "it to SPANLOOM_LLM_KEYS"
    )


def _address(host: str) -> Address | None:
    """The address that a host is written as, None for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host's name or address, as it is written, is the machine itself."""
    address = _address(host)
    return host.rstrip(".").lower() == "localhost" if address is None else address.is_loopback


def own_loopback(host: str, port: int) -> str:
    """What a container that would ask itself is told: the name that its host has there."""
    return (
        f"in a container {host} is the container itself: for a server on the machine that runs it write "
        f"http://host.docker.internal:{port}, have host.docker.internal:{port} listed in SPANLOOM_LLM_HOSTS, and let "
        "the server listen beyond loopback"
    )


def never_reached(host: str) -> str | None:
    """Why a host name or address is never reached, or None. A name is judged as written, not by what it resolves to."""
    if host.rstrip(".").lower() in _METADATA_NAMES:
        return f"{host} serves a machine's own credentials and is never asked"
    address = _address(host)
    if address is not None and is_never_reached(address):
        return f"{host} is a link-local, metadata or other address that is no host's, and is never asked"
    return None


def is_never_reached(address: Address) -> bool:
    """Whether an address is link-local, a cloud's metadata, unspecified, multicast, or another's in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _HOLD_IPV4):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address in _AWS or any(each is not None and is_never_reached(each) for each in inner):
            return True
    return address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA
