"""Kinks and jumps: which number a gradient is where left and right differ. Expected values are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

import mpmath
import pytest
from analysed import analysed, codes, gradient, right, slope, value

from actc.calculus.subgradients import least, shortest_in_hull
from actc.model.verdict import Verdict

HALF = Fraction(1, 2)

DERIVED: list[tuple[str, int | str, object]] = [
    ("Abs(x)", 0, 0),
    ("Max(x, 0)", 0, 0),
    ("Max(0, x)", 0, 0),
    ("(x + Abs(x))/2", 0, 0),
    ("x if x > 0 else 0", 0, 0),
    ("x if x >= 0 else 0", 0, 0),
    ("x*step(x)", 0, 0),
    ("min(max(x, 0), 6)", 0, 0),
    ("min(max(x, 0), 6)", 6, 0),
    ("clip(x, 0, 6)", 6, 0),
    ("Max(x, x/5)", 0, Fraction(1, 5)),
    ("x if x > 0 else x/5", 0, Fraction(1, 5)),
    ("x if x >= 0 else 3*x", 0, 1),
    ("Max(x, 0) + 3*Min(x, 0)", 0, 1),
    ("sign(x)*log(1 + Abs(x))", 0, 1),
    ("Max(x, 0) + Min(x, 0)", 0, 1),
    ("x*Abs(x)", 0, 0),
    ("x/(1 + Abs(x))", 0, 1),
    ("Abs(x)**3", 0, 0),
    ("sqrt(Abs(x))", 0, 0),
    ("sqrt(x**2)", 0, 0),
    ("sqrt(1 - cos(x))", 0, 0),
    ("cbrt(x)", 0, inf),
    ("-cbrt(x)", 0, -inf),
    ("sign(x)*sqrt(Abs(x))", 0, inf),
    ("x + cbrt(Max(x, 0))", 0, 1),
    ("-x + cbrt(Max(x, 0))", 0, 0),
    ("sign(x)", 0, 0),
    ("step(x)", 0, 0),
    ("floor(x)", 3, 0),
    ("round(x)", "1/2", 0),
    ("x + step(x)", 0, 1),
    ("x**2 if x < 1 else 3*x", 1, 2),
    ("-2*x if x < 1 else x", 1, 0),
    ("x*(x - floor(x))", 2, 2),
    ("x*(x - floor(x))", -2, -1),
    ("x % 1", 5, 1),
    ("x*(x % 1)", -3, -2),
    ("x*Max(x - 1, 0)", 1, 0),
    ("sin(x)/x", 0, 0),
    ("(exp(x) - 1)/x", 0, HALF),
    ("x*log(Abs(x))", 0, -inf),
    ("0 if x == 0 else x**2*log(Abs(x))", 0, 0),
    ("min(exp(x) - 1, x)", 0, 1),
    ("Max(tanh(x), 0)", 0, 0),
    ("Max(x, 0) + Max(x - 1, 0) - Max(x - 1, -x)", "1/2", 0),
]


@pytest.mark.parametrize(("expression", "x", "expected"), DERIVED)
def test_a_derived_gradient_is_the_shortest_between_its_sides(expression: str, x: int | str, expected: object) -> None:
    """However the activation is spelled, its gradient at a kink is the number of least magnitude between the sides."""
    assert slope(right(f'name: a\nexpression: "{expression}"\n'), "x", x=x) == expected


@pytest.mark.parametrize(
    ("alpha", "expected"), [("1/4", "1/4"), ("2", "1"), ("1", "1"), ("0", "0"), ("-1/2", "0"), ("-3", "0")]
)
def test_the_rule_holds_for_every_parameter(alpha: str, expected: str) -> None:
    """A leaky ReLU's gradient at 0 is alpha, 1 or 0, whichever of those between the sides is least."""
    found = right("name: a\nparameters: {alpha: 0.25}\nexpression: x if x > 0 else alpha*x\n")
    assert slope(found, "x", x=0, alpha=alpha) == Fraction(expected)


