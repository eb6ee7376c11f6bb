"""Forms against overflow and cancellation: the same functions, and free of what they are to cure."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
from flint import arb
from test_prove import read

from actc.calculus.balls import evaluate
from actc.calculus.intervals import REAL
from actc.calculus.prove import prove_same
from actc.model.expr import Expr, postorder, symbol
from actc.numerics.formats import FLOAT32, FLOAT64
from actc.numerics.inverse import inverted_outside
from actc.numerics.logarithms import joined
from actc.numerics.periodic import reduced
from actc.numerics.pieces import by_pieces
from actc.numerics.preparation import decided, powers_split
from actc.numerics.products import bounded_first
from actc.numerics.radicals import rationalised
from actc.numerics.roots import hypotenuses
from actc.numerics.simulate import simulate
from actc.numerics.tails import halved
from actc.numerics.vocabulary import local, nearest, rewritten, stable

XS = (0.0, 1e-9, -1e-9, 0.3, -0.7, 1.0, -1.0, 2.0, 3.0, -3.0, 4.0, 17.5, -20.25)


def number(expr: Expr, x: float) -> Fraction | None:
    point = {name: Fraction(3, 2) for name in expr.free} | {"x": Fraction(x)}
    value = evaluate(expr, point, 512)
    if isinstance(value, arb):
        return Fraction(mpmath.nstr(mpmath.mpf(value.str(60, radius=False)), 60))
    return value if isinstance(value, Fraction) else None


def same_everywhere(before: Expr, after: Expr) -> None:
    with mpmath.workdps(80):
        for x in XS:
            old, new = number(before, x), number(after, x)
            if old is not None:
                assert new is not None, x
                assert abs(old - new) <= abs(old) / 2**60, x


def in_float(expr: Expr, x: float, **others: float) -> float:
    point = {name: FLOAT32.nearest(Fraction(v)) for name, v in {"x": x, **others}.items()}
    return float(simulate(expr, FLOAT32, [point])[0])


def pieces(formula: str) -> Expr:
    root = read(formula)
    return by_pieces(root, ("x",), dict.fromkeys(root.free, REAL), lambda e: rewritten(e, stable, whole=True))


@pytest.mark.parametrize("formula", [
    "Max(2 - Abs(x - 2), 0)",
    "2*Min(Max(3*x/16 + 1/2, 0), 1) - 1",
    "Min(Max(1 - x, 0), Max(x + 1, 0))",
    "x/2*(1 + sign(x)*(Min(Abs(x), 3)**2 - 9))",
    "exp(-5*Min(Max(x, -3), 3)**2)",
    "floor(Min(Max(x/2 + 1/2, 0), 1) + 1/2)",
    "2*ceiling(clip(x, -1, 1)/2) - 1",
    "(x if x > 0 else exp(x) - 1) + (-x if x < 0 else exp(-x) - 1)",
    "(1 if x == 1 else 2) + Abs(x)",
    "a*Abs(x) - Abs(a*x)",
])  # fmt: skip
def test_pieces_are_the_function(formula: str) -> None:
    """At every bound, between and beyond, the pieces have the function's value."""
    found = pieces(formula)
    same_everywhere(read(formula), found)
    assert not any(node.op in ("min", "max", "floor", "ceiling") for node in postorder(found))


def test_pieces_have_no_rounding_that_cancels() -> None:
    """2 - (2 - x) keeps the last bit of a small x."""
    assert in_float(pieces("Max(2 - Abs(x - 2), 0)"), 1e-20) == float(FLOAT32.nearest(Fraction(1e-20)))
    assert in_float(pieces("2*Min(Max(x/4 + 1/2, 0), 1) - 1"), 1e-30) == pytest.approx(5e-31, rel=1e-6)


