"""The ``examples`` of a file: exact or to the last printed digit, and the gradient that is emitted."""

from __future__ import annotations

import mpmath
import pytest
from analysed import analysed


def wrong(text: str) -> list[tuple[str, str]]:
    """The codes that are reported, with what is underlined."""
    rows = text.splitlines()
    return [(d.code, rows[d.location.line - 1][d.location.column - 1 :][: d.length]) for d in analysed(text)[1]]


def judged(expression: str, point: str, value: str, *, key: str = "value", more: str = "") -> bool:
    """Whether one example is met; nothing else may be wrong."""
    known = f'{key}: "{value}"' + ("" if key == "value" else ", value: 0")
    text = f'name: a\n{more}expression: "{expression}"\nexamples:\n  - {{{point}, {known}}}\n'
    found = [d.code for d in analysed(text)[1]]
    assert found in ([], ["ACT205" if key == "value" else "ACT206"]), found
    return not found


MET = [
    ("x", "x: 0.1 + 0.2", "0.3", "decimals are exact, so 0.1 + 0.2 is 0.3"),
    ("x", "x: 0.1 + 0.2", "3/10", "a quotient is an exact number"),
    ("0.1*x", "x: 3", "3/10", "decimals are exact in the expression too"),
    ("x", "x: 1/3", "1/3", "a coordinate is a constant expression"),
    ("x", "x: 1/3", "0.333", "0.333 is within 0.001"),
    ("x", "x: 1/3", "0.334", "one unit of the last digit, not half of one"),
    ("x", "x: 0.31", "0.30", "a zero at the end is a printed digit"),
    ("x", "x: 0.4", ".3", "the end of the interval belongs to it"),
    ("x", "x: -2", "-1.", "a point without digits after it: one unit is 1"),
    ("x", "x: -1.1", "- 1.0", "a sign may stand apart"),
    ("x", "x: 101", "1.0e2", "one unit of 1.0e2 is 10"),
    ("x", "x: 110", "1.0e+2", "the exponent counts"),
    ("exp(x)", "x: 1", "E", "a constant expression is exact, to 30 digits"),
    ("exp(x)", "x: log(2)", "2", "coordinates are not rounded"),
    ("sin(x)", "x: pi", "0", "at pi, not at the float next to it"),
    ("sin(x)/x", "x: 0", "1", "a removable singularity has its limit"),
    ("exp(-x**2)", "x: 10", "0.000", "a decimal zero is met by what is small"),
    ("x", "x: 1/3", "0.333333333333333333333333333333", "30 digits"),
]

MISSED = [
    ("x", "x: 1/3", "0.335", "two units away"),
    ("x", "x: 1/3", "333/1000", "a quotient is exact"),
    ("x", "x: 0.4001", ".3", "just past one unit"),
    ("x", "x: 0.302", "0.300", "two units of the third digit"),
    ("exp(x)", "x: 1", "3", "an integer is exact"),
    ("exp(x)", "x: 1", "2.71828182845904523536028747138", "off by two units of the 29th decimal"),
    ("exp(-x**2)", "x: 10", "0", "exp(-100) is not exactly 0"),
    ("x", "x: 0.1 + 0.2", "0.30000000000000004", "what floats make of the sum"),
    ("x", "x: 111", "1.0e2", "more than one unit of 10 away"),
    ("x", "x: 1", "1e-3 + 1", "a sum is exact, whatever is written in it"),
    ("x", "x: 1.0005", "1e0", "without a decimal point a number is exact"),
]


@pytest.mark.parametrize(("expression", "point", "value"), [m[:3] for m in MET], ids=[m[3] for m in MET])
def test_examples_that_are_met(expression: str, point: str, value: str) -> None:
    """Integers and constant expressions are exact; a decimal is met within one unit of its last printed digit."""
    assert judged(expression, point, value)


@pytest.mark.parametrize(("expression", "point", "value"), [m[:3] for m in MISSED], ids=[m[3] for m in MISSED])
def test_examples_that_are_missed(expression: str, point: str, value: str) -> None:
    """What differs by more is an error."""
    assert not judged(expression, point, value)


@pytest.mark.parametrize("digits", [10, 20, 28])
def test_examples_are_computed_to_thirty_digits(digits: int) -> None:
    """A value printed by mpmath to any number of digits is met, and missed when its last digit is off by two."""
    with mpmath.workdps(50):
        truth = mpmath.tanh(mpmath.mpf(1) / 3) * mpmath.erf(1)
        printed = mpmath.nstr(truth, digits, strip_zeros=False)
        unit = mpmath.mpf(10) ** -(len(printed) - 2)
        off = mpmath.nstr(mpmath.mpf(printed) + 2 * unit, digits, strip_zeros=False)
    assert judged("tanh(x)*erf(1)", "x: 1/3", printed)
    assert not judged("tanh(x)*erf(1)", "x: 1/3", off)


