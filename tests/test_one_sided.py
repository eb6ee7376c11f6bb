"""One-sided limits and derivatives with a certificate. Expected values are textbook limits, or mpmath's."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
from analysed import analysed, codes, gradient
from flint import arb

from actc.calculus.one_sided import certain_limit, certain_sign
from actc.calculus.tape import precision
from actc.model.expr import Expr, apply, constant, fold, lift, number, symbol
from actc.model.verdict import Verdict

X, A = symbol("x"), symbol("a")
ZERO = Fraction(0)


def op(name: str, *args: Expr | int | Fraction) -> Expr:
    return apply(name, *(lift(a) for a in args))


SIZE = op("abs", X)
RATIONAL: list[tuple[Expr, Fraction | int, Fraction | int]] = [
    (op("sin", X) / X, 1, 1),
    ((op("exp", X) - 1) / X, 1, 1),
    ((1 - op("cos", X)) / X**2, Fraction(1, 2), Fraction(1, 2)),
    ((op("sin", X) - X) / X**3, Fraction(-1, 6), Fraction(-1, 6)),
    ((op("tanh", X) - X) / X**3, Fraction(-1, 3), Fraction(-1, 3)),
    ((op("atan", X) - op("asin", X)) / X**3, Fraction(-1, 2), Fraction(-1, 2)),
    ((op("log1p", X) - X) / X**2, Fraction(-1, 2), Fraction(-1, 2)),
    (op("sinc", X), 1, 1),
    (SIZE / X, -1, 1),
    (op("cbrt", X) / op("cbrt", SIZE), -1, 1),
    (X * op("log", SIZE), 0, 0),
    (SIZE**SIZE, 1, 1),
    (1 / op("log", SIZE), 0, 0),
    (3 + 1 / op("log", SIZE) ** 2, 3, 3),
    (op("exp", -1 / X**2) / X**9, 0, 0),
    (op("tanh", 1 / X), -1, 1),
    (op("sigmoid", 1 / X), 0, 1),
    (op("erf", 1 / X), -1, 1),
    (op("softplus", -1 / X) * X, -1, 0),
    (X * op("atan", 1 / X), 0, 0),
    (op("sqrt", X**2 + X**3) / X, -1, 1),
    (op("floor", X + 3), 2, 3),
    (op("ceiling", X), 0, 1),
    (op("round", X + number(Fraction(1, 2))), 0, 1),
    (op("mod", X, 1), 1, 0),
    (op("max", X, 2 * X) / X, 1, 2),
    (op("where", op("and", op("ge", X, 0), op("ne", X, 0)), op("cos", X), op("sin", X)), 0, 1),
    (op("where", op("eq", X, 0), number(7), X + 2), 2, 2),
]


@pytest.mark.parametrize(("expr", "left", "right"), RATIONAL)
def test_textbook_limits_are_exact(expr: Expr, left: Fraction | int, right: Fraction | int) -> None:
    """Rational limits at 0 come back as rationals, and with them the certificate."""
    for side, expected in ((-1, left), (1, right)):
        found = certain_limit(expr, "x", ZERO, side, {})
        assert found is not None
        assert found.value == expected


@pytest.mark.parametrize(
    ("expr", "left", "right"),
    [
        (op("sqrt", 1 - op("cos", X)) / X, -mpmath.sqrt(0.5), mpmath.sqrt(0.5)),
        (op("erf", X) / X, 2 / mpmath.sqrt(mpmath.pi), 2 / mpmath.sqrt(mpmath.pi)),
        (op("acos", 1 - SIZE) / op("sqrt", SIZE), mpmath.sqrt(2), mpmath.sqrt(2)),
        (op("acosh", 1 + SIZE) / op("sqrt", 2 * SIZE) + op("acosh", 1 + SIZE), mpmath.mpf(1), mpmath.mpf(1)),
        (op("asin", SIZE - 1), -mpmath.pi / 2, -mpmath.pi / 2),
        (op("atan2", X, -1), -mpmath.pi, mpmath.pi),
        (op("atan", 1 / X), -mpmath.pi / 2, mpmath.pi / 2),
        ((op("exp", X * op("sqrt", number(2))) - 1) / X, mpmath.sqrt(2), mpmath.sqrt(2)),
        (op("gamma", X + 1) * op("where", op("gt", X, 0), constant("pi"), constant("E")), mpmath.e, mpmath.pi),
        (op("digamma", X + 1), -mpmath.euler, -mpmath.euler),
    ],
)
def test_other_limits_are_enclosed(expr: Expr, left: mpmath.mpf, right: mpmath.mpf) -> None:
    """The ball is small, and mpmath's value lies in it."""
    for side, expected in ((-1, left), (1, right)):
        found = certain_limit(expr, "x", ZERO, side, {})
        assert found is not None
        assert isinstance(found.value, arb)
        assert found.value.rad() < arb(10) ** -30
        assert abs(found.value - arb(mpmath.nstr(expected, 15))) < arb(10) ** -12


