"""What the calculus found out: verdicts on claims, kinks and jumps, and the gradient that is emitted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction

from actc.model.activation import Activation
from actc.model.expr import Expr


class Verdict(Enum):
    """How sure it is that a gradient is the derivative."""

    PROVED = "proved"
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    DERIVED = "derived"
    SURROGATE = "surrogate"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point at which two expressions certainly differ."""

    at: tuple[tuple[str, Fraction], ...]  # inputs and parameters by name, exact
    claimed: str  # decimal digits, correctly rounded, 17 at least; "nan" where the claim is not real there
    actual: str
    hint: str  # "off by the constant factor 2", "true only at beta = 1"; "" where nothing is known

    @property
    def shown(self) -> tuple[str, str]:
        """Both values to as few digits as tell them apart, six at least."""
        try:
            claimed, actual = Decimal(self.claimed), Decimal(self.actual)
        except InvalidOperation:
            return self.claimed, self.actual
        if not (claimed.is_finite() and actual.is_finite()):
            return self.claimed, self.actual
        for digits in range(6, 50):
            a, b = _rounded(claimed, digits), _rounded(actual, digits)
            if a != b:
                return a, b
        return self.claimed, self.actual


def _rounded(value: Decimal, digits: int) -> str:
    text = f"{value:.{digits}g}"
    mantissa, exponent, power = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + exponent + power


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a surrogate is from the derivative at most, among the points looked at."""

    at: tuple[tuple[str, Fraction], ...]
    surrogate: float
    derivative: float


@dataclass(frozen=True, slots=True)
class Kink:
    """A point where the function bends (``kink``) or its value jumps (``jump``)."""

    kind: str  # "kink" or "jump"
    where: str  # "x = 0", "x = threshold", "sin(x) = 0"
    at: tuple[tuple[str, float], ...] | None  # None where there are infinitely many or they depend on a parameter
    of: str  # the variable along which the sides are taken
    left: float | None
    right: float | None
    used: float | None


@dataclass(frozen=True, slots=True)
class Gradient:
    """The emitted gradient by one input or parameter."""

    variable: str
    verdict: Verdict
    method: str  # "identity of rational functions in x, exp(x)"; "" where nothing was to be shown
    counterexample: Counterexample | None
    deviation: Deviation | None
    expr: Expr  # right at kinks too
    derivative: Expr | None = None  # what a surrogate stands in for, right away from kinks


@dataclass(frozen=True, slots=True)
class Gradients:
    """One activation with everything that the calculus established."""

    activation: Activation
    value: Expr  # removable singularities are filled, outside its domain it is nan
    gradients: tuple[Gradient, ...]
    kinks: tuple[Kink, ...]
    loci: tuple[Expr, ...] = ()  # what is 0 where, for some parameters, a kink or jump may be
