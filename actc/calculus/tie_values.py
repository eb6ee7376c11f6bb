"""What a claim is where something is equal: by balls, by what a crossing says of its atoms, or by identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from flint import arb

from actc.calculus.balls import Number, evaluate
from actc.calculus.branches import atoms, resolve
from actc.calculus.crossings import Crossing
from actc.calculus.exact_values import exactly
from actc.calculus.normal_form import Outcome, compare
from actc.calculus.settle import at, is_undefined
from actc.calculus.subgradients import Slope
from actc.model.activation import Activation
from actc.model.expr import ZERO, Expr, substitute, symbol

_BITS = 2048
_NOTHING = arb(2) ** -1024


class OnIt:
    """What a claim is on a crossing, where balls alone cannot tell: x == tan(atan(a)) at x = a, or any irrational x."""

    def __init__(self, claim: Expr, crossing: Crossing, activation: Activation) -> None:
        self._claim, self._crossing, self._activation = claim, crossing, activation

    @cached_property
    def _resolved(self) -> Expr:
        zeros = dict.fromkeys(self._crossing.atoms, 0)
        there = self._crossing.location
        if there is not None:
            here = {symbol(self._crossing.variable): there}
            domains = self._activation.domains
            for atom in atoms(self._claim):
                if atom not in zeros and self._crossing.variable in atom.free:
                    found = compare(ZERO, substitute(atom, here), domains, {})
                    if found.outcome is Outcome.ZERO:
                        zeros[atom] = 0
        return resolve(self._claim, zeros)

    def stated(self, point: Mapping[str, Number]) -> Expr:
        """The claim as it is to be evaluated at a point on the crossing. An atom may be zero where none asks for it."""
        return told((self._claim, self._resolved), point) if is_untold(self._claim, point) else self._claim


def told(ways: Sequence[Expr], point: Mapping[str, Number]) -> Expr:
    """The first of the ways to state a claim that has a value at a point, or shows that there is none; else the last.

    A point at which none has gets the claim's exact value, as far as identities tell.
    """
    for way in ways:
        if not is_untold(way, point):
            return way
    return exactly(ways[0], point)


def is_untold(claim: Expr, point: Mapping[str, Number]) -> bool:
    """Whether the claim may have a value at the point that balls do not tell."""
    return value_at(claim, point) is None and not is_undefined(claim, point)


def value_at(claim: Expr, point: Mapping[str, Number]) -> Slope | None:
    """The claim's value at a point; 0 for what is that as far as hundreds of digits tell, as exp(log(2)) - 2."""
    value = at(claim, point)
    if value is None:
        near = evaluate(claim, point, _BITS)
        if isinstance(near, arb) and abs(near) < _NOTHING:
            return Fraction(0)
    return value
