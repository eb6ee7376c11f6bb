"""The words for how a verdict was reached say what happened."""

from __future__ import annotations

import re

import pytest
from analysed import analysed, gradient, right

from actc.calculus.method_text import Shown, proof_text, verified_text
from actc.calculus.normal_form.identity import Identity, Used
from actc.model.verdict import Verdict


def method(expression: str, claim: str, more: str = "") -> str:
    """How the claim was proved."""
    gradients = right(f"name: f\n{more}\nexpression: '{expression}'\nderivative: '{claim}'\n")
    found = gradient(gradients, "x")
    assert found.verdict is Verdict.PROVED
    return found.method


@pytest.mark.parametrize(
    ("expression", "claim", "more", "words"),
    [
        # Nothing was to be computed: the claim is what the chain rule gives.
        ("exp(x)", "exp(x)", "", "identical expressions"),
        ("relu(x)", "step(x)", "", "by cases on the sign of x: identical expressions"),
        # Numbers.
        ("2*x*sqrt(4)", "4", "", "equal numbers"),
        ("sqrt(2)*x", "2/sqrt(2)", "", "equal numbers, as rational functions of sqrt(2)"),
        ("sqrt(x**2)", "sign(x)", "", "by cases on the sign of x: equal numbers"),
        # Polynomials: both sides, and no division.
        ("(x + 1)**3", "3*x**2 + 6*x + 3", "", "identity of polynomials in x"),
        ("x**2*Abs(x)", "3*x*Abs(x)", "", "by cases on the sign of x: identity of polynomials in x"),
        # x % 2 is x - 2*floor(x/2), and floor is a constant in between.
        ("x*(x % 2)", "x + x % 2", "", "identity of polynomials in x, floor(x/2); floor taken as unknown"),
        # Rational functions of the symbols, and of exponentials, logarithms and tangents.
        ("1/(1 + x)", "-1/(x**2 + 2*x + 1)", "inputs: {x: positive}", "identity of rational functions in x"),
        ("log(cosh(x))", "tanh(x)", "", "identity of rational functions in exp(x)"),
        ("x*sigmoid(x)", "sigmoid(x) + y*sigmoid(-x)", "", "identity of rational functions in x, exp(x)"),
        ("x*sinc(x)", "cos(x)", "", "identity of rational functions in tan(x/2)"),
        # The signs of what stands inside: log(1 - x) where x < 0.
        (
            "x*log(1 + Abs(x))", "Abs(x)/(1 + Abs(x)) + log(1 + Abs(x))", "",
            "by cases on the sign of x: identity of rational functions in x, log(x + 1), log(1 - x)",
        ),
        # Max(cosh(x), 1) has a branch that is nowhere taken: that is no case.
        ("Max(cosh(x), 1)", "sinh(x)", "", "identical expressions"),
        # A denominator of several terms stands in parentheses.
        ("x*atan(1/(1 + x))", "y/x - x/(x**2 + 2*x + 2)", "inputs: {x: positive}",
         "identity of rational functions in x, atan(1/(x + 1))"),
        # Roots.
        ("sqrt(x**2 + 1)", "x/y", "", "identity of algebraic functions in x, sqrt(x**2 + 1)"),
        (
            "x*sqrt(1 - x)", "sqrt(1 - x) - x/(2*sqrt(1 - x))", 'inputs: {x: "(-inf, 1)"}',
            "identity of algebraic functions in x, sqrt(1 - x)",
        ),
        # Constants are coefficients; erf is a function of which only its derivative was known.
        (
            "x*erf(x)", "erf(x) + 2*x*exp(-x**2)/sqrt(pi)", "",
            "identity of rational functions in x, erf(x), exp(-x**2); erf taken as unknown",
        ),
        (
            "loggamma(x + 1)", "digamma(x) + 1/x", "inputs: {x: positive}",
            "identity of polynomials in digamma(x + 1); digamma taken as unknown",
        ),
    ],
)  # fmt: skip
def test_the_words_say_what_was_compared(expression: str, claim: str, more: str, words: str) -> None:
    """A mathematician can read off in which field the two sides are one element, and which signs were split on."""
    assert method(expression, claim, more) == words


def test_three_regions_are_counted() -> None:
    """Two thresholds make three intervals; both are named, in the order in which they were looked at."""
    words = method("clip(x, -1, 2)", "1 if -1 < x < 2 else 0")
    assert words == "by cases on the signs of x + 1, x - 2 (3 cases): identical expressions"


def test_branches_that_do_not_matter_are_counted() -> None:
    """Where claim and derivative agree whatever the branches give, there are no cases."""
    steps = "(step(x) + step(x - 1) + step(x - 2))"
    words = method(f"tanh(x)*{steps}", f"(1 - tanh(x)**2)*{steps}")
    assert words == "identity of rational functions in exp(2*x), 3 branching parts"


def test_a_parameters_zero_is_a_case() -> None:
    """Where a parameter may vanish for all inputs, that is a case of its own: two signs of x for each of three of a."""
    words = method("a*Abs(x)", "Abs(a)*sign(a*x)", "parameters: {a: 1}")
    assert re.fullmatch(r"by cases on the signs of x, a \(\d cases\): identity of polynomials in a", words)


def test_a_domain_spares_cases() -> None:
    """An atom that has one sign on the whole domain is not called a case."""
    assert method("a*Abs(x)", "a*sign(a*x)", "parameters: {a: {default: 1, domain: positive}}").startswith(
        "by cases on the sign of x: "
    )


def test_long_names_are_counted_instead() -> None:
    """The line stays short whatever was compared."""
    used = tuple(Used(f"log({'x*' * n}x)", "log") for n in range(1, 40))
    words = proof_text([])
    assert words == "identical expressions"  # there is no region: nothing to be shown
    words = proof_text([Shown((), Identity(used, divides=True))])
    assert len(words) < 200
    assert words.endswith(", 12 more")  # 17 are short, and all the others are one "log(...)"
    words = proof_text([Shown((), Identity(used[-1:], divides=True))])
    assert words == "identity of rational functions in log(...)"


def test_what_was_verified_says_how_far() -> None:
    """Points and digits, and no word of proof."""
    assert verified_text(412, 30) == "agreement at 412 points to 30 digits"


def test_a_refutation_is_called_certified() -> None:
    """The method of a refuted claim is the enclosure of a difference."""
    gradients, _ = analysed("name: f\nexpression: tanh(x)\nderivative: 1 - y\n")
    assert gradients is not None
    assert gradient(gradients, "x").method == "a point at which ball arithmetic separates the two"
