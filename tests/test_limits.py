"""One-sided limits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from actc.calculus.limits import one_sided_limit, two_sided_limit
from actc.calculus.tape import precision
from actc.model.expr import Expr, apply, constant, lift, number, symbol

X, A = symbol("x"), symbol("a")
ZERO = Fraction(0)


def op(name: str, *args: Expr | int) -> Expr:
    return apply(name, *(lift(a) for a in args))


SIZE = op("abs", X)


@pytest.mark.parametrize(
    ("expr", "left", "right"),
    [
        (op("sin", X) / X, 1, 1),
        ((op("exp", X) - 1) / X, 1, 1),
        ((1 - op("cos", X)) / X**2, Fraction(1, 2), Fraction(1, 2)),
        (SIZE / X, -1, 1),
        (X * op("log", SIZE), 0, 0),
        (op("exp", -1 / X**2) / X, 0, 0),
        (1 / op("log", SIZE), 0, 0),
        (3 + 1 / op("log", SIZE) ** 2, 3, 3),
        (SIZE ** number(Fraction(1, 100)), 0, 0),
        (op("floor", X + 3), 2, 3),
        (X * op("sin", 1 / X), 0, 0),
        (op("gamma", X) * X, 1, 1),
    ],
)
def test_finite_limits_are_recognised(expr: Expr, left: Fraction | int, right: Fraction | int) -> None:
    """Textbook limits at 0 come back as exact rationals, slow logarithmic ones too."""
    assert one_sided_limit(expr, "x", ZERO, -1).value == left
    assert one_sided_limit(expr, "x", ZERO, 1).value == right


@pytest.mark.parametrize(
    ("expr", "left", "right"),
    [
        (1 / X, -1, 1),
        (1 / X**2, 1, 1),
        (op("log", SIZE), -1, -1),
        (SIZE ** number(Fraction(-1, 100)), 1, 1),
        (op("log", -op("log", SIZE)), 1, 1),
        (op("loggamma", X), 1, 1),
    ],
)
def test_growth_without_bound_has_a_sign(expr: Expr, left: int, right: int) -> None:
    """Poles and logarithms are told from finite limits, however slowly they grow."""
    assert one_sided_limit(expr, "x", ZERO, -1).infinite == left
    assert one_sided_limit(expr, "x", ZERO, 1).infinite == right


def test_an_essential_singularity_has_sides_of_its_own() -> None:
    """exp(1/x) tends to 0 from the left and to infinity from the right."""
    expr = op("exp", 1 / X)
    assert one_sided_limit(expr, "x", ZERO, -1).value == 0
    assert one_sided_limit(expr, "x", ZERO, 1).infinite == 1


def test_values_too_small_to_be_written_out_are_no_trouble() -> None:
    """The normal distribution's tail at -log(2)/h, for ever smaller h, is 0 long before it is anything else."""
    tail = op("normal_cdf", op("log_sigmoid", X) / X)
    assert one_sided_limit(tail, "x", ZERO, 1).value == 0
    assert one_sided_limit(tail, "x", ZERO, -1).value == 1


def test_oscillation_has_no_limit_and_log_no_left_side() -> None:
    """sin(1/x) has no limit though it is real; log is not real at the left of 0."""
    wave = one_sided_limit(op("sin", 1 / X), "x", ZERO, 1)
    assert (wave.value, wave.infinite, wave.defined) == (None, 0, True)
    assert not one_sided_limit(op("log", X), "x", ZERO, -1).defined


def test_irrational_places_and_parameters_are_known_to_any_precision() -> None:
    """(x**2 - 2)/(x - sqrt(2)) tends to 2*sqrt(2); the place may be given by a parameter."""
    root = op("sqrt", 2)
    found = two_sided_limit((X**2 - 2) / (X - root), "x", root)
    assert isinstance(found, arb)
    with precision(256):
        assert abs(found - arb(8).sqrt()) < arb(2) ** -100
    found = two_sided_limit((op("exp", X) - op("exp", A)) / (X - A), "x", A, {"a": op("log", 3)})
    assert found == 3


def test_sides_must_agree() -> None:
    """A jump and an irrational jump have no two-sided limit; atan(1/x) shows pi/2 on the right."""
    assert two_sided_limit(SIZE / X, "x", ZERO) is None
    arc = op("atan", 1 / X)
    assert two_sided_limit(arc, "x", ZERO) is None
    right = one_sided_limit(arc, "x", ZERO, 1).value
    assert isinstance(right, arb)
    with precision(256):
        assert abs(right - arb.pi() / 2) < arb(2) ** -100
    assert two_sided_limit(arc + constant("pi"), "x", Fraction(1)) is not None