@pytest.mark.parametrize("b", ["0", "1/3", "-2", "5"])
def test_kinks_that_move_with_a_parameter(b: str) -> None:
    """The kink of ``Max(x - b, 3*(b - x))`` is at b, between -3 and 1; that of the sum of two may fall on another."""
    found = right("name: a\nparameters: {b: 1}\nexpression: Max(x - b, 3*(b - x))\n")
    assert slope(found, "x", x=b, b=b) == 0
    found = right("name: a\nparameters: {b: 1}\nexpression: Max(x, 0) + 2*x + Max(x - b, 0)\n")
    assert slope(found, "x", x=b, b=b) == (2 if b in ("0", "-2") else 3)


def test_several_inputs_take_the_shortest_vector() -> None:
    """At a tie of the larger of two, half goes to each; of three, a third; off the tie, all to the larger."""
    two = right("name: a\ninputs: [a, b]\nexpression: max(a, b)\n")
    assert [slope(two, v, a=1, b=1) for v in "ab"] == [HALF, HALF]
    assert [slope(two, v, a=2, b=1) for v in "ab"] == [1, 0]
    three = right("name: a\ninputs: [a, b, c]\nexpression: max(a, b, c)\n")
    third = Fraction(1, 3)
    assert [slope(three, v, a=1, b=1, c=1) for v in "abc"] == [third, third, third]
    assert [slope(three, v, a=1, b=1, c=0) for v in "abc"] == [HALF, HALF, 0]
    assert [slope(three, v, a=1, b=0, c=1) for v in "abc"] == [HALF, 0, HALF]
    assert [slope(three, v, a=0, b=2, c=2) for v in "abc"] == [0, HALF, HALF]
    assert [slope(three, v, a=1, b=1, c=3) for v in "abc"] == [0, 0, 1]


def test_the_hull_is_of_all_regions_around_the_point() -> None:
    """Where two kinks meet there are more than two regions, and the shortest vector is of all of them."""
    found = right("name: a\ninputs: [a, b]\nexpression: Abs(a) + 2*Abs(b - a) + a\n")
    # On a = b > 0: between (2 + 2, -2) and (2 - 2, 2); the foot of the perpendicular from 0 is (1, 1).
    assert [slope(found, v, a=3, b=3) for v in "ab"] == [1, 1]
    # On a = b < 0: between (2, -2) and (-2, 2), so 0.
    assert [slope(found, v, a=-3, b=-3) for v in "ab"] == [0, 0]
    # On a = 0, b > 0: between (2 - 2, 2) and (0 - 2, 2).
    assert [slope(found, v, a=0, b=3) for v in "ab"] == [0, 2]
    assert [slope(found, v, a=0, b=0) for v in "ab"] == [0, 0]


def test_a_gate_that_is_closed_has_no_gradient() -> None:
    """relu(a)*b at a = 0 is between (0, 0) and (b, 0)."""
    found = right("name: a\ninputs: [a, b]\nexpression: max(0, a)*b\n")
    assert [slope(found, v, a=0, b=3) for v in "ab"] == [0, 0]
    assert [slope(found, v, a=2, b=3) for v in "ab"] == [3, 2]


def test_a_sign_of_a_product_is_smooth_where_the_function_is() -> None:
    """sign(a*b)*min(|a|, |b|) is sign(b)*a near a = 0."""
    found = right("name: a\ninputs: [a, b]\nexpression: sign(a*b)*min(Abs(a), Abs(b))\n")
    assert slope(found, "a", a=0, b=2) == 1
    assert slope(found, "a", a=0, b=-2) == -1


def test_a_parameter_takes_its_sides_along_itself() -> None:
    """Soft shrinkage by its threshold: -1 and 0 meet at x = t."""
    found = right(
        "name: a\nparameters: {t: {default: 0.5, domain: nonnegative}}\n"
        "expression: Piecewise((x - t, x > t), (x + t, x < -t), (0, True))\n"
    )
    assert slope(found, "t", x="1/2", t="1/2") == 0
    assert slope(found, "t", x=1, t="1/2") == -1
    assert slope(found, "t", x=-1, t="1/2") == 1
    leaky = right("name: a\nparameters: {alpha: 0.25}\nexpression: x if x > 0 else alpha*x\n")
    assert [slope(leaky, "alpha", x=x) for x in (-2, 0, 2)] == [-2, 0, 0]


