"""Roots in sums that cancel, each with its own part of the sum, keep their digits."""

from __future__ import annotations

import mpmath
import pytest
from test_numerics_cancellation import programs, ulps
from test_prove import read

from actc.calculus.prove import prove_same
from actc.model.expr import postorder
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.paired_roots import paired

CHANGED = (
    "-a + (sqrt((x - a)**2 + b) + sqrt((x + a)**2 + b))/2",
    "x/sqrt(x**2 + 1) - 1",
    "-1 + (-2*1/2/sqrt((x - a)**2 + b)*(x - a) + 2*1/2/sqrt((x + a)**2 + b)*(x + a))/2",
    "2*x + 3 - 2*sqrt((x + 1)**2 + b)",
    "(1 - (x - a)/sqrt((x - a)**2 + b))/2",
)
KEPT = ("(sqrt((x + 1)**2 + a) - sqrt((x - 1)**2 + a))/2", "x + a", "sqrt(x + a) - 1", "exp(x)*sqrt(x**2 + 1)")


@pytest.mark.parametrize("formula", CHANGED)
def test_pairs_are_identities(formula: str) -> None:
    """The prover shows a sum in pairs equal to the formula; it chooses by the sign of what is squared."""
    found = paired(read(formula))
    assert any(n.op == "where" for n in postorder(found))
    assert prove_same(found, read(formula), {}).holds


@pytest.mark.parametrize("formula", KEPT)
def test_what_no_pair_makes_shorter_is_kept(formula: str) -> None:
    """A sum stays as it is where nothing in it belongs to a root."""
    assert paired(read(formula)) is read(formula)


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_values_and_gradients_keep_their_digits(form: Format) -> None:
    """Between the two bends of the formula its terms cancel; far out their squares overflow."""
    text = "-a + (sqrt((x - a)**2 + b) + sqrt((x + a)**2 + b))/2"

    def true(x: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        return -a + (mpmath.sqrt((x - a) ** 2 + b) + mpmath.sqrt((x + a) ** 2 + b)) / 2

    def by_a(x: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        left, right = mpmath.sqrt((x - a) ** 2 + b), mpmath.sqrt((x + a) ** 2 + b)
        return -1 + ((a - x) / left + (x + a) / right) / 2

    parameters = "a: {default: 0.5, domain: positive}, b: {default: 0.001, domain: positive}"
    value, _, slope, _ = programs(f"name: a\nparameters: {{{parameters}}}\nexpression: {text}\n")
    for x in (0.0, 3e-8, -2e-4, 0.3, -0.5, 0.7, 40.0, -1e25):
        for a in (0.5, 1.25):
            assert ulps(value, form, "xab", (x, a, 2.0**-10), true) <= 8, x
            assert ulps(slope, form, "xab", (x, a, 2.0**-10), by_a) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_a_program_has_no_kink_of_its_own(form: Format) -> None:
    """Where a program takes the greater of abs(x) and 1, its gradient at x = -1 is still that of the function."""

    def by_x(x: mpmath.mpf) -> mpmath.mpf:
        return 1 + 2 * x / mpmath.sqrt(1 + x * x) - x**3 / mpmath.sqrt(1 + x * x) ** 3

    _, slope, *_ = programs("name: a\nexpression: x if x >= 0 else x + x**2/sqrt(1 + x**2)\n")
    for x in (-1.0, -1.0 - 2.0**-22, -0.5, -3e6):
        assert ulps(slope, form, "x", (x,), by_x) <= 8, x
