"""Each operation of the table as a pair of functions: on points and over intervals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, fmpq

from actc.calculus import ball_gamma
from actc.calculus import ball_operations as ball
from actc.calculus.ball_operations import HALF, ONE, UNDEFINED, UNKNOWN, ZERO, Cell, Scalar


@dataclass(frozen=True, slots=True)
class Form:
    """One operation on numbers. Conditions and ``where`` are not here: they take truth values."""

    narrow: Callable[..., Cell]
    wide: Callable[..., Cell]


def _smooth(function: Callable[[arb], arb], exact: dict[int, fmpq]) -> Callable[[Scalar], Cell]:
    """A function that is real everywhere, with the rationals at which it is rational."""

    def narrow(a: Scalar) -> Cell:
        if isinstance(a, fmpq):
            if a.q == 1 and a.p in exact:
                return exact[int(a.p)]
            a = arb(a)
        return function(a)

    return narrow


def _between(
    function: Callable[[arb], arb], exact: dict[int, fmpq], low: int | None, high: int | None, closed: bool
) -> Callable[[Scalar], Cell]:
    """A function that is real between two integers, ends included where ``closed``."""

    def narrow(a: Scalar) -> Cell:
        if isinstance(a, fmpq):
            if a.q == 1 and a.p in exact:
                return exact[int(a.p)]
            a = arb(a)
        if closed:
            inside = (low is None or a >= low) and (high is None or a <= high)
            outside = (low is not None and a < low) or (high is not None and a > high)
        else:
            inside = (low is None or a > low) and (high is None or a < high)
            outside = (low is not None and a <= low) or (high is not None and a >= high)
        if inside:
            return function(a)
        return UNDEFINED if outside else UNKNOWN

    return narrow


def _monotone(narrow: Callable[[Scalar], Cell]) -> Form:
    """Increasing or decreasing where it is defined, so the ends of an interval tell all."""

    def wide(a: Scalar) -> Cell:
        if isinstance(a, fmpq) or a.is_exact():
            return narrow(a)
        return ball.hull(narrow(a.lower()), narrow(a.upper()))

    return Form(narrow, wide)


def _even(narrow: Callable[[Scalar], Cell]) -> Form:
    """Even, and monotone on either side of 0."""

    def wide(a: Scalar) -> Cell:
        if isinstance(a, fmpq) or a.is_exact():
            return narrow(a)
        return ball.hull(narrow(a.abs_lower()), narrow(a.abs_upper()))

    return Form(narrow, wide)


def _both(function: Callable[..., Cell]) -> Form:
    return Form(function, function)


def _sigmoid(u: arb) -> arb:
    # exp of the negative side, so that the tail keeps its relative accuracy.
    if u > 0:
        return 1 / (1 + (-u).exp())
    power = u.exp()
    return power / (1 + power)


def _softplus(u: arb) -> arb:
    return u + (-u).exp().log1p() if u > 0 else u.exp().log1p()


def _log_sigmoid(u: arb) -> arb:
    return -_softplus(-u)


def _erfc(u: arb) -> arb:
    if u.is_exact() or not u > 1:
        return u.erfc()
    # The library's bound for a ball is hopeless in the tail; the ends tell, since erfc is decreasing.
    return u.lower().erfc().union(u.upper().erfc())


def _normal_cdf(u: arb) -> arb:
    return _erfc(-u / arb(2).sqrt()) / 2


_AT_ZERO = {0: ZERO}


FORMS: dict[str, Form] = {
    "add": _both(operator.add),
    "sub": _both(operator.sub),
    "mul": _both(ball.multiply),
    "square": Form(lambda a: a * a, lambda a: ball.power_wide(a, fmpq(2))),  # a*a, whose factors are one number
    "div": _both(ball.divide),
    "neg": _both(operator.neg),
    "pow": Form(ball.power, ball.power_wide),
    "mod": Form(ball.modulo, ball.modulo_wide),
    "exp": _monotone(_smooth(arb.exp, {0: ONE})),
    "log": _monotone(_between(arb.log, {1: ZERO}, 0, None, closed=False)),
    "sqrt": _monotone(ball.square_root),
    "cbrt": _monotone(ball.cube_root),
    "sin": _both(_smooth(arb.sin, _AT_ZERO)),
    "cos": _both(_smooth(arb.cos, {0: ONE})),
    "tan": _both(_smooth(arb.tan, _AT_ZERO)),
    "asin": _monotone(_between(arb.asin, _AT_ZERO, -1, 1, closed=True)),
    "acos": _monotone(_between(arb.acos, {1: ZERO}, -1, 1, closed=True)),
    "atan": _monotone(_smooth(arb.atan, _AT_ZERO)),
    "atan2": Form(ball.arc_tangent_2, ball.arc_tangent_2_wide),
    "sinh": _monotone(_smooth(arb.sinh, _AT_ZERO)),
    "cosh": _even(_smooth(arb.cosh, {0: ONE})),
    "tanh": _monotone(_smooth(arb.tanh, _AT_ZERO)),
    "asinh": _monotone(_smooth(arb.asinh, _AT_ZERO)),
    "acosh": _monotone(_between(arb.acosh, {1: ZERO}, 1, None, closed=True)),
    "atanh": _monotone(_between(arb.atanh, _AT_ZERO, -1, 1, closed=False)),
    "erf": _monotone(_smooth(arb.erf, _AT_ZERO)),
    "erfc": _monotone(_smooth(_erfc, {0: ONE})),
    "gamma": _both(ball_gamma.gamma),
    "loggamma": _both(ball_gamma.log_gamma),
    "digamma": _both(ball_gamma.digamma),
    "polygamma": _both(ball_gamma.polygamma),
    "sinc": _both(_smooth(arb.sinc, {0: ONE})),
    "sigmoid": _monotone(_smooth(_sigmoid, {0: HALF})),
    "softplus": _monotone(_smooth(_softplus, {})),
    "log_sigmoid": _monotone(_smooth(_log_sigmoid, {})),
    "log1p": _monotone(_between(arb.log1p, _AT_ZERO, -1, None, closed=False)),
    "expm1": _monotone(_smooth(arb.expm1, _AT_ZERO)),
    "normal_cdf": _monotone(_smooth(_normal_cdf, {0: HALF})),
    "abs": _both(ball.absolute),
    "sign": Form(ball.signum, ball.signum_wide),
    "min": _both(ball.smallest),
    "max": _both(ball.largest),
    "floor": Form(ball.floor, ball.floor_wide),
    "ceiling": Form(ball.ceiling, ball.ceiling_wide),
    "round": Form(ball.nearest, ball.nearest_wide),
}
"""By the table's name; ``square`` is a product of equal factors."""