@pytest.mark.parametrize(
    ("expr", "left", "right"),
    [(1 / X, -1, 1), (1 / X**2, 1, 1), (op("log", SIZE), -1, -1), (SIZE ** number(Fraction(-1, 100)), 1, 1)],
)
def test_poles_have_a_certain_sign(expr: Expr, left: int, right: int) -> None:
    """Growth without bound is told by the dominating term."""
    for side, expected in ((-1, left), (1, right)):
        found = certain_limit(expr, "x", ZERO, side, {})
        assert found is not None
        assert found.infinite == expected


@pytest.mark.parametrize(
    "expr", [X * op("sin", 1 / X), op("sin", 1 / X), op("exp", 1 / X**2), op("log", -1 / op("log", SIZE))]
)
def test_nothing_is_said_where_nothing_is_known(expr: Expr) -> None:
    """Essential singularities have no such series."""
    assert certain_limit(expr, "x", ZERO, 1, {}) is None


def test_what_may_vanish_is_not_taken_for_a_number() -> None:
    """pi*sqrt(2) - sqrt(2)*pi is 0, which no ball shows: neither its sign nor its inverse is told."""
    root, pi = op("sqrt", number(2)), constant("pi")
    nothing = op("sub", op("mul", pi, root), op("mul", root, pi))
    assert certain_limit(nothing / X, "x", ZERO, 1, {}) is None
    assert certain_limit(op("sign", nothing + X), "x", ZERO, 1, {}) is None


def test_other_symbols_have_their_values() -> None:
    """sin(a*x)/x tends to a."""
    found = certain_limit(op("sin", A * X) / X, "x", ZERO, 1, {"a": Fraction(7, 3), "x": ZERO})
    assert found is not None
    assert found.value == Fraction(7, 3)


def test_the_sign_beside_an_irrational_zero() -> None:
    """exp(x) - 2 is negative to the left of log(2) and positive to the right."""
    with precision(256):
        here = arb(2).log()
    signs = [certain_sign(op("exp", X) - 2, "x", here, side, {"x": here}, is_zero=True) for side in (-1, 1)]
    assert signs == [-1, 1]
    assert certain_sign(op("exp", X) - 2, "x", here, 1, {"x": here}, is_zero=False) is None


OUTSIDE = [
    ("Max(x, 0)", "Piecewise((1, x > 0), (0, x < 0), (3/2, True))"),
    ("Abs(x)", "Piecewise((sign(x), x != 0), (-1 - exp(-1000), True))"),
    ("Abs(x)", "Piecewise((sign(x), x != 0), (1 + 1e-300, True))"),
    ("Abs(exp(x) - 2)", "Piecewise((exp(x), exp(x) > 2), (-exp(x), exp(x) < 2), (5, True))"),
    ("Abs(x**2 - 2)", "Piecewise((2*x, x**2 > 2), (-2*x, x**2 < 2), (3, True))"),
    ("log(1 + Abs(x - 1))", "Piecewise((sign(x - 1)/(1 + Abs(x - 1)), x != 1), (tanh(9), x > 2), (-1.0000001, True))"),
    ("tanh(x) if x > 1 else x", "Piecewise((1 - tanh(x)**2, x > 1), (1, x < 1), (1 - tanh(1)**2 - exp(-500), True))"),
]


