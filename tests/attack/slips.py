"""Slips that turn a right claim into a wrong one, as authors make them and as an adversary would.

Each gives back the claim, a name for the slip and points (as changes of coordinates) at which it should show. Whether
it really is wrong is looked at afterwards.
"""

from __future__ import annotations

from random import Random

from attack.scene import Maker, Scene, Slip
from attack.slips_assumed import assumption
from attack.slips_pen import PEN
from attack.slips_small import constant, local_error, local_other, mixed_branch, parameter_error, smooth_error
from attack.subject import Subject
from attack.terms import (
    Term,
)

_MAKERS: tuple[tuple[Maker, int], ...] = (
    *((maker, 2) for maker in PEN),
    (assumption, 12),
    (local_error, 14),
    (local_other, 12),
    (smooth_error, 12),
    (parameter_error, 12),
    (mixed_branch, 2),
    (constant, 1),
)


def slip(subject: Subject, by: str, claim: Term, random: Random) -> Slip:
    """A claim that is probably wrong."""
    scene = Scene(subject, by, claim, random)
    makers, weights = zip(*_MAKERS, strict=True)
    while True:
        made: Slip | None = random.choices(makers, weights)[0](scene)
        if made is not None and made.claim != claim:
            return made
