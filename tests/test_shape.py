"""The shape of a graph: limits, where it rises and falls, range and zeros; certain, or not said."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from math import inf

import mpmath
import pytest
from analysed import right
from mpmath import mpf
from oracle import Activation, read
from shipped import core_activations, sampled_activations

from actc.calculus.shape.describe import shapes
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.compiled import ActivationReport, Declared
from actc.model.shape import Leap, Range, Shape
from actc.model.verdict import Gradients
from actc.reporting.shape_text import shape_lines

LINE = "name: f\nexpression: "


def shape(expression: str, more: str = "") -> Shape:
    """The shape along the only input; empty where nothing is said."""
    found = shapes(right(f"{LINE}{expression}\n{more}"))
    return found[0] if found else Shape("x")


def course(expression: str, more: str = "") -> list[tuple[float, float, int]]:
    """The stretches as tuples."""
    return [(s.low, s.high, s.trend) for s in shape(expression, more).stretches]


def root(function: object, start: float) -> float:
    """A zero by mpmath's own search."""
    with mpmath.workdps(40):
        return float(mpmath.findroot(function, start))


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        ("tanh(x)", -1, 1),
        ("x*exp(x)/(1 + exp(x))", 0, inf),
        ("x*tanh(softplus(x))", 0, inf),
        ("x*normal_cdf(x)", 0, inf),
        ("log(1 + exp(x))", 0, inf),
        ("exp(-x**2)*x**3", 0, 0),
        ("(2*x**2 + 1)/(3*x**2 + x + 7)", 2 / 3, 2 / 3),
        ("atan(x) - x", inf, -inf),
        ("x/sqrt(1 + x**2)", -1, 1),
        ("min(max(x, -2), 5)", -2, 5),
    ],
)
def test_limits_are_those_of_calculus(expression: str, low: float, high: float) -> None:
    """Growth of all kinds: powers, exponentials, products of both, and branches."""
    found = shape(expression)
    assert (found.low_limit, found.high_limit) == pytest.approx((low, high), rel=1e-15)


def test_swish_turns_where_its_derivative_vanishes() -> None:
    """The critical point and the least value to the last digit; the zero is exact."""
    turn = root(lambda x: 1 + mpmath.exp(-x) + x * mpmath.exp(-x), -1.3)
    found = shape("x*sigmoid(x)")
    assert course("x*sigmoid(x)") == [(-inf, turn, -1), (turn, inf, 1)]
    assert found.range == Range(float(turn / (1 + mpmath.exp(-mpf(turn)))), inf, True, False, True)
    assert found.zeros == ((0.0, 0.0),)


def test_a_polynomial_has_all_its_turns_and_zeros() -> None:
    """x**4 - 5*x**2 + 4 = (x**2 - 1)*(x**2 - 4) turns at 0 and at the roots of 5/2."""
    turn = float(mpmath.sqrt(mpf(5) / 2))
    found = shape("x**4 - 5*x**2 + 4")
    assert course("x**4 - 5*x**2 + 4") == [(-inf, -turn, -1), (-turn, 0, 1), (0, turn, -1), (turn, inf, 1)]
    assert found.zeros == tuple((z, z) for z in (-2.0, -1.0, 1.0, 2.0))
    assert found.range == Range(-2.25, inf, True, False, True)


def test_a_point_where_the_derivative_vanishes_need_be_no_turn() -> None:
    """x**3 and x - sin(x) near 0 rise all the same."""
    assert course("x**3") == [(-inf, inf, 1)]
    assert course("x - tanh(x)") == [(-inf, inf, 1)]