def test_limits_fill_what_can_be_removed() -> None:
    """A removable singularity has its limit, in value and gradient, also where that depends on a parameter."""
    found = right("name: a\nparameters: {b: 2}\nexpression: sin(b*x)/x\n")
    assert value(found, x=0) == 2
    assert value(found, x=0, b=5) == 5
    assert slope(found, "x", x=0) == 0
    assert slope(found, "b", x=0) == 1
    found = right("name: a\nparameters: {b: 1}\nexpression: (exp(b*x) - 1)/x\n")
    assert value(found, x=0, b=3) == 3
    assert slope(found, "x", x=0, b=3) == Fraction(9, 2)


def test_claims_keep_their_own_values() -> None:
    """A right claim may take any value between the sides, and it is what is emitted."""
    for own in ("0", "1", "1/2", "1/3"):
        claim = f"Piecewise((1, x > 0), (0, x < 0), ({own}, True))"
        found = right(f'name: a\nexpression: "Max(x, 0)"\nderivative: "{claim}"\n')
        assert gradient(found, "x").verdict is Verdict.PROVED
        assert slope(found, "x", x=0) == Fraction(own)
    assert slope(right('name: a\nexpression: "Max(x, 0)"\nderivative: "step(x)"\n'), "x", x=0) == 0
    assert slope(right('name: a\nexpression: "Max(x, 0)"\nderivative: "1 if x >= 0 else 0"\n'), "x", x=0) == 1
    assert slope(right('name: a\nexpression: "Max(x, 0)"\nderivative: "Heaviside(x)"\n'), "x", x=0) == HALF
    leaky = "name: a\nparameters: {alpha: 0.25}\nexpression: x if x > 0 else alpha*x\n"
    found = right(leaky + "derivative: 1 if x > 0 else alpha\n")
    assert slope(found, "x", x=0, alpha=-3) == -3


@pytest.mark.parametrize("own", ["2", "-1/10", "1.0001"])
def test_a_claim_outside_its_neighbours_is_refuted(own: str) -> None:
    """At a kink a claim lies between the least and the greatest of its neighbours."""
    claim = f"Piecewise((1, x > 0), (0, x < 0), ({own}, True))"
    assert codes(f'name: a\nexpression: "Max(x, 0)"\nderivative: "{claim}"\n') == ["ACT202"]


def test_a_claim_undefined_at_a_point_takes_its_limit_there() -> None:
    """y/x for a ReLU has no limit at 0, so the derived gradient stands in; y/x for x**2 has."""
    found = right('name: a\nexpression: "Max(x, 0)"\nderivative: "y/x"\n')
    assert gradient(found, "x").verdict is Verdict.PROVED
    assert [slope(found, "x", x=x) for x in (-1, 0, 1)] == [0, 0, 1]
    found = right('name: a\nexpression: "x**2 + x"\nderivative: "1 + 2*(y - x)/x"\n')
    assert slope(found, "x", x=0) == 1


def test_a_surrogate_keeps_its_own_values() -> None:
    """What backpropagation uses is what the author wrote, kinks or not."""
    found = right('name: a\nexpression: "step(x)"\nsurrogate: "1 if Abs(x) <= 1 else 0"\n')
    assert [slope(found, "x", x=x) for x in (-2, -1, 0, 1, 2)] == [0, 1, 1, 1, 0]
    assert gradient(found, "x").verdict is Verdict.SURROGATE


def test_kinks_and_jumps_are_reported() -> None:
    """Where, of what kind, both sides and what is used."""
    found = right("name: a\nparameters: {alpha: 0.2}\nexpression: x if x > 0 else alpha*x\n")
    (kink,) = found.kinks
    assert (kink.kind, kink.where, kink.at, kink.of) == ("kink", "x = 0", (("x", 0.0),), "x")
    assert (kink.left, kink.right, kink.used) == (0.2, 1.0, 0.2)
    found = right("name: a\nparameters: {t: 2}\nexpression: x if x > t else 0\n")
    (jump,) = found.kinks
    assert (jump.kind, jump.where, jump.at) == ("jump", "x = t", None)
    assert (jump.left, jump.right, jump.used) == (0.0, 1.0, 0.0)
    (steps,) = right("name: a\nexpression: x + floor(x)\n").kinks
    assert (steps.kind, steps.at) == ("jump", None)
    assert not right("name: a\nexpression: sign(x)*log(1 + Abs(x))\n").kinks
    (waves,) = right("name: a\nexpression: Abs(sin(x))\n").kinks
    assert (waves.kind, waves.at, waves.left, waves.right, waves.used) == ("kink", None, -1.0, 1.0, 0.0)


