"""Whether the orderings that the paper found hold in a run: for each language yes, no, or that it cannot be told.

Two scores are told apart where their 95% intervals do not meet (stricter than a paired test), and two sources of the
same size by the paired test of the view `significance` (p after Holm below 0.05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

Row = Mapping[str, Any]
Arm = tuple[str, str, str, int]
"""Language, setting, source and size."""
Holds = Literal["yes", "no", "cannot be told"]
ALPHA = 0.05
GOLD_SIZE = 100
"""Annotated sentences that the paper sets beside the best synthetic data (section 4)."""


def orderings(scores: Sequence[Row], tests: Sequence[Row], published: Sequence[Row] = ()) -> list[dict[str, Any]]:
    """A row for each ordering and language, of `f1_by_size` and `significance`; none where an arm is missing.

    `published` are the paper's figures of the same arms (`compare_f1`), by which each row says what they say.
    """
    set_beside = partial(_row, {_arm(row): row["published"] for row in published})
    out: list[dict[str, Any]] = []
    plain = [row for row in scores if row["method"] == "direct" and row["lo"] is not None]
    for language in sorted({row["language"] for row in plain}):
        ours = [row for row in plain if row["language"] == language]
        scratch = [row for row in ours if row["setting"] == "from_scratch" and row["size"]]
        synthetic = [row for row in scratch if row["source"] != "organic"]
        gold = [row for row in scratch if row["source"] == "organic" and row["size"] == GOLD_SIZE]
        best = max(synthetic, key=lambda row: row["f1"], default=None)
        if gold and best is not None:
            out.append(set_beside(f"organic {GOLD_SIZE} above the best synthetic", language, gold[0], best))
        zero = [row for row in ours if row["size"] == 0]
        if zero and best is not None:
            out.append(set_beside("zero-shot above the best synthetic from scratch", language, zero[0], best))
        out += _sources(set_beside, scratch, tests, language)
        for name in sorted({row["source"] for row in synthetic}):
            sizes = sorted((row for row in synthetic if row["source"] == name), key=lambda row: row["size"])
            if len(sizes) > 1:
                out.append(set_beside(f"more of {name} is not better", language, sizes[0], sizes[-1]))
    return out


def _sources(
    set_beside: Callable[..., dict[str, Any]], scratch: Sequence[Row], tests: Sequence[Row], language: str
) -> list[dict[str, Any]]:
    """GPT-4.1 above Llama, at the largest size that both have."""
    gpt, llama = (
        {row["size"]: row for row in scratch if row["source"].startswith(name)} for name in ("gpt-4.1", "llama")
    )
    both = sorted(set(gpt) & set(llama))
    if not both:
        return []
    one, other = gpt[both[-1]], llama[both[-1]]
    row = set_beside("GPT-4.1 above Llama at equal size", language, one, other)
    for test in tests:
        pair = {test["source"], test["other"]}
        if test["language"] != language or test["setting"] != "from_scratch" or test["size"] != both[-1]:
            continue
        if pair == {one["source"], other["source"]} and test["method"] == test["other_method"] == "direct":
            sure = test["p_holm"] < ALPHA
            holds: Holds = "cannot be told" if not sure else "yes" if one["f1"] > other["f1"] else "no"
            return [{**row, "holds": holds}]
    return [row]


def _row(paper: Mapping[Arm, float], ordering: str, language: str, one: Row, other: Row) -> dict[str, Any]:
    """Whether `one` is above `other`, and whether it is so in the paper."""
    if one["lo"] > other["hi"]:
        holds: Holds = "yes"
    elif other["lo"] > one["hi"]:
        holds = "no"
    else:
        holds = "cannot be told"
    row = {"ordering": ordering, "language": language, "one": _told(one), "other": _told(other), "holds": holds}
    return row | _published(one, other, paper)


def _arm(row: Row) -> Arm:
    return row["language"], row["setting"], row["source"], row["size"]


def _published(one: Row, other: Row, paper: Mapping[Arm, float]) -> dict[str, str]:
    """The published F1 of both, which have no intervals; nothing where no figures are given, `-` for arms without."""
    if not paper:
        return {}
    ours, theirs = paper.get(_arm(one)), paper.get(_arm(other))
    if ours is None or theirs is None:
        return {"published": "-"}
    return {"published": f"{'yes' if ours > theirs else 'no'}: {ours:.3f}, {theirs:.3f}"}


def _told(row: Row) -> str:
    name = "zero-shot" if row["size"] == 0 else f"{row['source']} {row['size']:,}"
    return f"{name}: {row['f1']:.3f} [{row['lo']:.3f}, {row['hi']:.3f}]"