@pytest.mark.parametrize(("rule", "formula"), [
    (rationalised, "sqrt((x + 1)**2 + 1/1000) - sqrt((x - 1)**2 + 1/1000)"),
    (rationalised, "(x + 1)/sqrt((x + 1)**2 + a) - (x - 1)/sqrt((x - 1)**2 + a)"),
    (rationalised, "1/sqrt(x**2 + 1) - 1/sqrt(x**2 + 2)"),
    (rationalised, "x + sqrt(x**2 + 1)"),
    (lambda e: hypotenuses(e, "x"), "sqrt(x**2 + 4)/sqrt(a*x**2 + 3)"),
    (joined, "x - softplus(x)"),
    (joined, "softplus(x + log(2)) - (log(2) + x)"),
    (joined, "softplus(2*x) - softplus(x) + a"),
    (lambda e: bounded_first(e, ("x",)), "a*x*tanh(x)*exp(-x**2)/(1 + x**2)"),
    (lambda e: inverted_outside(e, "x"), "(x**3 + a*x)/(1 + Abs(x + x**2))"),
    (lambda e: inverted_outside(e, "x"), "(x + sqrt(x**2 + 1))/2"),
    (lambda e: inverted_outside(e, "x"), "log(1 + a*x**2)*sign(x) + log1p(x**4)"),
    (lambda e: inverted_outside(e, "x"), "a*x**3 - Abs(x**3 - x) if x > 0 else x**2"),
    (lambda e: local(e, stable), "exp(-x)/(1 + exp(-x))**2 + exp(-x - a)/(1 + exp(-x - a))**2"),
    (nearest, "log(1 + a*sigmoid(x)) + exp(x) - 1"),
    (powers_split, "(1 + exp(x))**(a - 1)*exp(x) + (1 + exp(x))**(a + 2)"),
    (halved, "a*x*sigmoid(x)*sigmoid(-x)"),
    (halved, "x*sigmoid(3*x)"),
    (halved, "a*exp(x)/x"),
    (halved, "sinh(x)/3 + a*expm1(-2*x)"),
    (reduced, "sin(pi*x) + cos(3*pi*x/2) - tan(pi*x/7)"),
    (reduced, "sin(a*x)"),
])  # fmt: skip
def test_rules_keep_the_function(rule: Callable[[Expr], Expr], formula: str) -> None:
    """Each rule changes the formula, but not the function."""
    before = read(formula)
    after = rule(before)
    assert after is not before
    same_everywhere(before, after)


@pytest.mark.parametrize(("rule", "formula", "x", "others", "wanted"), [
    (halved, "a*sigmoid(x)", -100.0, {"a": 1e30}, 1e30 * mpmath.exp(-100)),
    (halved, "sinh(x)/3", 89.5, {}, mpmath.sinh(89.5) / 3),
    (lambda e: bounded_first(e, ("x",)), "a*x*exp(-x**2)", 3e38, {"a": 5.0}, 0),
    (lambda e: inverted_outside(e, "x"), "(x + sqrt(x**2 + 1))/2", 3e38, {}, 3e38),
    (lambda e: inverted_outside(e, "x"), "log(1 + a*x**2)", 1e30, {"a": 4.0}, mpmath.log(4) + 60 * mpmath.log(10)),
    (rationalised, "sqrt((x + 1)**2 + 1) - sqrt((x - 1)**2 + 1)", 1e-10, {}, mpmath.sqrt(2) * 1e-10),
    (lambda e: hypotenuses(e, "x"), "sqrt(x**2 + a)", 3e-30, {"a": 1.6e-37}, mpmath.sqrt(1.6e-37)),
    (lambda e: hypotenuses(e, "x"), "sqrt(x**2 + a)", 3e-30, {"a": 0.0}, 3e-30),
    (lambda e: hypotenuses(e, "x"), "sqrt(x**2 + a)", 3e30, {"a": 1.0}, 3e30),
    (joined, "softplus(x) - x", 80.0, {}, mpmath.exp(-80)),
    (reduced, "sin(pi*x)", 5577585.5, {}, -1),
    (reduced, "cos(pi*x)", 2.0**25 + 4, {}, 1),
])  # fmt: skip
def test_rules_cure(
    rule: Callable[[Expr], Expr], formula: str, x: float, others: dict[str, float], wanted: object
) -> None:
    """The value in float32, computed with mpmath, where the formula itself is lost."""
    before = read(formula)
    assert in_float(rule(before), x, **others) == pytest.approx(float(mpmath.mpf(wanted)), rel=2e-5)


def test_huge_arguments_of_sines_stay_finite() -> None:
    """A sine of what overflows is some number between -1 and 1."""
    assert abs(in_float(reduced(read("sin(a*x)")), 3e38, a=30.0)) <= 1


def test_branches_that_are_never_taken_go() -> None:
    """1 + exp(x) is never 0; a may be."""
    env = dict.fromkeys(("x", "a"), REAL)
    assert decided(read("0 if 1 + exp(x) == 0 else x"), env) is symbol("x")
    assert decided(read("0 if a == 0 else x"), env) is read("0 if a == 0 else x")


def test_roots_cancel_exactly() -> None:
    """The derivative of x/(1 + sqrt(1 + x**2)) is 1/(s*(1 + s)), with s the root; the prover agrees."""
    text = "1/(1 + sqrt(1 + x**2)) - x**2/((1 + sqrt(1 + x**2))**2*sqrt(1 + x**2))"
    found = rewritten(read(text), stable, whole=True)
    assert prove_same(found, read(text), {}).holds
    assert in_float(found, 1e15) == pytest.approx(1e-30, rel=1e-6)


def test_flushing() -> None:
    """With flushing, what is below the smallest normal number is 0, and what is not stays."""
    from actc.numerics.simulate import Simulator

    for form in (FLOAT32, FLOAT64):
        tiny = form.nearest(form.smallest_normal)
        points = [{"x": tiny}]
        assert Simulator(form, points, flush=True).run(read("x/4"))[0] == 0
        assert Simulator(form, points).run(read("x/4"))[0] > 0
        assert Simulator(form, points, flush=True).run(read("x*1"))[0] == tiny
