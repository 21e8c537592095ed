"""Partial and type matches as in SemEval-2013 task 9.1 (Segura-Bedmar et al., 2013), in nervaluate's order of choice.

Predicted spans are taken left to right; each takes at most one gold span that nobody took, and a gold span is taken
once. `partial`: the same boundaries are correct, any other overlap counts one half. `type`: of the overlapping spans
of the same type the one with the closest boundaries is correct; with none of that type the first overlapping one is
taken as an error.
"""

from __future__ import annotations

import numpy as np

from spanloom_evaluator.score.decode import Ints, Spans


def match(gold: Spans, pred: Spans, shift: int = 0) -> tuple[Ints, Ints]:
    """What each predicted span earns: `(halves of a partial match: 0, 1, 2; type matches: 0, 1)`, each (pred spans,).

    With `shift` (at least the number of tokens) each type is matched for itself, as if the others were not there.
    """
    gold_order, pred_order = _order(gold, shift), _order(pred, shift)
    gold_start, gold_end = (gold.start + shift * gold.type)[gold_order], (gold.end + shift * gold.type)[gold_order]
    pred_start, pred_end = (pred.start + shift * pred.type)[pred_order], (pred.end + shift * pred.type)[pred_order]
    gold_type, pred_type = gold.type[gold_order], pred.type[pred_order]
    # Spans of one side never overlap, so each predicted span meets a contiguous range of gold spans.
    low, high = np.searchsorted(gold_end, pred_start, "right"), np.searchsorted(gold_start, pred_end, "left")
    halves, typed = np.zeros(len(pred_start), np.int64), np.zeros(len(pred_start), np.int64)
    touching = np.flatnonzero(high > low)
    if not len(touching):
        return halves, typed
    # Predicted spans that share a gold span with the one before belong to one group; groups do not meet.
    opens = np.concatenate([[True], low[touching[1:]] >= high[touching[:-1]]])
    group = np.cumsum(opens) - 1
    rank = np.arange(len(touching)) - np.flatnonzero(opens)[group]

    free_from = np.zeros(int(group[-1]) + 1, np.int64)  # (groups,): for `partial`, gold spans before it are taken
    taken = np.zeros(len(gold_start), bool)  # (gold spans,): for `type`
    by_rank = np.argsort(rank, kind="stable")
    # The first predicted span of every group, then the second of those that have one, and so on.
    for at in np.split(by_rank, np.cumsum(np.bincount(rank))[:-1]):
        p, own = touching[at], group[at]
        g = np.maximum(free_from[own], low[p])
        hit = g < high[p]
        same = (gold_start[g[hit]] == pred_start[p[hit]]) & (gold_end[g[hit]] == pred_end[p[hit]])
        halves[p[hit]] = 1 + same
        free_from[own[hit]] = g[hit] + 1

        first, closest = np.full(len(p), -1), np.full(len(p), -1)
        distance = np.full(len(p), np.iinfo(np.int64).max)
        for offset in range(int((high[p] - low[p]).max())):
            here = np.flatnonzero(low[p] + offset < high[p])
            g = low[p[here]] + offset
            free = ~taken[g]
            first[here[free & (first[here] < 0)]] = g[free & (first[here] < 0)]
            apart = np.abs(gold_start[g] - pred_start[p[here]]) + np.abs(gold_end[g] - pred_end[p[here]])
            better = free & (gold_type[g] == pred_type[p[here]]) & (apart < distance[here])
            closest[here[better]], distance[here[better]] = g[better], apart[better]
        typed[p] = closest >= 0
        chosen = np.where(closest >= 0, closest, first)
        taken[chosen[chosen >= 0]] = True
    back_halves, back_typed = np.empty_like(halves), np.empty_like(typed)
    back_halves[pred_order], back_typed[pred_order] = halves, typed
    return back_halves, back_typed


def _order(spans: Spans, shift: int) -> Ints:
    if not shift:
        return np.arange(len(spans.start))
    return np.argsort(spans.type, kind="stable")
