"""Where an activation is defined: refused with a witness, warned of, or filled by its limit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from analysed import analysed, codes, gradient, right, slope, value

from actc.diagnostics import Diagnostic
from actc.model.verdict import Verdict
from actc.pipeline import compile_source


def found(text: str) -> list[Diagnostic]:
    return analysed("name: a\n" + text)[1]


NOT_REAL = [
    ("log(x)", "x = -1"),
    ("sqrt(x)", "x = -1"),
    ("1/x", "x = 0"),
    ("x**0.5", "x = -1"),
    ("tan(x)/x**2", "x = 0"),
    ("asin(x)", "x = 2"),
    ("1/(x - 3)", "x = 3"),
    ("log(Abs(x))", "x = 0"),
    ("exp(1/x)", "x = 0"),
    ("x/Abs(x)", "x = 0"),
    ("gamma(x + 1)*x**2", "x = -"),
]


@pytest.mark.parametrize(("expression", "witness"), NOT_REAL)
def test_what_is_not_real_at_the_defaults_is_an_error(expression: str, witness: str) -> None:
    """An error with a point that is exact; poles that are isolated count."""
    only = next(d for d in found(f"expression: {expression}\n") if d.is_error)
    assert only.code == "ACT210"
    assert witness in only.message


def test_a_domain_of_the_input_mends_it() -> None:
    """``inputs: {x: positive}`` narrows where it must be real."""
    assert codes("name: a\ninputs: {x: positive}\nexpression: log(x)\n") == []
    assert codes("name: a\ninputs: {x: nonnegative}\nexpression: log(x)\n") == ["ACT210"]
    assert codes("name: a\ninputs: {x: nonzero}\nexpression: 1/x\n") == []
    assert codes('name: a\ninputs: {x: "[1, inf)"}\nexpression: sqrt(x - 1)*log(x)\n') in ([], ["ACT303"])
    assert codes('name: a\ninputs: {u: positive, v: "(-1, 1)"}\nexpression: log(u)*atanh(v)\n') == []
    assert codes("name: a\ninputs: {u: positive, v: real}\nexpression: log(u)*log(v)\n") == ["ACT210"]


def test_the_parameter_at_its_default_decides() -> None:
    """At the default an error, for other values a warning that suggests a domain, with the domain nothing."""
    text = "name: a\nparameters: {b: {default: %s, domain: %s}}\nexpression: log(b + x**2)\n"
    assert codes(text % (-1, "real")) == ["ACT210"]
    (warning,) = found((text % (1, "real")).removeprefix("name: a\n"))
    assert (warning.code, warning.is_error) == ("ACT310", False)
    assert warning.help is not None
    assert "positive" in warning.help
    assert "b = " in warning.message
    assert codes(text % (1, "positive")) == []


def test_an_accepted_warning_is_reported_and_does_not_count() -> None:
    """It keeps its reason; an error cannot be accepted; one that no longer occurs is a warning."""
    text = "name: a\nparameters: {b: 1}\nexpression: x/(1 + b*x**2)\naccept: {ACT310: as published}\n"
    (accepted,) = analysed(text)[1]
    assert (accepted.code, accepted.accepted) == ("ACT310", "as published")
    assert compile_source("a.yaml", text.encode(), "p").module is not None
    assert codes(text.replace("{b: 1}", "{b: {default: 1, domain: positive}}")) == ["ACT320"]
    assert codes("name: a\nexpression: log(x)\naccept: {ACT210: no}\n") == ["ACT165", "ACT210"]


def test_a_piecewise_covers_the_reals() -> None:
    """One that leaves a point or a region uncovered is an error that names it."""
    (point,) = found("expression: Piecewise((x, x > 0), (0, x < 0))\n")
    assert (point.code, "x = 0" in point.message) == ("ACT211", True)
    (region,) = found("expression: Piecewise((x, x > 0), (0, x < -1))\n")
    assert region.code == "ACT211"
    assert codes("name: a\nexpression: Piecewise((x, x > 0), (0, x <= 0))\n") == []
    assert codes("name: a\nexpression: Piecewise((x, x > 0), (0, True))\n") == []
    assert codes("name: a\ninputs: {x: positive}\nexpression: Piecewise((x, x > 0))\n") == []


REMOVABLE = [
    ("sin(x)/x", 0, 1, 0),
    ("(exp(x) - 1)/x", 0, 1, Fraction(1, 2)),
    ("(x**2 - 1)/(x - 1)", 1, 2, 1),
    ("x*log(Abs(x))*x", 0, 0, 0),
    ("log(1 + x**2)/x", 0, 0, 1),
    ("tanh(2*x)/x", 0, 2, 0),
    ("(1 - cos(x))/x**2", 0, Fraction(1, 2), 0),
]


@pytest.mark.parametrize(("expression", "x", "filled", "slope_there"), REMOVABLE)
def test_a_removable_singularity_is_filled(expression: str, x: int, filled: object, slope_there: object) -> None:
    """By its limit, in value and gradient, and nothing is reported."""
    made = right(f"name: a\nexpression: {expression}\n")
    assert value(made, x=x) == filled
    assert slope(made, "x", x=x) == slope_there
    assert codes(f"name: a\nexpression: {expression}\n") == []


def test_a_removable_singularity_that_moves() -> None:
    """With a parameter in the limit, and at a place that a parameter sets."""
    made = right("name: a\nparameters: {b: 2}\nexpression: sin(b*x)/x\n")
    assert [value(made, x=0, b=b) for b in (2, 5, -1)] == [2, 5, -1]
    made = right("name: a\nparameters: {b: 2}\nexpression: (x**2 - b**2)/(x - b)\n")
    assert [value(made, x=b, b=b) for b in (2, 5, -1)] == [4, 10, -2]


def test_claims_are_judged_where_the_activation_is_defined() -> None:
    """What a claim is elsewhere does not matter; where the activation is defined it is real, single points aside."""
    text = "name: a\ninputs: {x: positive}\nexpression: log(x)\nderivative: %s\n"
    for claim in ("1/x", "1/Abs(x)", "1/x if x > 0 else 7", "1/x if x > 0 else sqrt(x)"):
        assert gradient(right(text % claim), "x").verdict is Verdict.PROVED
    assert codes("name: a\nexpression: x**2\nderivative: 2*sqrt(x)**2\n") == ["ACT203"]
    made = right("name: a\nexpression: x**2 + x\nderivative: 1 + 2*(y - x)/x\n")
    assert slope(made, "x", x=0) == 1
    made = right("name: a\nexpression: relu(x)\nderivative: y/x\n")
    assert slope(made, "x", x=0) == 0


def test_a_surrogate_is_real_wherever_the_activation_is() -> None:
    """Poles and gaps are errors, and a domain of the input mends them; the activation's own gaps do not count."""
    for surrogate in ("1/x", "log(x)", "sqrt(x)", "1/(x - 2)", "Piecewise((1, x > 0), (2, x < 0))"):
        (only,) = found(f'expression: step(x)\nsurrogate: "{surrogate}"\n')
        assert only.code == "ACT212", surrogate
    assert codes("name: a\ninputs: {x: positive}\nexpression: step(x - 1)\nsurrogate: log(x)\n") == []
    assert codes("name: a\ninputs: {x: positive}\nexpression: log(x)\nsurrogate: 1/x\n") == []


def test_partial_derivatives_that_are_not_real() -> None:
    """By a parameter: a warning, for a trainable one an error, unless a surrogate gives it."""
    text = "name: a\nparameters: {n: {default: 2%s}}\nexpression: x**n\naccept: {ACT310: n is 2}\n"
    assert [d.code for d in analysed(text % "")[1] if d.accepted is None] == ["ACT304"]
    assert [d.code for d in analysed(text % ", trainable: true")[1] if d.accepted is None] == ["ACT214"]
    given = text % ", trainable: true" + "surrogate: {n: 0}\n"
    assert [d.code for d in analysed(given)[1] if d.accepted is None] == []
    positive = (text % ", trainable: true").replace("accept: {ACT310: n is 2}", "inputs: {x: positive}")
    assert codes(positive) == []


def test_no_one_sided_limit() -> None:
    """An error, unless a claim or a surrogate gives a value."""
    wiggle = "name: a\nexpression: 0 if x == 0 else x**2*sin(1/x)\n"
    assert codes(wiggle) == ["ACT213"]
    assert codes(wiggle + "derivative: 0 if x == 0 else 2*x*sin(1/x) - cos(1/x)\n") == []
    assert codes(wiggle + "surrogate: 1\n") == []
