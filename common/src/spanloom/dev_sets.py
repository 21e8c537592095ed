"""Which dev sets choose a run's checkpoints, of what size, and which are small: in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spanloom.data.split import FEW_DEV, HELD_OUT


def described(dev: str, gold_dev: Mapping[str, int], sizes: Sequence[int]) -> str:
    """What chooses checkpoints: `gold_dev` are dev sentences by target language, `sizes` those of training.

    >>> described("gold", {"da": 60}, [100])
    'gold dev: da 60 sentences'
    >>> described("held_out", {"da": 60}, [100, 500])
    "held out of an arm's own sentences: 10 to 50; the gold dev split (da 60 sentences) is not used"
    """
    gold = ", ".join(f"{code} {count:,} sentence{'s' * (count != 1)}" for code, count in gold_dev.items())
    if dev == "gold":
        return f"gold dev: {gold}"
    unused = f"; the gold dev split ({gold}) is not used" if gold else ""
    if dev == "own":
        return f"each LLM source's own; gold dev for the others: {gold}"
    held = [max(1, round(HELD_OUT * size)) for size in (min(sizes), max(sizes))]
    return f"held out of an arm's own sentences: {' to '.join(f'{n:,}' for n in dict.fromkeys(held))}{unused}"


def few(dev: str, gold_dev: Mapping[str, int]) -> list[str]:
    """A warning for each language whose gold dev split is used and small."""
    if dev not in ("gold", "own"):
        return []
    return [
        f"{code}: {count:,} dev sentence{'s' * (count != 1)} choose the checkpoints; under {FEW_DEV} chance has a "
        "large part in it, so annotate more, or give dev a larger share (`gold.fractions`)"
        for code, count in gold_dev.items()
        if count < FEW_DEV
    ]
