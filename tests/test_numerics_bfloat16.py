"""Small results in bfloat16, and the borders of a program's own branches."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import gmpy2
import mpmath
import pytest
from analysed import right
from test_numerics_cancellation import programs
from test_prove import read

from actc.calculus.prove import prove_same
from actc.model.expr import Expr
from actc.numerics.formats import BFLOAT16, FLOAT32, FLOAT64, fraction
from actc.numerics.further import with_small_results
from actc.numerics.halves import all_numbers
from actc.numerics.own_ties import own_ties
from actc.numerics.points import PointSet
from actc.numerics.simulate import Simulator
from actc.numerics.tails import powers_halved
from actc.numerics.turns import distributed, plain_first
from actc.numerics.xla import apart, simplified, ways

Function = Callable[..., mpmath.mpf]
_SMALLEST = mpmath.mpf(2) ** -126


def off(program: Expr, point: dict[str, Fraction], true: mpmath.mpf) -> mpmath.mpf:
    """The error in ULP of bfloat16, computed in float32 whose small results are flushed, and rounded once."""
    run = Simulator(FLOAT32, [{n: FLOAT32.nearest(v) for n, v in point.items()}], flush=True)
    with BFLOAT16.context:
        computed = gmpy2.mpfr(run.run(program)[0])
    if abs(true) < _SMALLEST and abs(computed) <= 2.0**-126:
        return mpmath.mpf(0)
    exact = fraction(computed)
    ulp = mpmath.mpf(2) ** (max(mpmath.floor(mpmath.log(abs(true), 2)), -126) - 7)
    return abs(mpmath.mpf(exact.numerator) / exact.denominator - true) / ulp


@pytest.mark.parametrize(("text", "which", "true"), [
    ("7*x**2", 0, lambda x: 7 * x**2),
    ("5*x**2*cosh(x)", 0, lambda x: 5 * x**2 * mpmath.cosh(x)),
    ("x if x > 0 else x/32 - x", 0, lambda x: x if x > 0 else -31 * x / 32),
    ("Max(x, 0)**3", 1, lambda x: 3 * max(x, 0) ** 2),
    ("x**4/9 + x**3*2", 1, lambda x: 4 * x**3 / 9 + 6 * x**2),
    ("x**2*tanh(log(Abs(x))) if x != 0 else 0", 0, lambda x: x**2 * mpmath.tanh(mpmath.log(abs(x))) if x else 0),
])  # fmt: skip
def test_nothing_is_flushed_before_the_result(text: str, which: int, true: Function) -> None:
    """At the numbers of bfloat16 of which the result is a small one, all of them."""
    program = programs(f"name: a\nexpression: {text}\n")[which]
    tried = 0
    with mpmath.workdps(60):
        for x in all_numbers(BFLOAT16):
            value = mpmath.mpf(true(mpmath.mpf(x.numerator) / x.denominator))
            if 0 < abs(value) < 2**12 * _SMALLEST and abs(x) < 1:
                assert off(program, {"x": x}, value) <= 1, float(x)
                tried += 1
    assert tried > 100


def test_only_what_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is right stays as it is."""
    found = right("name: a\nexpression: 3*x*x\n")
    expected = programs("name: a\nexpression: 3*x*x\n")[0]
    assert all(off(expected, {"x": x}, 3 * mpmath.mpf(float(x)) ** 2) <= 1 for x in _around(1e-19))
    assert found.value is read("3*x*x")
    monkeypatch.setattr("actc.numerics.stabilise.with_small_results", lambda _, found, __: found)
    before = programs("name: a\nexpression: x**2/5\n")
    monkeypatch.setattr("actc.numerics.stabilise.with_small_results", with_small_results)
    assert programs("name: a\nexpression: x**2/5\n") == before  # where x**2 is flushed, the result is, too


def _around(size: float) -> list[Fraction]:
    return [BFLOAT16.exact(Fraction(size) * (1 + Fraction(k, 128))) or Fraction(0) for k in range(-100, 200)]


@pytest.mark.parametrize("text", [
    "h + sigmoid(2*z)*(n - h)",
    "n*sigmoid(z) + (1 - sigmoid(z))*tanh(h)*5",
    "(a - h)*sech(z)",
])  # fmt: skip
def test_gates_of_two_signals(text: str) -> None:
    """At great signals of either sign, with the gate on the border of what its branches may be, too."""
    names = ["z", "h", "n" if "n" in text else "a"]
    source = f"name: a\ninputs: [{', '.join(names)}]\nexpression: {text}\n"
    truths = _truth(text, names)
    for program, true in zip(programs(source), truths, strict=True):
        for z in (0.0, -0.0, 2.0, -2.0, 0.125, 60.0, -60.0):
            for h, n in ((-1.9e36, -1.5e24), (2e38, -2.5e38), (-65536.5, 1.0), (3.25, -7.5e30), (1.0, 1.0)):
                point = {"z": Fraction(z), names[1]: Fraction(h), names[2]: Fraction(n)}
                exact = {k: FLOAT32.exact(v) or Fraction(0) for k, v in point.items()}
                run = Simulator(FLOAT32, [{k: FLOAT32.nearest(v) for k, v in exact.items()}], flush=True)
                computed = float(run.run(program)[0])
                with mpmath.workdps(60):
                    value = true(*(mpmath.mpf(v.numerator) / v.denominator for v in exact.values()))
                    scale = max(abs(value), 2**20 * mpmath.mpf(2) ** -126)
                    near = mpmath.almosteq(value, computed, 2.0**-20, scale * 2.0**-20)
                    assert abs(value) >= 2.0**128 or near, (point, computed, value)


