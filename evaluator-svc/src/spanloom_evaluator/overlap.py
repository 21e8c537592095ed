"""Partial and type matches as in SemEval-2013 task 9.1 (Segura-Bedmar et al., 2013), in nervaluate's order of choice.

Predicted spans are taken left to right; each takes at most one gold span that nobody took, and a gold span is taken
once. `partial`: the same boundaries are correct, any other overlap counts one half. `type`: of the overlapping spans
of the same type the one with the closest boundaries is correct; with none of that type the first overlapping one is
taken as an error.
"""

from __future__ import annotations

import numpy as np

from spanloom_evaluator.decode import Ints, Spans


def match(gold: Spans, pred: Spans, shift: int = 0) -> tuple[Ints, Ints]:
    """What each predicted span earns: `(halves of a partial match: 0, 1, 2; type matches: 0, 1)`, each (pred spans,).

    With `shift` (at least the number of tokens) each type is matched for itself, as if the others were not there.
    """
    gold_order, pred_order = _order(gold, shift), _order(pred, shift)
    gold_start, gold_end = (gold.start + shift * gold.type)[gold_order], (gold.end + shift * gold.type)[gold_order]
    pred_start, pred_end = (pred.start + shift * pred.type)[pred_order], (pred.end + shift * pred.type)[pred_order]
    gold_type, pred_type = gold.type[gold_order], pred.type[pred_order]
    # Spans of one side never overlap, so each span meets a contiguous range of the other side.
    low, high = np.searchsorted(gold_end, pred_start, "right"), np.searchsorted(gold_start, pred_end, "left")
    met = np.searchsorted(pred_start, gold_end, "left") - np.searchsorted(pred_end, gold_start, "right")

    halves, typed = np.zeros(len(pred_start), np.int64), np.zeros(len(pred_start), np.int64)
    touching = np.flatnonzero(high > low)
    alone = (high - low == 1)[touching] & (met[low[touching]] == 1)
    pairs, g = touching[alone], low[touching[alone]]
    same_span = (gold_start[g] == pred_start[pairs]) & (gold_end[g] == pred_end[pairs])
    halves[pairs] = 1 + same_span
    typed[pairs] = gold_type[g] == pred_type[pairs]

    # Where several spans meet, none has equal boundaries, and the order of choice matters.
    taken_partial: set[int] = set()
    taken_type: set[int] = set()
    for p in touching[~alone].tolist():
        candidates = range(int(low[p]), int(high[p]))
        free = next((g for g in candidates if g not in taken_partial), None)
        if free is not None:
            halves[p] = 1
            taken_partial.add(free)
        free_typed = [g for g in candidates if g not in taken_type]
        fitting = [g for g in free_typed if gold_type[g] == pred_type[p]]
        if fitting:
            start, end = int(pred_start[p]), int(pred_end[p])
            taken_type.add(min(fitting, key=lambda g: abs(int(gold_start[g]) - start) + abs(int(gold_end[g]) - end)))
            typed[p] = 1
        elif free_typed:
            taken_type.add(free_typed[0])
    back_halves, back_typed = np.empty_like(halves), np.empty_like(typed)
    back_halves[pred_order], back_typed[pred_order] = halves, typed
    return back_halves, back_typed


def _order(spans: Spans, shift: int) -> Ints:
    if not shift:
        return np.arange(len(spans.start))
    return np.argsort(spans.type, kind="stable")
