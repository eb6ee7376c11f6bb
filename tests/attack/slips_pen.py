"""Slips of the pen: a sign, a factor, a digit, a branch."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attack.facts import FLIPPED, OPPOSITE
from attack.scene import Maker, Scene, Slip
from attack.slips_assumed import assumption
from attack.terms import (
    HALF,
    ONE,
    TWO,
    Term,
    is_condition,
    num,
    part_at,
    put,
    sym,
)


def _replace(
    scene: Scene, kind: str, wanted: Callable[[Term], bool], change: Callable[[Term], Term | None]
) -> Slip | None:
    path = scene.any_part(wanted)
    if path is None:
        return None
    new = change(part_at(scene.claim, path))
    return None if new is None else Slip(kind, put(scene.claim, path, new))


def _is_number(t: Term) -> bool:
    return not is_condition(t)


def _sign(s: Scene) -> Slip | None:
    swap = {"+": "-", "-": "+"}
    return _replace(s, "sign", lambda t: t.op in swap, lambda t: Term(swap[t.op], t.args))


def _negated(s: Scene) -> Slip | None:
    return _replace(s, "part negated", _is_number, lambda t: Term("neg", (t,)))


def _factor(s: Scene) -> Slip | None:
    wrong = s.random.choice((TWO, HALF, num("0.999999"), num("1.0000001"), num(-1), num("3"), sym("pi") / 3))
    return _replace(s, "factor", _is_number, lambda t: wrong * t)


def _lost_factor(s: Scene) -> Slip | None:
    return _replace(s, "lost factor", lambda t: t.op == "*", lambda t: s.random.choice(t.args))


def _lost_term(s: Scene) -> Slip | None:
    return _replace(s, "lost term", lambda t: t.op in ("+", "-"), lambda t: s.random.choice(t.args))


def _digits(s: Scene) -> Slip | None:
    def change(t: Term) -> Term:
        value = Fraction(t.name)
        nudge = s.random.choice((Fraction(1, 10**4), Fraction(1, 10**7), Fraction(1, 10**12), value / 10, Fraction(1)))
        return num(value + nudge)

    return _replace(s, "digits", lambda t: t.op == "num", change)


def _rounded_constant(s: Scene) -> Slip | None:
    known = {"pi": "3.14159265358979", "E": "2.718282", "GoldenRatio": "1.618034"}
    roots = {TWO: "1.41421356237", num(3): "1.7320508"}

    def change(t: Term) -> Term:
        return num(known[t.name]) if t.op == "sym" else num(roots[t.args[0]])

    return _replace(s, "rounded constant", lambda t: t.name in known or (t.op == "sqrt" and t.args[0] in roots), change)


def _degree(s: Scene) -> Slip | None:
    def change(t: Term) -> Term:
        return t.args[0] ** (t.args[1] + s.random.choice((ONE, num(-1), num("0.000001"))))

    return _replace(s, "degree", lambda t: t.op == "**", change)


def _other_name(s: Scene) -> Slip | None:
    every = [*s.inputs(), *s.subject.parameters, "y"]
    return _replace(s, "other name", lambda t: t.op == "sym" and t.name in every, lambda t: sym(s.random.choice(every)))


_CONFUSED = {
    "tanh": ("sigmoid", "atan", "erf", "sinh"),
    "sigmoid": ("tanh", "hard_sigmoid", "softplus", "normal_cdf"),
    "sin": ("cos", "sinh", "tanh"),
    "cos": ("sin", "cosh", "sinc"),
    "exp": ("expm1", "cosh", "softplus"),
    "log": ("log1p", "log2"),
    "Abs": ("relu", "sqrt"),
    "sign": ("step", "Heaviside"),
    "step": ("Heaviside", "sign", "relu"),
    "Heaviside": ("step", "sign"),
    "floor": ("ceiling", "round"),
    "round": ("floor",),
    "Max": ("Min",),
    "Min": ("Max",),
    "relu": ("Abs", "softplus", "step"),
    "erf": ("erfc", "tanh"),
    "sqrt": ("cbrt",),
    "cosh": ("sinh", "cos"),
    "sinh": ("cosh",),
    "softplus": ("relu", "exp"),
    "normal_pdf": ("normal_cdf",),
    "normal_cdf": ("normal_pdf", "sigmoid"),
    "silu": ("gelu", "relu"),
    "gelu": ("silu",),
    "atan": ("tanh", "asin"),
    "asinh": ("sinh", "atan"),
    "sech": ("cosh", "tanh"),
    "gamma": ("digamma",),
    "digamma": ("loggamma",),
    "ceiling": ("floor",),
    "sinc": ("cos", "sin"),
    "cbrt": ("sqrt",),
    "expm1": ("exp",),
    "log1p": ("log",),
}


def _other_function(s: Scene) -> Slip | None:
    return _replace(
        s, "other function", lambda t: t.op in _CONFUSED, lambda t: Term(s.random.choice(_CONFUSED[t.op]), t.args)
    )


def _branches_swapped(s: Scene) -> Slip | None:
    return _replace(
        s, "branches swapped", lambda t: t.op == "if", lambda t: Term("if", (t.args[0], t.args[2], t.args[1]))
    )


def _threshold(s: Scene) -> Slip | None:
    by = s.random.choice(
        (Fraction(1, 10**4), Fraction(-1, 1000), Fraction(1, 10**6), Fraction(1, 2), Fraction(1, 10**9))
    )
    return _replace(
        s, "threshold moved", lambda t: t.op in OPPOSITE, lambda t: Term(t.op, (t.args[0], t.args[1] + num(by)))
    )


def _comparison(s: Scene) -> Slip | None:
    def change(t: Term) -> Term:
        return Term(s.random.choice((FLIPPED[t.op], OPPOSITE[t.op], "==", "!=")), t.args)

    return _replace(s, "comparison", lambda t: t.op in OPPOSITE, change)


def _argument_scaled(s: Scene) -> Slip | None:
    def change(t: Term) -> Term:
        return Term(t.op, (s.random.choice((2 * t.args[0], -t.args[0], t.args[0] / 2, t.args[0] + num("0.00001"))),))

    return _replace(s, "argument", lambda t: t.op in _CONFUSED and len(t.args) == 1, change)


PEN: tuple[Maker, ...] = (
    _sign,
    _negated,
    _factor,
    _lost_factor,
    _lost_term,
    _digits,
    _rounded_constant,
    _degree,
    _other_name,
    _other_function,
    _branches_swapped,
    _threshold,
    _comparison,
    _argument_scaled,
    assumption,
)