def _truth(text: str, names: list[str]) -> list[Function]:
    """The value and its derivatives by mpmath's own differentiation."""

    def value(*given: mpmath.mpf) -> mpmath.mpf:
        env = {**dict(zip(names, given, strict=True)), "tanh": mpmath.tanh, "sech": mpmath.sech}
        return eval(text, {"sigmoid": lambda v: 1 / (1 + mpmath.exp(-v)), **env})  # noqa: S307 - our own text

    def slope(k: int) -> Function:
        order = tuple(int(i == k) for i in range(len(names)))

        def found(*given: mpmath.mpf) -> mpmath.mpf:
            with mpmath.workdps(120):
                return mpmath.diff(value, given, order)

        return found

    return [value, *(slope(k) for k in range(len(names)))]


def test_ties_of_a_program() -> None:
    """The points lie on the borders of its branches, and not on those of domains."""
    program = read("log(x + 7) if Abs(x - 3) < 1 else sign(x)*sqrt(Abs(x))")
    given = PointSet(FLOAT64, ({"x": Fraction(5)},))
    domains = right("name: a\nexpression: x\n").activation.domains
    found = {p["x"] for p in own_ties(program, given, ("x",), domains, {})}
    assert found == {Fraction(2), Fraction(4), Fraction(0), Fraction(3)}


@pytest.mark.parametrize(("before", "after"), [
    ("exp(-a)*(x - b)", "exp(-a)*x - exp(-a)*b"),
    ("(x + 2*c)*a/b", "x*a/b + 2*c*a/b"),
    ("(x + 1)*a", "(x + 1)*a"),
])  # fmt: skip
def test_products_of_sums(before: str, after: str) -> None:
    """f*a - f*b for f*(a - b), where neither is a constant."""
    assert distributed(read(before)) is read(after)


def test_orders_of_products() -> None:
    assert plain_first(read("x**2*a"), ("x",), middle=True) is read("a*x*x")
    assert plain_first(read("-a/Abs(x)/exp(a)"), ("x",), middle=False, back=True) is read("-(a/exp(a)/Abs(x))")
    assert powers_halved(read("x**a*log(x)")) is read("x**(a/2)*log(x)*x**(a/2)")


@pytest.mark.parametrize(("written", "by_xla"), [
    ("a/x/b", "a/(x*b)"),
    ("a/(x/b)", "a*b/x"),
    ("(a/x)/(b/c)", "(a*c)/(x*b)"),
    ("a/x*c/b", "a/x*c/b"),
])  # fmt: skip
def test_quotients_of_quotients(written: str, by_xla: str) -> None:
    """What XLA's algebraic simplifier makes of them; with a product between two divisions it leaves them."""
    assert simplified(read(written)) is read(by_xla)
    for first in (True, False):
        other = apart(read(written), first=first)
        assert prove_same(other, read(written), {}) is not None


@pytest.mark.parametrize(("text", "true"), [
    ("s/(1 + x**2)", lambda x, s: s / (1 + x**2)),
    ("x*s/(3 + x**2)", lambda x, s: x * s / (3 + x**2)),
])  # fmt: skip
def test_quotients_hold_both_ways(text: str, true: Function) -> None:
    program = programs(f"name: a\ninputs: [x, s]\nexpression: {text}\n")[0]
    for way in ways(program):
        for x, s in ((7.16e26, 4.22e18), (-3e25, 1e37), (2e19, -1e20), (1.5, 3e38)):
            exact = {"x": FLOAT32.exact(Fraction(x)) or Fraction(0), "s": FLOAT32.exact(Fraction(s)) or Fraction(0)}
            run = Simulator(FLOAT32, [{k: FLOAT32.nearest(v) for k, v in exact.items()}], flush=True)
            expected = true(*(mpmath.mpf(v.numerator) / v.denominator for v in exact.values()))
            assert float(run.run(way)[0]) == pytest.approx(float(expected), rel=1e-6, abs=2.0**-119)


def test_no_nan_where_a_result_is_too_great() -> None:
    """2*x**3 + 5*x**2 is -inf far to the left, and not the difference of two infinities."""
    value = programs("name: a\nexpression: 2*x**3 + 5*x**2 + x\n")[0]
    for x in (-1e13, -1e20, -3e38, 1e30):
        run = Simulator(FLOAT32, [{"x": FLOAT32.nearest(Fraction(x))}], flush=True)
        assert float(run.run(value)[0]) == x * float("inf")
