"""Each side of a choice is mended by itself, and only where it needs to be."""

from __future__ import annotations

import gmpy2
import mpmath
import pytest
from analysed import right

from actc.model.expr import Expr, postorder
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.simulate import simulate
from actc.numerics.stabilise import stabilise, stabilise_measured

TAIL = "x**2*sigmoid(x)"  # overflow times underflow far to the left
SPARED = ("sin(x)/(1 + x)", "x*x**(m/(sqrt(x) + 1))*sigmoid(x)", "log(1 + x)**2 + atan(x)")


@pytest.mark.parametrize("spared", SPARED)
@pytest.mark.parametrize("left", [True, False])
def test_what_mends_one_side_leaves_the_other(spared: str, left: bool) -> None:
    """The side that is within the contract as it is written stays so, whichever side it is."""
    choice = f"{TAIL} if x < 0 else {spared}" if left else f"{spared} if x > 0 else {TAIL}"
    found = stabilise_measured(right(f"name: a\nparameters: {{m: 1.0}}\nexpression: {choice}\n"))
    assert all(one.score.meets for one in found.measured if one.variable is None)
    kinds = {node.op for node in postorder(other_side(found.gradients.value, left))}
    assert "exp" not in kinds, "the tail has two of them"


def other_side(program: Expr, left: bool) -> Expr:
    """The side of the topmost choice by the sign of x that is not the tail's."""
    while program.op == "where" and program.args[0].op not in (
        "lt",
        "le",
        "gt",
        "ge",
    ):  # what is set at 0 or at infinity
        program = program.args[2]
    assert program.op == "where"
    return program.args[2 if left else 1]


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("x", [-96.25, -90.0, -5.0, -0.5, 0.25, 55.0])
def test_the_sides_are_right(form: Format, x: float) -> None:
    """By mpmath, where a tail that is cut off would show."""
    found = stabilise(right(f"name: a\nexpression: {TAIL} if x < 0 else sin(x)/(1 + x)\n"))
    with mpmath.workdps(40):
        near = mpmath.mpf(x)
        true = near**2 / (1 + mpmath.exp(-near)) if x < 0 else mpmath.sin(near) / (1 + near)
    computed = float(simulate(found.value, form, [{"x": gmpy2.mpfr(x)}])[0])
    assert abs(computed - true) <= 8 * abs(true) * 2.0 ** (1 - form.precision)


def test_a_limit_that_only_some_parameters_make_infinite() -> None:
    """x**2*sigmoid(c*x**2 + x) grows at minus infinity for c > 0 and vanishes for c < 0, by its exponent."""
    found = stabilise(right("name: a\nparameters: {c: 0.5}\nexpression: x**2*sigmoid(x*(c*x + 1))\n"))
    for form in (FLOAT32, FLOAT64):
        for c, wanted in ((0.5, float("inf")), (-0.5, 0.0)):
            point = {"x": -gmpy2.inf(), "c": gmpy2.mpfr(c)}
            assert float(simulate(found.value, form, [point])[0]) == wanted