@pytest.mark.parametrize(("expression", "claim"), OUTSIDE)
def test_a_claim_outside_its_sides_is_refuted_with_a_certificate(expression: str, claim: str) -> None:
    """However near it is to the side, and where the kink is irrational."""
    found, reported = analysed(f'name: a\nexpression: "{expression}"\nderivative: "{claim}"\n')
    assert [d.code for d in reported] == ["ACT202"]
    assert found is not None
    judged = gradient(found, "x")
    assert judged.verdict is Verdict.REFUTED
    assert judged.method == "one-sided derivatives in ball arithmetic"


@pytest.mark.parametrize(
    ("expression", "claim"),
    [
        ("Max(x, 0)", "Piecewise((1, x > 0), (0, x < 0), (1 - exp(-1000), True))"),
        ("Abs(exp(x) - 2)", "Piecewise((exp(x), exp(x) > 2), (-exp(x), exp(x) < 2), (1.999, True))"),
        ("Abs(x**2 - 2)", "Piecewise((2*x, x**2 > 2), (-2*x, x**2 < 2), (-2.8, True))"),
        ("tanh(x) if x > 1 else x", "Piecewise((1 - tanh(x)**2, x > 1), (1, x < 1), (sech(1)**2, True))"),
    ],
)
def test_a_claim_between_its_sides_stands(expression: str, claim: str) -> None:
    """Also one that equals a side which no rational is."""
    assert codes(f'name: a\nexpression: "{expression}"\nderivative: "{claim}"\n') == []


FUNCTIONS = (
    *("exp", "log", "sqrt", "cbrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "acosh"),
    *("erf", "floor", "abs", "sigmoid"),
)
SPELLED = {
    **{name: getattr(mpmath, name) for name in FUNCTIONS if hasattr(mpmath, name)},
    "abs": abs,
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "cbrt": lambda u: mpmath.sign(u) * mpmath.cbrt(abs(u)),
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "max": max,
    "min": min,
}


def composed(draw: random.Random, depth: int) -> Expr:
    """An expression in x and a few numbers, made at random."""
    if depth == 0 or draw.random() < 0.1:
        return draw.choice([X, X, X, number(1), number(2), number(Fraction(-1, 3))])
    if draw.random() < 0.45:
        return apply(draw.choice(FUNCTIONS), composed(draw, depth - 1))
    pair = draw.choice(["add", "sub", "mul", "div", "max", "min"])
    return apply(pair, composed(draw, depth - 1), composed(draw, depth - 1))


def by_mpmath(expr: Expr, x: mpmath.mpf) -> mpmath.mpf:
    """The value, by mpmath; a complex number is none."""

    def visit(node: Expr, args: tuple[mpmath.mpf, ...]) -> mpmath.mpf:
        if node.op == "symbol":
            return x
        if node.is_number:
            return mpmath.mpf(node.number.numerator) / node.number.denominator
        found = SPELLED[node.op](*args)
        if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found):
            raise ValueError(node.op)
        return mpmath.mpf(found)

    return fold(expr, visit)


@pytest.mark.parametrize("seed", range(8))
def test_random_limits_are_what_the_values_come_to(seed: int) -> None:
    """Whatever is certified: mpmath's values beside the point come to it."""
    draw = random.Random(seed)  # noqa: S311 - a fixed sample
    compared = 0
    for _ in range(150):
        expr, at, side = composed(draw, 3), draw.choice((0, 0, 1, -1)), draw.choice((1, -1))
        found = certain_limit(expr, "x", Fraction(at), side, {})
        if found is None:
            continue
        with mpmath.workdps(900):
            try:
                far, near = (by_mpmath(expr, at + side * mpmath.mpf(10) ** -k) for k in (100, 200))
            except (ValueError, ZeroDivisionError, OverflowError):
                assert not found.is_finite or not found.defined, expr
                continue
            assert found.defined, expr
            compared += 1
            if found.infinite:
                assert found.infinite * near > 20, expr
                continue
            limit = found.value
            assert limit is not None
            text = limit.mid().str(40, radius=False) if isinstance(limit, arb) else str(float(limit))
            before, error = (abs(value - mpmath.mpf(text)) for value in (far, near))
            # What falls as slowly as 1/log(t) is still large here, but half of what it was.
            assert error < mpmath.mpf(10) ** -12 * (1 + abs(near)) or error < before * 0.6, expr
    assert compared > 60
