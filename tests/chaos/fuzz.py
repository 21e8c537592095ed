"""Malformed messages made from real ones: cut, bent, of the wrong type, too old, too new, no JSON at all."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from spanloom.contracts.messages import Envelope
from spanloom.errors import UnreadableMessage

Mutation = Callable[[random.Random, bytes], bytes]
VALUES: tuple[Any, ...] = (None, "", 0, -1, 1.5, True, [], {}, [[[]]], "x" * 401, "\x00", 10**30, {"$ref": "#"})


def truncated(rng: random.Random, message: bytes) -> bytes:
    """The beginning alone."""
    return message[: rng.randrange(len(message))]


def flipped(rng: random.Random, message: bytes) -> bytes:
    """One to four bytes changed."""
    out = bytearray(message)
    for _ in range(rng.randint(1, 4)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def holed(rng: random.Random, message: bytes) -> bytes:
    """A piece missing."""
    start = rng.randrange(len(message))
    return message[:start] + message[start + rng.randint(1, 40) :]


def stuffed(rng: random.Random, message: bytes) -> bytes:
    """Random bytes put in."""
    start = rng.randrange(len(message) + 1)
    return message[:start] + rng.randbytes(rng.randint(1, 20)) + message[start:]


def doubled(rng: random.Random, message: bytes) -> bytes:
    """Two messages run together."""
    return message + message[rng.randrange(2) :]


def wrapped(rng: random.Random, message: bytes) -> bytes:
    """Nested, far too deep at times."""
    depth = rng.choice([1, 3, 2000])
    return b"[" * depth + message + b"]" * depth


def retyped(rng: random.Random, message: bytes) -> bytes:
    """A field with a value that is not its own."""
    plain = json.loads(message)
    plain[rng.choice(list(plain))] = rng.choice(VALUES)
    return json.dumps(plain).encode()


def robbed(rng: random.Random, message: bytes) -> bytes:
    """A field or two missing."""
    plain = json.loads(message)
    for name in rng.sample(list(plain), rng.randint(1, 2)):
        del plain[name]
    return json.dumps(plain).encode()


def of_another_version(rng: random.Random, message: bytes) -> bytes:
    """A version nobody here speaks."""
    return json.dumps({**json.loads(message), "v": rng.choice([0, 2, "1", None])}).encode()


def in_another_encoding(rng: random.Random, message: bytes) -> bytes:
    """The same text, not in UTF-8."""
    return message.decode().encode(rng.choice(["utf-16", "utf-32-be"]))


def noise(rng: random.Random, message: bytes) -> bytes:
    """Nothing of ours."""
    return rng.choice([b"", rng.randbytes(rng.randint(1, 200)), b"null", b"3", b'"text"', b"NaN", b"{}", b"[1, 2]"])


MUTATIONS: tuple[Mutation, ...] = (
    truncated, flipped, holed, stuffed, doubled, wrapped, retyped, robbed, of_another_version, in_another_encoding,
    noise,
)  # fmt: skip


def mutants(rng: random.Random, real: Sequence[tuple[type[Envelope], bytes]]) -> Iterator[tuple[type[Envelope], bytes]]:
    """Mutants of real messages without end, with the contract of their topic; a few are still readable."""
    while True:
        contract, message = rng.choice(real)
        yield contract, rng.choice(MUTATIONS)(rng, message)


def is_readable(contract: type[Envelope], value: bytes) -> bool:
    """Whether a mutation left a message that a service must take."""
    try:
        contract.decode(value)
    except UnreadableMessage:
        return False
    return True
