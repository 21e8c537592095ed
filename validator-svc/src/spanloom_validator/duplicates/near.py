"""Near-duplicates by MinHash (Broder, 1997), with the library datasketch, as keys that a set or a table can hold.

Two samples whose token 3-grams have a Jaccard similarity at or above the threshold share a key with high probability;
far below it they hardly ever do.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from spanloom.errors import EnvironmentMissing

PERMUTATIONS = 128
_SEED = 3535


def band_keys(tokens: Sequence[str], threshold: float) -> list[int]:
    """One key (64 bits, signed) for each band of the sample's MinHash: near-duplicates share at least one.

    Raises EnvironmentMissing where datasketch is not installed.
    """
    sketch = _empty_sketch().copy()
    sketch.update_batch([" ".join(gram).encode("utf-8", "surrogatepass") for gram in _grams(tokens)])
    bands, rows = _bands(threshold)
    values = sketch.hashvalues
    return [_key(band, values[band * rows : (band + 1) * rows].tobytes()) for band in range(bands)]


def _key(band: int, values: bytes) -> int:
    digest = hashlib.blake2b(values, digest_size=8, salt=band.to_bytes(16, "little")).digest()
    return int.from_bytes(digest, "little", signed=True)


@lru_cache(maxsize=1)
def _empty_sketch() -> Any:
    """Copied for each sample: to draw the permutations takes longer than to use them."""
    return _datasketch().MinHash(num_perm=PERMUTATIONS, seed=_SEED)


def _grams(tokens: Sequence[str]) -> list[Sequence[str]]:
    folded = [unicodedata.normalize("NFC", token).casefold() for token in tokens]
    return [folded[i : i + 3] for i in range(max(1, len(folded) - 2))]


@lru_cache(maxsize=16)
def _bands(threshold: float) -> tuple[int, int]:
    """Bands and rows of a band that weigh false matches and misses alike at the threshold."""
    lsh = _datasketch().MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    return int(lsh.b), int(lsh.r)


def load() -> None:
    """Import the library now, where it is installed: where files run short later, it could not be any more."""
    with suppress(EnvironmentMissing):
        _datasketch()


@lru_cache(maxsize=1)
def _datasketch() -> Any:
    try:
        import datasketch
    except ImportError as error:
        raise EnvironmentMissing(
            "near-duplicates need the library datasketch: pip install 'spanloom-validator[near]'"
        ) from error
    return datasketch
