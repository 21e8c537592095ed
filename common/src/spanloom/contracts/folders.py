"""The shape of a model in a local folder, from its config and the heads of its weights' files; nothing is loaded."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanloom.contracts.beneath import open_regular, read_regular
from spanloom.errors import DataError

LAYER = re.compile(r"(?:^|\.)layers?\.(\d+)\.")
LAYERS = ("num_hidden_layers", "n_layers", "num_layers")
WIDTH = ("hidden_size", "dim", "d_model")
"""What configs call these: most architectures, DistilBERT, T5's relatives."""
MOST_HEAD_BYTES = 100_000_000
MOST_CONFIG_BYTES = 10_000_000


@dataclass(frozen=True)
class Shape:
    """Parameters in all, layers, and width."""

    parameters: int
    layers: int
    hidden: int


def shape_of_folder(folder: Path, layers: int | None = None) -> Shape | None:
    """The shape of the model in a folder, of its first `layers` where they are given; None where it cannot be read.

    A folder that is not there, or not on this machine, has no shape; loading it says what is wrong with it.
    """
    try:
        config = json.loads(read_regular(folder / "config.json", MOST_CONFIG_BYTES))
        count, width = _first(config, LAYERS), _first(config, WIDTH)
        kept = min(layers or count, count)
        total = sum(size for name, size in _tensors(folder) if _layer_of(name) < kept)
    except (DataError, OSError, ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        return None
    except struct.error:
        return None
    return Shape(total, kept, width) if total else None


def _first(config: dict[str, Any], names: tuple[str, ...]) -> int:
    return int(config[next(name for name in names if name in config)])


def _layer_of(tensor: str) -> int:
    """The number of the layer that a tensor is part of, -1 for one that is part of none."""
    found = LAYER.search(tensor)
    return int(found.group(1)) if found else -1


def _tensors(folder: Path) -> Iterator[tuple[str, int]]:
    """Names and sizes of the weights in a folder: one safetensors file, or those its index names."""
    index = folder / "model.safetensors.index.json"
    files = {"model.safetensors"}
    if index.is_file():
        files = {Path(name).name for name in json.loads(read_regular(index, MOST_HEAD_BYTES))["weight_map"].values()}
    for name in sorted(files):
        with open_regular(folder / name) as file:
            (length,) = struct.unpack("<Q", file.read(8))
            head = json.loads(file.read(min(length, MOST_HEAD_BYTES)))
        for tensor, what in head.items():
            if tensor != "__metadata__":
                yield tensor, math.prod(what["shape"])
