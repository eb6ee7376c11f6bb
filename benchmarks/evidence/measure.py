"""How far computed results are from the truth: the one measure that every contender is held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evidence.formats import Format, Reals


@dataclass(frozen=True)
class Measured:
    """The errors of one result over a set of points."""

    points: int  # with a true result
    worst: float  # in ULP, of finite results
    at: int  # index of the point where that is
    beyond: int  # points with a finite result that is off by more than the target
    nonfinite: int  # results that are not finite where the truth is representable, or NaN where it overflows
    first_nonfinite: int  # index; -1 where there is none

    @property
    def meets(self) -> bool:
        """Whether it is within the contract."""
        return self.beyond == self.nonfinite == 0


def errors(
    computed: Reals, truth: Reals, form: Format, scale: Callable[[np.ndarray, Reals], Reals] | None = None
) -> Reals:
    """The error at each point in ULP: infinite for a wrong result that is not finite, NaN where there is no truth.

    ``scale`` gives what errors are divided by at the points of a mask; the ULP of the truth where it is None. It is
    asked only where an error is more than one ULP.
    """
    representable = np.abs(truth) < form.most
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(computed - truth)
        found = distance / form.ulp(truth)
    found[distance < form.free] = 0
    if not form.free:  # the half types: rounded once, and what is below the smallest normal number may be flushed
        found[(computed == 0) & (np.abs(truth) < form.tiny)] = 0
    doubtful = representable & np.isfinite(computed) & (found > 1)
    if scale is not None and doubtful.any():
        found[doubtful] = distance[doubtful] / scale(doubtful, truth[doubtful])
    found[representable & ~np.isfinite(computed)] = np.inf
    found[~representable] = np.where(np.isnan(computed[~representable]), np.inf, 0)
    found[np.isnan(truth)] = np.nan
    return found


def summary(found: Reals, form: Format) -> Measured:
    """The errors of a result in a few numbers."""
    finite = np.isfinite(found)
    held = np.where(finite, found, -1.0)
    at = int(np.argmax(held)) if held.size else 0
    wrong = np.isposinf(found)
    return Measured(
        points=int(np.sum(~np.isnan(found))),
        worst=float(max(held[at], 0.0)) if held.size else 0.0,
        at=at,
        beyond=int(np.sum(finite & (found > form.target))),
        nonfinite=int(np.sum(wrong)),
        first_nonfinite=int(np.argmax(wrong)) if wrong.any() else -1,
    )