def test_saturation_is_constant_and_a_jump_is_told() -> None:
    """Neighbours that go one way are one stretch, unless a jump goes the other way."""
    assert course("clip(x, 0, 6)") == [(-inf, 0, 0), (0, 6, 1), (6, inf, 0)]
    assert shape("clip(x, 0, 6)").zeros == ((-inf, 0.0),)
    up = shape("x + 1 if x > 0 else x")
    assert [(s.low, s.high, s.trend) for s in up.stretches] == [(-inf, inf, 1)]
    assert up.leaps == (Leap(0.0, 1),)
    down = shape("x - 1 if x > 0 else x")
    assert [(s.low, s.high, s.trend) for s in down.stretches] == [(-inf, 0, 1), (0, inf, 1)]
    assert down.leaps == (Leap(0.0, -1),)
    assert down.zeros == ((0.0, 0.0), (1.0, 1.0))
    apart = shape("Piecewise((5, Eq0), (x, True))".replace("Eq0", "x == 0"))
    assert apart.leaps == (Leap(0.0, 0),)
    assert apart.zeros == ()


def test_a_value_that_is_approached_is_not_attained() -> None:
    """exp(-x**2) attains 1 and not 0; a step attains both."""
    assert shape("exp(-x**2)").range == Range(0.0, 1.0, False, True, True)
    assert shape("step(x)").range == Range(0.0, 1.0, True, True, True)
    assert shape("x if x < 1 else 0").range == Range(-inf, 1.0, False, False, True)


def test_a_domain_bounds_the_axis() -> None:
    """Ends that belong to the domain are attained; those that do not are approached."""
    more = "inputs: {x: '[0, 2)'}\n"
    found = shape("x**2 - 1", more)
    assert (found.low_limit, found.high_limit) == (None, None)
    assert [(s.low, s.high, s.trend) for s in found.stretches] == [(0, 2, 1)]
    assert found.range == Range(-1.0, 3.0, True, False, True)
    assert found.zeros == ((1.0, 1.0),)


def test_parameters_are_at_their_defaults_and_what_holds_for_all_is_said_apart() -> None:
    """A leaky slope of 0.2 rises; with any other number it might not."""
    leaky = shape("x if x > 0 else a*x", "parameters: {a: 0.2}\n")
    assert leaky.at == (("a", 0.2),)
    assert leaky.always is None
    assert shape("softplus(b*x)/b", "parameters: {b: {default: 2, domain: positive}}\n").always == 1
    assert shape("b*tanh(x)", "parameters: {b: {default: 2, domain: nonzero}}\n").always is None


def test_several_inputs_are_told_only_what_holds_for_all_values() -> None:
    """A gate lets more through the wider it is open, but only of a positive signal."""
    found = {s.input: s for s in shapes(right("name: f\ninputs: [a, b]\nexpression: a*sigmoid(b)\n"))}
    assert found["a"] == Shape("a", always=1)
    assert "b" not in found


@pytest.mark.parametrize("expression", ["sin(x)", "x + 2*sin(x)", "floor(x)", "x % 1", "cos(x)*exp(-x**2)"])
def test_nothing_is_said_of_what_turns_without_end(expression: str) -> None:
    """Neither stretches nor zeros; bounds only where ranges have them."""
    found = shape(expression)
    assert found.stretches == ()
    assert found.zeros is None
    assert found.range is None or not found.range.exact


def test_a_double_zero_off_the_rationals_is_not_decided() -> None:
    """(x**2 - 2)**2 touches 0 where no ball can tell; (x**2 - 1)**2 where exact numbers can."""
    assert shape("(x**2 - 1)**2").zeros == ((-1.0, -1.0), (1.0, 1.0))
    assert shape("(x**2 - 1)**2 + 1e-40").zeros == ()
    assert shape("(x**2 - 2)**2").zeros in (None, ((-float(mpmath.sqrt(2)),) * 2, (float(mpmath.sqrt(2)),) * 2))


def test_a_dip_far_out_is_not_overlooked() -> None:
    """Nothing between the points of a grid is assumed: a narrow bump at 40 is a turn, or nothing is said."""
    found = course("x - 3*exp(-(x - 40)**2*100)")
    if found:
        assert len(found) == 3
        assert 39 < found[0][1] < found[1][1] < 41