def test_infinite_and_missing_limits_are_reported() -> None:
    """An infinite gradient is a warning; a derivative without limits is an error unless the author gives a value."""
    assert codes("name: a\nexpression: cbrt(x)\n") == ["ACT303"]
    wiggle = "name: a\nexpression: 0 if x == 0 else x**2*sin(1/x)\n"
    assert "ACT213" in codes(wiggle)
    given = wiggle + 'derivative: "0 if x == 0 else 2*x*sin(1/x) - cos(1/x)"\n'
    assert not [d for d in analysed(given)[1] if d.is_error]
    assert slope(right(given), "x", x=0) == 0


def test_gradients_that_are_zero_everywhere_are_reported() -> None:
    """Each input, and each trainable parameter; a zero that the author wrote is meant."""
    assert codes('name: a\nexpression: "step(x)"\n') == ["ACT302"]
    assert codes('name: a\nexpression: "step(x)"\nderivative: 0\n') == []
    assert codes('name: a\nexpression: "x + 0*b"\nparameters: {b: {default: 1, trainable: true}}\n') == ["ACT302"]
    assert codes('name: a\nexpression: "x + 0*b"\nparameters: {b: 1}\n') == []
    assert codes('name: a\ninputs: [a, b]\nexpression: "a + round(b)"\n') == ["ACT302"]
    assert codes('name: a\nexpression: "Max(x, 0) + Max(-x, 0) - Abs(x)"\n') == ["ACT302"]


def test_least_and_shortest() -> None:
    """The number of least magnitude in an interval, and the shortest vector in a hull."""
    assert least(Fraction(-1), Fraction(2)) == 0
    assert least(Fraction(3), Fraction(2)) == 2
    assert least(-inf, Fraction(-2)) == -2
    assert least(inf, inf) == inf
    assert least(None, Fraction(5)) == 5
    corners = [tuple(map(Fraction, p)) for p in ((1, 0), (0, 1), (1, 1), (3, 3))]
    assert shortest_in_hull(corners) == (HALF, HALF)
    around = [tuple(map(Fraction, p)) for p in ((1, 0), (-1, 1), (-1, -1))]
    assert shortest_in_hull(around) == (0, 0)


def test_kinks_that_meet_at_the_defaults_follow_the_parameters() -> None:
    """Two kinks fall together at x = 0 for b = c; the gradient there is a0, whatever a0 is."""
    found = right(
        'name: a\nparameters: {a0: 0.25, b: 2, c: 2}\nexpression: "(x if x >= 0 else a0*x) + max(c - Abs(x - b), 0)"\n'
    )
    for a0 in ("1/4", "1/2", "-1/3"):
        # On the left the slope is a0, on the right 1 + 1.
        assert slope(found, "x", x=0, a0=a0) == max(Fraction(a0), 0)
    assert slope(found, "x", x=0, a0="1/2", b=3, c=1) == HALF


def test_steps_that_depend_on_a_parameter_take_its_sides() -> None:
    """lam*floor(4*x/lam + 1/2) at lam = 8: where it jumps, its slopes by lam are k - 1 and k."""
    text = 'name: a\nparameters: {lam: {default: 8, domain: positive}}\nexpression: "lam*floor(4*x/lam + 1/2)"\n'
    found = right(text)
    assert [slope(found, "lam", x=x) for x in (1, 3, 5, -1, -3)] == [0, 1, 2, 0, -1]
    assert slope(found, "lam", x=2) == 1