def test_an_example_may_set_any_parameter() -> None:
    """Parameters that are given replace their defaults, for value and gradient; the others keep theirs."""
    text = (
        "name: a\nparameters: {b: log(2), c: 1/sqrt(2*pi), n: {default: 2, domain: positive integer}}\n"
        "expression: b*x**n + c\n"
        "examples:\n"
        "  - {x: 1, value: log(2) + 1/sqrt(2*pi), derivative: 2*log(2)}\n"
        "  - {x: 2, b: 3, value: 12 + 1/sqrt(2*pi), derivative: {x: 12, b: 4, c: 1}}\n"
        "  - {x: 2, b: 3, c: 1, n: 3, value: 25, derivative: {x: 36, b: 8}}\n"
    )
    assert wrong(text) == []
    assert wrong(text.replace("derivative: {x: 36, b: 8}", "derivative: {x: 36, b: 9}")) == [("ACT206", "9")]


def test_the_derivative_is_the_emitted_one() -> None:
    """The surrogate's where there is one, the kink's convention, the claim's own value at a kink."""
    surrogate = "name: a\nexpression: step(x)\nsurrogate: 1/(1 + x**2)\nexamples: [{x: 1, value: 1, derivative: 1/2}]\n"
    assert wrong(surrogate) == []
    assert wrong(surrogate.replace("1/2", "0")) == [("ACT206", "0")]
    relu = "name: a\nexpression: relu(x)\nexamples: [{x: 0, value: 0, derivative: 0}]\n"
    assert wrong(relu) == []
    claimed = relu.replace("examples", "derivative: 1 if x >= 0 else 0\nexamples")
    assert wrong(claimed) == [("ACT206", "0")]
    assert wrong(claimed.replace("derivative: 0}", "derivative: 1}")) == []


def test_a_derivative_may_be_a_mapping() -> None:
    """It must be one with several inputs; each of its names is an input or a parameter with a gradient."""
    text = "name: a\ninputs: [u, v]\nexpression: u*v\nexamples: [{u: 2, v: 3, value: 6, derivative: {u: 3, v: 2}}]\n"
    assert wrong(text) == []
    assert wrong(text.replace("v: 2}", "v: 1}")) == [("ACT206", "1")]
    assert wrong(text.replace("{u: 3, v: 2}", "3")) == [("ACT161", "3")]
    assert wrong(text.replace("{u: 3, v: 2}", "{w: 3}")) == [("ACT162", "w")]
    integer = "name: a\nparameters: {n: {default: 2, domain: integer}}\nexpression: x + n\nexamples:\n"
    assert wrong(integer + "  - {x: 0, value: 2, derivative: {n: 1}}\n") == [("ACT162", "n")]


def test_what_an_example_may_not_say() -> None:
    """Each input is given; names, domains and numbers are right; variables have no place in it."""
    start = (
        "name: a\nparameters: {b: {default: 1, domain: positive}}\ninputs: {x: '[0, 1)'}\nexpression: b*x\nexamples:\n"
    )
    cases = {
        "{value: 1}": "ACT164",
        "{x: 0, z: 1, value: 0}": "ACT164",
        "{x: 1, value: 1}": "ACT207",
        "{x: -0.5, value: 1}": "ACT207",
        "{x: 0, b: 0, value: 0}": "ACT207",
        "{x: log(-1), value: 0}": "ACT207",
        "{x: b, value: 0}": "ACT153",
        "{x: 0, value: x}": "ACT153",
        "{x: 0, value: inf}": "ACT153",
        "{x: 0, value: 0 < 1}": "ACT155",
        "{x: 0, value: log(-1)}": "ACT205",
        "{x: 0, value: 10**400}": "ACT205",
        "{x: 0, value: 0, derivative: log(-1)}": "ACT206",
    }
    for example, code in cases.items():
        assert [c for c, _ in wrong(f"{start}  - {example}\n")] == [code], example
    assert [c for c, _ in wrong("name: a\nexpression: x\nexamples: [{x: 10**400, value: 1}]\n")] == ["ACT207"]


def test_messages_give_thirty_digits() -> None:
    """What is true is printed to 30 digits, and a decimal is told how it is judged."""
    _, found = analysed("name: a\nexpression: exp(x)\nexamples: [{x: 1, value: 2.9}, {x: 1, value: 3}]\n")
    with mpmath.workdps(50):
        truth = mpmath.nstr(mpmath.e, 30)
    assert [d.message for d in found] == [f"the value here is {truth}, not 2.9", f"the value here is {truth}, not 3"]
    assert [d.help for d in found] == ["a number with a decimal point is held to one unit of its last digit", None]
    _, found = analysed("name: a\nexpression: cbrt(x)\nexamples: [{x: 0, value: 0, derivative: 1}]\n")
    assert "the derivative by `x` here is infinite, not 1" in [d.message for d in found]


def test_tiny_gradients_at_kinks_are_exact() -> None:
    """The convention holds for slopes far from 1 as well."""
    for size in ("1e-25", "1e-25*sqrt(2)", "1e30*pi"):
        text = f"name: a\nexpression: {size}*Max(x, 2*x)\nexamples: [{{x: 0, value: 0, derivative: {size}}}]\n"
        assert wrong(text) == []
    text = "name: a\nexpression: 1e-25*sqrt(2)*sin(x)/x\nexamples: [{x: 0, value: 1e-25*sqrt(2), derivative: 0}]\n"
    assert wrong(text) == []
