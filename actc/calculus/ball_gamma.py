"""The gamma function and its kin on exact rationals and balls, negative arguments included."""

from __future__ import annotations

from math import factorial

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, UNKNOWN, ZERO, Cell, Marker, Scalar, ball, is_integer

_FACTORIALS = 64  # gamma of an integer up to here is exact
_ORDERS = 1000  # of polygamma


def _at_pole_of_gamma(a: Scalar) -> bool:
    return is_integer(a) and a <= 0


def gamma(a: Scalar) -> Cell:
    """Euler's gamma; exact at small integers."""
    if _at_pole_of_gamma(a):
        return UNDEFINED
    if isinstance(a, fmpq) and a.q == 1 and a <= _FACTORIALS:
        return fmpq(factorial(int(a.p) - 1))
    return ball(a).gamma()


def log_gamma(a: Scalar) -> Cell:
    """log|gamma|"""
    if _at_pole_of_gamma(a):
        return UNDEFINED
    if isinstance(a, fmpq) and a in (1, 2):
        return ZERO
    u = ball(a)
    if u > 0:
        return u.lgamma()
    reflected = abs(u.sin_pi())
    # gamma(u)*gamma(1 - u) = pi/sin(pi*u)
    return arb.pi().log() - reflected.log() - (1 - u).lgamma() if reflected > 0 and u < 1 else UNKNOWN


def digamma(a: Scalar) -> Cell:
    """The derivative of log|gamma|."""
    return UNDEFINED if _at_pole_of_gamma(a) else ball(a).digamma()


def polygamma(n: Scalar, a: Scalar) -> Cell:
    """The n-th derivative of digamma."""
    if _at_pole_of_gamma(a) or (isinstance(n, fmpq) and (n < 0 or n.q != 1)):
        return UNDEFINED
    if not isinstance(n, fmpq) or n > _ORDERS:
        return UNKNOWN
    order, u = int(n.p), ball(a)
    if order == 0:
        return u.digamma()
    if u > 0:
        # zeta(s, u) = sum of (k + u)**-s
        size = arb(order + 1).zeta(u) * factorial(order)
        return size if order % 2 else -size
    return _reflected_polygamma(order, u)


def _reflected_polygamma(order: int, u: arb) -> Cell:
    """psi_n(1-u) = (-1)**n * (psi_n(u) + d^n/du^n of pi*cot(pi*u)), for u < 0."""
    if not u < 0:
        return UNKNOWN
    cotangent = u.cot_pi()
    if not cotangent.is_finite():
        return UNKNOWN
    mirrored = polygamma(fmpq(order), 1 - u)
    if isinstance(mirrored, Marker):
        return mirrored
    # With c = cot(pi*u), c' = -pi*(1 + c**2): the n-th derivative is pi**(n+1) times a polynomial in c.
    coefficients = [0, 1]
    for _ in range(order):
        slopes = [i * c for i, c in enumerate(coefficients)][1:]
        coefficients = [
            -((slopes[i] if i < len(slopes) else 0) + (slopes[i - 2] if i >= 2 else 0)) for i in range(len(slopes) + 2)
        ]
    total = arb(0)
    for c in reversed(coefficients):
        total = total * cotangent + c
    total *= arb.pi() ** (order + 1)
    return (mirrored if order % 2 == 0 else -mirrored) - total