def test_words() -> None:
    """The lines of `actc show`, with the signs of mathematics and without."""
    report = _report(shapes(right(f"{LINE}x if x > 0 else a*expm1(x)\nparameters: {{a: 1.0}}\n")))
    assert shape_lines(report, str, unicode=True) == [
        "at the default a = 1:",
        "  tends to −1 as x → −∞ and to ∞ as x → ∞",
        "  rises everywhere",
        "  range (−1, ∞)",
        "  zero at x = 0",
    ]
    report = _report(shapes(right(f"{LINE}relu(x) - step(x - 3)\n")))
    assert shape_lines(report, str, unicode=False) == [
        "tends to 0 as x -> -inf and to inf as x -> inf",
        "constant until x = 0, then rises until x = 3, then rises",
        "jumps down at x = 3",
        "least value 0",
        "0 for x <= 0",
    ]


def _report(found: tuple[Shape, ...]) -> ActivationReport:
    name = Declared("f", right(f"{LINE}x\n").activation.spec.name.location)
    return ActivationReport(name, "F", (), 1, (), (), shapes=found)


def _of(activation: Activation, text: str) -> Shape | None:
    """The shape of a shipped activation, without its claims: the hard way."""
    log = DiagnosticLog()
    spec = next(s for s in load("a.yaml", text.encode(), log) if s.name.value == activation.name)
    resolved = resolve(spec, log)
    assert resolved is not None
    return next(iter(shapes(Gradients(resolved, resolved.value.expr, (), ()))), None)


@pytest.mark.parametrize("name", sorted({**core_activations(), **sampled_activations()}))
def test_what_is_said_of_shipped_activations_holds(name: str) -> None:
    """Every statement against values by mpmath, at random points, next to every bound, and far out."""
    from shipped import entries

    text = next(e.text for e in entries() if e.name == name)
    (activation,) = read(text)
    found = _of(activation, text)
    if found is None or len(activation.inputs) > 1:
        return
    generator = random.Random(name)  # noqa: S311 - the same points in every run
    bounds = [b for s in found.stretches for b in (s.low, s.high) if abs(b) != inf]
    points = {Fraction(generator.uniform(-9, 9)) for _ in range(16)}
    points |= {Fraction(b) + d for b in bounds for d in (0, Fraction(1, 10**6), -Fraction(1, 10**6))}
    values = {p: v for p in sorted(points) if (v := _value(activation, found.input, p)) is not None}
    for s in found.stretches:
        inside = [p for p in values if s.low < p < s.high and min(abs(p - Fraction(b)) for b in (*bounds, 99)) > 1e-9]
        for a, b in pairwise(inside):
            step = values[b] - values[a]
            assert step * s.trend >= 0 if s.trend else abs(step) < mpf(10) ** -15, (s, a, b)
    if found.range is not None:
        slack = [0 if abs(b) == inf else abs(b) * 1e-14 + 1e-15 for b in (found.range.low, found.range.high)]
        assert all(found.range.low - slack[0] <= v <= found.range.high + slack[1] for v in values.values())
    for limit, side in ((found.low_limit, -1), (found.high_limit, 1)):
        if limit is not None:
            near, far = (_value(activation, found.input, Fraction(side * 10**k)) for k in (3, 9))
            assert far is not None
            assert near is not None
            assert abs(far - limit) < 1e-6 if abs(limit) != inf else far * limit > abs(near), (limit, far)
    if found.zeros is not None:
        _check_zeros(found, values, activation)


def _check_zeros(found: Shape, values: dict[Fraction, object], activation: Activation) -> None:
    zeros = found.zeros or ()
    for low, high in zeros:
        for end in (low, high):
            if abs(end) != inf:
                value = _value(activation, found.input, Fraction(end))
                assert value is not None
                assert abs(value) < 1e-12
    jumps = [leap.at for leap in found.leaps]
    for a, b in pairwise(values):
        crossed = values[a] * values[b] < 0  # type: ignore[operator]
        assert not crossed or any(low <= b and a <= high for low, high in zeros) or any(a <= j <= b for j in jumps)


def _value(activation: Activation, name: str, at: Fraction) -> object:
    from oracle_language import UndefinedError

    try:
        return activation.value({name: at})
    except UndefinedError:
        return None