def test_mending_one_kink_leaves_the_others() -> None:
    """Two hats share a guard: at one end of the first the sum is smooth, at the other it bends."""
    found = right(
        "name: a\nparameters: {b: 2, c: {default: 2, domain: positive}}\n"
        'expression: "max(c - Abs(x - b), 0) + min(Abs(x - b - 2*c) - c, 0)"\n'
    )
    assert slope(found, "b", x=0) == 0
    assert slope(found, "c", x=0) == 0
    assert slope(found, "x", x=0) == 0
    assert slope(found, "x", x=4) == -1
    assert slope(found, "b", x=4) == 1


def test_a_value_that_is_hard_to_tell_is_not_a_gap() -> None:
    """1 - 1/(1 + exp(30000)) needs more digits than are worth it; that is no singularity to be filled."""
    found = right(
        "name: a\ninputs: [a, v]\nparameters: {alpha: 0.25}\n"
        "let: {p: 1/(1 + exp(-a/sqrt(Abs(v) + 1e-8)))}\nexpression: p*a + (1 - p)*alpha*a\n"
    )
    got = slope(found, "alpha", a=-3, v=0)
    assert got is not None
    assert abs(got + 3) < Fraction(1, 10**20)


def test_single_points_of_several_inputs() -> None:
    """At the origin a norm's gradient is the shortest of all unit vectors, and six regions of the largest size meet."""
    norm = right("name: a\ninputs: [u, v]\nexpression: sqrt(u**2 + v**2)\n")
    assert [slope(norm, v, u=0, v=0) for v in "uv"] == [0, 0]
    assert slope(norm, "u", u=3, v=4) == Fraction(3, 5)
    largest = right('name: a\ninputs: [u, v, w]\nexpression: "Max(Abs(u), Abs(v), Abs(w))"\n')
    assert [slope(largest, v, u=0, v=0, w=0) for v in "uvw"] == [0, 0, 0]
    third = Fraction(1, 3)
    assert [slope(largest, v, u=1, v=-1, w=1) for v in "uvw"] == [third, -third, third]


def test_a_value_that_only_a_point_lacks_is_its_limit_from_everywhere() -> None:
    """Where all directions lead to the same, that is the value; where they do not, the activation is refused."""
    found = right("name: a\ninputs: [u, v]\nexpression: u**3/(u**2 + v**2)\n")
    assert value(found, u=0, v=0) == 0
    assert value(found, u=1, v=1) == HALF
    assert codes("name: a\ninputs: [u, v]\nexpression: u*v/(u**2 + v**2)\n") == ["ACT210"]


@pytest.mark.parametrize(
    "where", ["x == sqrt(2)", "x**2 == 2", "exp(x) == 2", "x == pi", "x == 1e300", "x + exp(x) == 0", "x == 1/3"]
)
def test_a_claim_that_is_wrong_at_one_point_is_refuted(where: str) -> None:
    """A single number, rational or not, that no float may ever hit, is still one where x + 1 is not x."""
    assert codes(f'name: a\nexpression: x**2/2\nderivative: "x + (1 if {where} else 0)"\n') == ["ACT202"]


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("x*exp(alpha)/(sqrt(beta + x**2) + delta)", lambda a, d: mpmath.exp(a) / d),
        ("x*softplus(x)**alpha/(sqrt(beta + g*x**2) + delta*exp(-x))", lambda a, d: mpmath.log(2) ** a / d),
    ],
)
def test_kinks_at_the_end_of_one_domain_follow_the_other_parameters(
    expression: str, limit: Callable[[float, float], mpmath.mpf]
) -> None:
    """The root of beta + g*x**2 bends at beta = 0 alone; what the slope is there depends on all that is left."""
    domains = "{alpha: {default: 0.5, domain: '[0, 1]'}, beta: {default: 1, domain: nonnegative},"
    domains += " g: {default: 1, domain: nonnegative}, delta: {default: 0.5, domain: positive}}"
    if "g*" not in expression:
        domains = domains.replace(" g: {default: 1, domain: nonnegative},", "")
    found = right(f"name: a\nparameters: {domains}\nexpression: {expression}\n")
    for alpha, delta in ((0.25, 0.5), (0.75, 3.0), (1.0, 2.0)):
        here = slope(
            found, "x", x=0, alpha=str(alpha), beta=0, delta=str(delta), **({"g": 2} if "g*" in expression else {})
        )
        assert float(here) == pytest.approx(float(limit(alpha, delta)), rel=1e-15)
