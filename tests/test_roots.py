"""Zeros of guards, in closed form and as certified numbers."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb

from actc.calculus.balls import evaluate
from actc.calculus.roots import is_periodic_family, numeric_zeros, solve
from actc.calculus.tape import precision
from actc.model.expr import Expr, apply, constant, lift, number, symbol

X, A, B = symbol("x"), symbol("a"), symbol("b")
THIRD = number(Fraction(1, 3))
WIDE = (Fraction(-(10**6)), Fraction(10**6))


def op(name: str, *args: Expr | int) -> Expr:
    return apply(name, *(lift(a) for a in args))


@pytest.mark.parametrize(
    ("guard", "roots"),
    [
        (2 * X + 1, (number(Fraction(-1, 2)),)),
        (X**2 - 2, (-op("sqrt", 2), op("sqrt", 2))),
        (X**2 + 1, ()),
        (op("exp", X), ()),
        (op("sigmoid", X) - 2, ()),
        (op("sqrt", X) + 1, ()),
        (op("atan", X) - 2, ()),
        (op("abs", op("abs", X) - 2) - 1, (number(-3), number(-1), number(1), number(3))),
        (op("exp", 2 * X) - 3 * op("exp", X) + 2, (number(0), op("log", 2))),
        (constant("pi") - X, (constant("pi"),)),
        ((X - 1) ** 2 * (X + 5), (number(-5), number(1))),
        (op("erf", X), (number(0),)),
        (X ** number(Fraction(3, 2)) - 8, (number(4),)),
    ],
)
def test_closed_forms(guard: Expr, roots: tuple[Expr, ...]) -> None:
    """Zeros of textbook equations, ascending; none where there is none."""
    assert solve(guard, "x") == roots


@pytest.mark.parametrize(
    "guard",
    [
        A * X + B,
        X**2 + A * X - B,
        A * X**2 + 3 * X - B,
        op("exp", A * X) - B,
        op("tanh", X / A) - 1 / (1 + B),
        op("softplus", X) - A,
        op("sigmoid", A * X) - 1 / (2 + B),
        op("cbrt", X) - A,
        op("abs", X - A) - B,
        op("asinh", X) - A,
        op("sqrt", X**2 - 1) - A,
        op("log_sigmoid", X) + B,
        op("exp", X) - op("exp", -X) - A,
    ],
)
def test_closed_forms_in_parameters_are_zeros(guard: Expr) -> None:
    """Every root with parameters, put back in, makes the guard vanish to 100 bits."""
    roots = solve(guard, "x")
    assert roots
    at = {"a": Fraction(7, 5), "b": Fraction(3, 4)}
    values = [evaluate(root, at, 300) for root in roots]
    real = [x for x in values if isinstance(x, Fraction | arb)]
    assert real
    for x in real:
        residual = evaluate(guard, {**at, "x": x}, 300)
        assert isinstance(residual, Fraction | arb)
        assert abs(residual) < 2**-100


def test_a_root_may_exist_for_some_parameters_only() -> None:
    """|x| = a has no solution for negative a, and a quadratic that loses its square is linear."""
    absolute = solve(op("abs", X) - A, "x")
    assert absolute is not None
    assert [isinstance(evaluate(r, {"a": Fraction(-1)}), Fraction) for r in absolute] == [False, False]
    flat = solve(A * X**2 + 2 * X - 1, "x")
    assert flat is not None
    assert next(evaluate(r, {"a": Fraction(0)}) for r in flat) == Fraction(1, 2)


@pytest.mark.parametrize("guard", [X * op("exp", X) - 1, op("sin", X), X**5 - X - 1, op("cos", X) - X])
def test_no_closed_form_is_said_to_be_unknown(guard: Expr) -> None:
    """Where the zeros have no name in the language, the answer is None and not ()."""
    assert solve(guard, "x") is None


@pytest.mark.parametrize(
    ("guard", "truth"),
    [
        (X * op("exp", X) - 1, lambda: [mpmath.lambertw(1)]),
        (op("cos", X) - X, lambda: [mpmath.findroot(lambda x: mpmath.cos(x) - x, 0.7)]),
        (X**5 - X - 1, lambda: [mpmath.findroot(lambda x: x**5 - x - 1, 1.2)]),
        (op("erf", X) - THIRD, lambda: [mpmath.erfinv(mpmath.mpf(1) / 3)]),
        (X * op("exp", X) + THIRD, lambda: [mpmath.lambertw(-mpmath.mpf(1) / 3, k).real for k in (-1, 0)]),
    ],
)
def test_numeric_zeros_hold_the_truth(guard: Expr, truth: object) -> None:
    """Each ball contains mpmath's root at 60 digits and is narrower than 2**-150."""
    with mpmath.workdps(60):
        expected = truth()  # type: ignore[operator]
        texts = [mpmath.nstr(t, 55) for t in expected]
    found = numeric_zeros(guard, "x", *WIDE, {})
    assert len(found) == len(texts)
    for ball, text in zip(found, texts, strict=True):
        assert isinstance(ball, arb)
        assert ball.rad() < arb(2) ** -150
        with precision(300):
            assert abs(ball - arb(text)) < arb(10) ** -50


def test_rational_and_double_zeros_are_exact() -> None:
    """A zero at a simple rational comes back as that rational, also where the sign does not change."""
    assert numeric_zeros(op("sin", X - THIRD) + X - THIRD, "x", *WIDE, {}) == (Fraction(1, 3),)
    assert numeric_zeros(op("cosh", X - 2) - 1, "x", *WIDE, {}) == (Fraction(2),)
    assert numeric_zeros((X**2 - 4) * (X - A), "x", *WIDE, {"a": Fraction(3)}) == (-2, 2, 3)


def test_zeros_outside_the_range_are_left_out() -> None:
    """The ends of the range are obeyed, also by closed forms."""
    assert numeric_zeros(X**2 - 9, "x", Fraction(0), Fraction(10), {}) == (Fraction(3),)


def test_zeros_of_the_sine_are_all_found() -> None:
    """sin has 63 zeros in [-100, 100] but the grid is only fine up to 32: at least those 21 are found."""
    found = numeric_zeros(op("sin", X), "x", Fraction(-32), Fraction(32), {})
    assert len(found) == 21
    assert found[10] == 0
    assert isinstance(found[11], arb)
    assert found[11].overlaps(arb.pi())


@pytest.mark.parametrize(
    ("guard", "endless"),
    [
        (op("sin", X), True),
        (X * op("sin", X) - 1, True),
        (X - op("floor", X), True),
        (op("mod", X, 2) - 1, True),
        (op("sin", X) - 2, False),
        (op("sin", X) + 2 * X, False),
        (op("floor", X) - 3, False),
        (X**3 - X, False),
    ],
)
def test_endless_families(guard: Expr, endless: bool) -> None:
    """The sine's zeros go on for ever, those of a sine and a line do not."""
    assert is_periodic_family(guard, "x") is endless
