"""Where expressions are compared: everywhere that an author may have gone wrong, the same on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from actc.calculus.sampling import Sample, constants, rational, samples, space
from actc.calculus.sampling_borders import Borders, border_atoms, borders, steps
from actc.calculus.sampling_values import between, choices, generic, line, rounded, short_line
from actc.model.algebra import compare, where
from actc.model.domain import Domain
from actc.model.expr import ONE, ZERO, Expr, apply, number, symbol

X, A, B, T = symbol("x"), symbol("a"), symbol("beta"), symbol("threshold")
REAL = Domain()
POSITIVE = Domain("positive", Fraction(0))

DOMAINS = [
    REAL,
    POSITIVE,
    Domain("negative", None, Fraction(0)),
    Domain("nonzero", nonzero=True),
    Domain("(0, 1)", Fraction(0), Fraction(1)),
    Domain("[1, inf)", Fraction(1), None, low_open=False),
    Domain("[-2, 3)", Fraction(-2), Fraction(3), low_open=False),
    Domain("[1000, 1001]", Fraction(1000), Fraction(1001), low_open=False, high_open=False),
    Domain("integer", integer=True),
    Domain("positive integer", Fraction(0), integer=True),
]


def _number(text: str) -> Expr:
    return number(Fraction(text))


def _samples(*roots: Expr, domains: dict[str, Domain] | None = None, **defaults: str) -> list[Sample]:
    known = {"x": REAL, **dict.fromkeys(defaults, REAL), **(domains or {})}
    return list(samples(space(roots, known, {n: _number(d) for n, d in defaults.items()}, ("x",))))


def _inputs(found: list[Sample], *, varied: bool = False) -> list[Fraction]:
    return [s.point["x"] for s in found if varied or not s.varied]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: d.text)
def test_values_lie_in_their_domain(domain: Domain) -> None:
    """Ends that are open are not taken, integers are whole, and every list has several values."""
    for values in (line(domain), short_line(domain), choices(domain), generic(domain)):
        assert len(values) >= 4 or domain.text == "[1000, 1001]"
        assert len(set(values)) == len(values)
        assert all(domain.contains(v) for v in values)


@pytest.mark.parametrize("domain", DOMAINS[4:8], ids=lambda d: d.text)
def test_values_come_near_the_ends(domain: Domain) -> None:
    """An end of a domain is approached to a millionth of its width, and taken where it is closed."""
    values = line(domain)
    for end, is_open in ((domain.low, domain.low_open), (domain.high, domain.high_open)):
        if end is not None:
            assert min(abs(v - end) for v in values) <= Fraction(1, 10**6)
            assert (end in values) is not is_open


def test_the_line_is_covered() -> None:
    """Nice numbers first, no hole over 0.4 up to 20, every decimal exponent of both signs, and the tails."""
    values = line(REAL)
    assert values[:6] == (1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))
    middle = sorted(v for v in values if abs(v) <= 20)
    assert max(b - a for a, b in pairwise(middle)) < Fraction(4, 10)
    for sign in (1, -1):
        for exponent in range(-30, 39):
            low = Fraction(10) ** exponent
            assert any(low <= sign * v < 10 * low for v in values)
        assert sum(60 < sign * v < 1000 for v in values) > 10


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("0", "1", "0.5"),
        ("3", "3.0001", "3.00005"),
        ("-1e-35", "1e-35", "0"),
        ("1.37", "1.42", "1.4"),
        ("-7", "90", "42"),
    ],
)
def test_between_is_short(low: str, high: str, expected: str) -> None:
    """The number between two others has as few digits as there may be, near the middle."""
    found = between(Fraction(low), Fraction(high))
    assert Fraction(low) < found < Fraction(high)
    assert len(str(float(found))) <= len(str(float(Fraction(expected)))) + 1


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [("1/3", 3, "0.333"), ("-12345", 2, "-12000"), ("0.00098765", 1, "0.001"), ("999/1000", 2, "1"), ("0", 3, "0")],
)
def test_rounded(value: str, digits: int, expected: str) -> None:
    """That many significant decimal digits."""
    assert rounded(Fraction(value), digits) == Fraction(expected)


def test_points_are_distinct_and_start_at_the_defaults() -> None:
    """Every point once; those at the defaults come first and say so."""
    found = _samples(X * apply("sigmoid", B * X), beta="1")
    assert len({tuple(s.point.items()) for s in found}) == len(found)
    changes = [bool(s.varied) for s in found]
    assert changes == sorted(changes)
    assert 300 < changes.count(False) < 500
    assert {s.varied for s in found} == {frozenset(), frozenset({"beta"})}


def test_only_parameters_that_matter_are_moved() -> None:
    """A parameter that no expression depends on is not part of a point."""
    found = _samples(X**2, beta="1")
    assert all(set(s.point) == {"x"} for s in found)


def test_parameters_take_both_signs_and_many_values() -> None:
    """One at a time and all together, simple ones and such where nothing simplifies."""
    found = _samples(A * apply("tanh", B * X), a="1", beta="2")
    for name, default in (("a", 1), ("beta", 2)):
        alone = {s.point[name] for s in found if s.varied == {name}}
        assert len(alone) > 10
        assert any(v < 0 for v in alone)
        assert any(v.denominator > 50 for v in alone)
        assert default not in alone
    joint = {(s.point["a"], s.point["beta"]) for s in found if len(s.varied) == 2}
    assert {(a > 0, b > 0) for a, b in joint} == {(True, True), (True, False), (False, True), (False, False)}


def test_both_sides_of_a_threshold_wherever_it_moves() -> None:
    """A border that depends on a parameter is approached from both sides for every value of the parameter."""
    step = where(compare("gt", X, T), X, ZERO)
    found = _samples(step, threshold="2")
    for value in {s.point["threshold"] for s in found}:
        near = [s.point["x"] - value for s in found if s.point["threshold"] == value]
        if len(near) < 20:
            continue  # there the threshold moves and x stands
        assert any(0 < d <= Fraction(1, 10**5) * max(1, abs(value)) for d in near), value
        assert any(0 > d >= -Fraction(1, 10**5) * max(1, abs(value)) for d in near), value
    scales = [abs(x - 2) for x in _inputs(found)]
    for scale in ("1e-12", "1e-9", "1e-6", "1e-4", "1e-3", "1e-2"):
        assert any(Fraction(scale) / 2 < s < Fraction(scale) * 3 for s in scales), scale


NARROW = [
    (X, "3", "3.0001"),
    (apply("abs", X), "1e-35", "2e-35"),
    (apply("exp", X), "2", "2.00001"),
    (X**3 - X, "7", "7.000001"),
    (X * apply("exp", X), "3", "3.00001"),
    (apply("sin", X), "0.9999999", "1"),
    (apply("tanh", X) * X, "11.1", "11.1001"),
]


@pytest.mark.parametrize(("inner", "low", "high"), NARROW)
def test_a_narrow_interval_is_not_missed(inner: Expr, low: str, high: str) -> None:
    """Between two conditions however close there is a point, whether or not the borders have a closed form."""
    inside = apply("and", compare("gt", inner, _number(low)), compare("lt", inner, _number(high)))
    tape = [x for x in _inputs(_samples(where(inside, ONE, ZERO))) if _holds(inside, x)]
    assert tape


def _holds(condition: Expr, x: Fraction) -> bool:
    from actc.calculus.balls import holds

    return holds(condition, {"x": x}) is True


def test_a_narrow_interval_of_a_parameter_is_not_missed() -> None:
    """The same along a parameter."""
    inside = apply("and", compare("gt", B, _number("2.5")), compare("lt", B, _number("2.5001")))
    found = _samples(where(inside, X, ZERO), beta="1")
    assert any(Fraction("2.5") < s.point["beta"] < Fraction("2.5001") for s in found)


def test_constants_are_tried() -> None:
    """Every number that an expression names, its opposite, and what is beside them."""
    bump = apply("exp", -(_number("1e6") * (X - _number("0.7")) ** 2))
    assert Fraction("0.7") in constants((bump,))
    found = _inputs(_samples(bump))
    for x in (Fraction("0.7"), Fraction("-0.7"), Fraction("0.700001")):
        assert x in found


def test_ties_of_several_inputs() -> None:
    """Equal and opposite inputs, near ties, and borders along each input."""
    domains = {"x": REAL, "a": REAL}
    found = list(samples(space((apply("max", X, A),), domains, {}, ("x", "a"))))
    pairs = [(s.point["x"], s.point["a"]) for s in found]
    assert sum(x == a for x, a in pairs) > 5
    assert sum(x == -a for x, a in pairs) > 5
    assert any(0 < x - a < Fraction(1, 10**5) for x, a in pairs)
    assert any(0 < a - x < Fraction(1, 10**5) for x, a in pairs)
    assert 500 < len(pairs) < 5000


def test_borders_and_steps() -> None:
    """Branches, edges of roots, and domain conditions are borders; floor's argument is a step."""
    root = apply("sqrt", X - 2) + apply("log", X + 5) + apply("floor", 2 * X)
    zeros = Borders(border_atoms(root)).zeros({"x": Fraction(0)}, "x", (), 20)
    assert {Fraction(2), Fraction(-5)} <= set(zeros)
    assert {Fraction(0), Fraction(1, 2), Fraction(-1, 2)} <= set(zeros)
    assert X - 2 in borders(root)
    assert steps(root) == (2 * X,)


def test_irrational_defaults_are_rounded_into_the_domain() -> None:
    """A default like log(2) is taken to 17 digits."""
    near = rational(apply("log", number(2)), POSITIVE)
    assert near == Fraction("0.69314718055994531")
    assert rational(_number("0.01"), POSITIVE) == Fraction(1, 100)
    with pytest.raises(ValueError, match="no value"):
        rational(apply("log", number(-1)), REAL)


def test_points_do_not_depend_on_the_hash_seed() -> None:
    """Two runs with different seeds give the same points in the same order."""
    program = (
        "import hashlib, test_sampling as t;"
        "e = t.where(t.compare('gt', t.apply('sin', t.X) * t.B, t.A), t.X, t.B);"
        "f = t._samples(e, beta='1', a='1/2');"
        "print(hashlib.sha256(repr([sorted(s.point.items()) for s in f]).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
            },
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
