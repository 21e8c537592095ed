"""Learning curves of annotated data: F1 against sentences, made monotone, inverted, and carried a little further.

F1 is a fraction; sizes are annotated training sentences. Every function takes one curve (sizes,) or many at once
(resamples, sizes), so that intervals come from the same code as the estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from spanloom.errors import DataError

Floats = NDArray[np.float64]

BELOW = 0.0
"""The gold equivalent of an F1 under the curve's first point: fewer sentences than the smallest size."""
ABOVE = np.inf
"""The gold equivalent of an F1 over the curve's last point: more sentences than were measured."""
FEWEST_SIZES = 4
"""Sizes that a curve needs before it is carried on beyond its last one."""
FURTHEST = 2.0
"""How far beyond the largest size, as a factor, F1 is ever foretold."""
_LEAST_ERROR = 1e-4  # an F1 of exactly 1 has no logarithm of its error


def monotone(f1: NDArray[Any]) -> Floats:
    """(..., sizes) -> (..., sizes): the nearest curves, in least squares, that never fall (isotonic regression)."""
    curves = np.asarray(f1, np.float64)
    flat = curves.reshape(-1, curves.shape[-1])
    out = flat.copy()
    # Most curves of a run rise as they are; only the others need the fit.
    for row in np.flatnonzero((np.diff(flat, axis=1) < 0).any(axis=1)):
        out[row] = isotonic_regression(flat[row]).x
    return out.reshape(curves.shape)


def equivalent(sizes: Sequence[int], f1: NDArray[Any], target: NDArray[Any] | float) -> Floats:
    """The fewest annotated sentences at which a curve reaches an F1: (..., sizes) and (...,) -> (...,).

    Between two sizes the monotone curve is linear in the logarithm of the size. `BELOW` and `ABOVE` where the F1 lies
    outside the curve: nothing is extrapolated. Raises DataError on sizes that are not positive and ascending.
    """
    n = _checked(sizes)
    curve = monotone(f1)
    wanted = np.broadcast_to(np.asarray(target, np.float64), curve.shape[:-1])[..., None]
    reached = curve >= wanted  # ascending, so once reached it stays so
    place = np.argmax(reached, axis=-1)
    right = np.take_along_axis(curve, place[..., None], -1)[..., 0]
    left_at = np.maximum(place - 1, 0)
    left = np.take_along_axis(curve, left_at[..., None], -1)[..., 0]
    rise = right - left
    share = np.where(rise > 0, (wanted[..., 0] - left) / np.where(rise > 0, rise, 1.0), 0.0)
    log_n = np.log(n)
    between = np.exp(log_n[left_at] + share * (log_n[place] - log_n[left_at]))
    out = np.where(place == 0, np.where(curve[..., 0] == wanted[..., 0], n[0], BELOW), between)
    return np.where(reached.any(axis=-1), out, ABOVE)


def power_law(sizes: Sequence[int], f1: NDArray[Any], at: Sequence[float]) -> Floats:
    """F1 at further sizes by a power law of the error, 1 - F1 = a * n ** -b with b >= 0: (..., sizes) -> (..., at).

    The line is fitted by least squares in the logarithms (Hestness et al., 2017, section 3; on the 22 organic curves
    of Kamath & Vajjala's Figure 2, fitted up to 1,000 sentences, it errs by 1.4 and 5.5 F1 at the largest size).
    Raises DataError for fewer than `FEWEST_SIZES` sizes, or beyond `FURTHEST` times the largest.
    """
    n = _checked(sizes)
    if len(n) < FEWEST_SIZES:
        raise DataError(f"a curve of {len(n)} sizes is not carried on; it takes {FEWEST_SIZES}")
    asked = np.asarray(at, np.float64)
    if (asked > FURTHEST * n[-1]).any():
        raise DataError(f"{max(at):,.0f} sentences are more than {FURTHEST:g} times the largest size, {n[-1]:,.0f}")
    return fitted_power_law(n, f1, asked)


def fitted_power_law(n: NDArray[Any], f1: NDArray[Any], at: NDArray[Any]) -> Floats:
    """`power_law` without its limits, for checks against published curves."""
    error = np.log(np.maximum(1.0 - np.asarray(f1, np.float64), _LEAST_ERROR))
    x = np.log(np.asarray(n, np.float64))
    centred = x - x.mean()
    slope = np.minimum((error * centred).sum(axis=-1) / (centred**2).sum(), 0.0)
    level = error.mean(axis=-1)
    out: Floats = np.clip(1.0 - np.exp(level[..., None] + slope[..., None] * (np.log(at) - x.mean())), 0.0, 1.0)
    return out


def missing_sizes(sizes: Sequence[int]) -> list[int]:
    """Sizes to add so that a curve has `FEWEST_SIZES`: halves of the largest, which cost no new annotation.

    >>> missing_sizes([100, 400])
    [200, 50]
    """
    known = set(sizes)
    largest, step = max(known, default=0), 2
    out: list[int] = []
    while len(known) + len(out) < FEWEST_SIZES and largest // step >= 10:
        if largest // step not in known:
            out.append(largest // step)
        step *= 2
    return out


def _checked(sizes: Sequence[int]) -> Floats:
    n = np.asarray(sizes, np.float64)
    if not len(n) or n[0] <= 0 or (np.diff(n) <= 0).any():
        raise DataError(f"a curve needs positive, ascending sizes, not {list(sizes)}")
    return n
