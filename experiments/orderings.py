"""Whether the orderings that the paper found hold in a run: for each language yes, no, or that it cannot be told.

Two scores are told apart where their 95% intervals do not meet (stricter than a paired test), and two sources of the
same size by the paired test of the view `significance` (p after Holm below 0.05).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

Row = Mapping[str, Any]
Holds = Literal["yes", "no", "cannot be told"]
ALPHA = 0.05
GOLD_SIZE = 100
"""Annotated sentences that the paper sets beside the best synthetic data (section 4)."""


def orderings(scores: Sequence[Row], tests: Sequence[Row], published: Sequence[Row] = ()) -> list[dict[str, Any]]:
    """A row for each ordering and language, of `f1_by_size` and `significance`; none where an arm is missing.

    `published` are the paper's figures of the same arms (`compare_f1`), by which each row says what they say.
    """
    paper = {_arm(row): row["published"] for row in published}
    return [{**row, **_beside(*arms, paper)} for row, arms in _orderings(scores, tests)]


def _orderings(scores: Sequence[Row], tests: Sequence[Row]) -> Iterator[tuple[dict[str, Any], tuple[Row, Row]]]:
    """Each ordering's row, and the two arms that it sets beside each other."""
    plain = [row for row in scores if row["method"] == "direct" and row["lo"] is not None]
    for language in sorted({row["language"] for row in plain}):
        ours = [row for row in plain if row["language"] == language]
        scratch = [row for row in ours if row["setting"] == "from_scratch" and row["size"]]
        synthetic = [row for row in scratch if row["source"] != "organic"]
        gold = [row for row in scratch if row["source"] == "organic" and row["size"] == GOLD_SIZE]
        best = max(synthetic, key=lambda row: row["f1"], default=None)
        if gold and best is not None:
            yield _row(f"organic {GOLD_SIZE} above the best synthetic", language, gold[0], best)
        zero = [row for row in ours if row["size"] == 0]
        if zero and best is not None:
            yield _row("zero-shot above the best synthetic from scratch", language, zero[0], best)
        yield from _sources(scratch, tests, language)
        for name in sorted({row["source"] for row in synthetic}):
            sizes = sorted((row for row in synthetic if row["source"] == name), key=lambda row: row["size"])
            if len(sizes) > 1:
                yield _row(f"more of {name} is not better", language, sizes[0], sizes[-1])


def _sources(
    scratch: Sequence[Row], tests: Sequence[Row], language: str
) -> Iterator[tuple[dict[str, Any], tuple[Row, Row]]]:
    """GPT-4.1 above Llama, at the largest size that both have."""
    gpt, llama = (
        {row["size"]: row for row in scratch if row["source"].startswith(name)} for name in ("gpt-4.1", "llama")
    )
    both = sorted(set(gpt) & set(llama))
    if not both:
        return
    one, other = gpt[both[-1]], llama[both[-1]]
    for test in tests:
        pair = {test["source"], test["other"]}
        if test["language"] != language or test["setting"] != "from_scratch" or test["size"] != both[-1]:
            continue
        if pair == {one["source"], other["source"]} and test["method"] == test["other_method"] == "direct":
            sure = test["p_holm"] < ALPHA
            holds: Holds = "cannot be told" if not sure else "yes" if one["f1"] > other["f1"] else "no"
            row, arms = _row("GPT-4.1 above Llama at equal size", language, one, other)
            yield {**row, "holds": holds}, arms
            return
    yield _row("GPT-4.1 above Llama at equal size", language, one, other)


def _row(ordering: str, language: str, one: Row, other: Row) -> tuple[dict[str, Any], tuple[Row, Row]]:
    """Whether `one` is above `other`, and these two."""
    if one["lo"] > other["hi"]:
        holds: Holds = "yes"
    elif other["lo"] > one["hi"]:
        holds = "no"
    else:
        holds = "cannot be told"
    row = {"ordering": ordering, "language": language, "one": _told(one), "other": _told(other), "holds": holds}
    return row, (one, other)


def _arm(row: Row) -> tuple[str, str, str, int]:
    return row["language"], row["setting"], row["source"], row["size"]


def _beside(one: Row, other: Row, paper: Mapping[tuple[str, str, str, int], float]) -> dict[str, str]:
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
