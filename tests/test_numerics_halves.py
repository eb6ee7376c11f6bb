"""Half types: float32 inside, one rounding, judged at every number they have."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from analysed import right

from actc.model.expr import apply, number, symbol
from actc.numerics.formats import BFLOAT16, FLOAT16, Format
from actc.numerics.halves import HALF_TARGET, all_numbers, half_errors
from actc.numerics.stabilise import stabilise


def test_every_number_is_looked_at() -> None:
    """The normal numbers of float16 as numpy has them."""
    every = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float64)
    normal = {Fraction(v) for v in every if np.isfinite(v) and (v == 0 or abs(v) >= 2.0**-14)}
    found = list(all_numbers(FLOAT16))
    assert len(found) == len(normal)
    assert set(found) == normal


@pytest.mark.parametrize(("expression", "form"), [
    ("log(1 + exp(x))", BFLOAT16), ("log(1 + exp(x))", FLOAT16),
    ("exp(x)/(1 + exp(x))**2", BFLOAT16), ("exp(x)/(1 + exp(x))**2", FLOAT16),
    ("x/(1 + exp(-x))", FLOAT16),
])  # fmt: skip
def test_textbook_formulas_are_within_one_ulp(expression: str, form: Format) -> None:
    """Value and gradient, at each eleventh number."""
    before = right(f"name: a\nexpression: {expression}\n")
    after = stabilise(before)
    pairs = [(before.value, after.value), (before.gradients[0].expr, after.gradients[0].expr)]
    for exact, program in pairs:
        assert max(half_errors(exact, program, before.activation, form, every=11)) <= HALF_TARGET


def test_what_float32_may_flush_is_seen_in_bfloat16() -> None:
    """What is free below 128 times the smallest number shows in bfloat16, whose range is the same.

    At x = -89 exp(-x) overflows, and the quotient is 0 where the true result is -2e-37.
    """
    before = right("name: a\nexpression: x/(1 + exp(-x))\n")
    assert max(half_errors(before.value, before.value, before.activation, BFLOAT16, every=11)) > HALF_TARGET


def test_errors_are_found() -> None:
    """A program that is off by 1/64, and one that overflows in float32, are caught."""
    before = right("name: a\nexpression: x\n")
    x = symbol("x")
    off = x * number(Fraction(65, 64))
    assert max(half_errors(x, off, before.activation, FLOAT16, every=101)) > 8
    overflowing = apply("sqrt", x * x)
    worst = max(half_errors(apply("abs", x), overflowing, before.activation, BFLOAT16, every=101))
    assert math.isinf(worst)
