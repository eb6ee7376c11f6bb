"""Slips by rules that hold for some numbers alone: sqrt(x**2) for x, log(x**2) for 2*log(x)."""

from __future__ import annotations

from fractions import Fraction

from attack.scene import Scene, Slip
from attack.terms import (
    HALF,
    ONE,
    TWO,
    ZERO,
    Term,
    call,
    choose,
    compare,
    is_condition,
    num,
    part_at,
    put,
    sym,
)


def _assumptions(t: Term, s: Scene) -> list[Term]:
    a = t.args
    r = s.random
    found: list[Term] = []
    match t.op:
        case "Abs" | "abs":
            found += [a[0], sqrt_squared(a[0]), call("Max", a[0], ZERO)]
        case "sign":
            found += [ONE, a[0] / a[0], sym("x") * 0 + ONE]
        case "sqrt":
            found += [call("Abs", a[0]) ** HALF, exp_log(a[0]) ** HALF]
            if a[0].op == "**" and a[0].args[1] == TWO:
                found += [a[0].args[0]] * 3
            if a[0].op == "*":
                found += [call("sqrt", a[0].args[0]) * call("sqrt", a[0].args[1])] * 3
        case "log":
            if a[0].op == "**":
                found += [a[0].args[1] * call("log", a[0].args[0])] * 3
            if a[0].op == "*":
                found += [call("log", a[0].args[0]) + call("log", a[0].args[1])] * 3
        case "cbrt":
            found += [a[0] ** (ONE / 3), a[0] ** num("0.3333333333")]
        case "**":
            if a[1].op != "num":
                found += [call("exp", a[1] * call("log", a[0])), call("Abs", a[0]) ** a[1]]
            found += [call("Abs", a[0]) ** a[1], (a[0] ** 2) ** (a[1] / 2), (a[0] ** a[1]) * (a[0] / a[0])]
        case "floor":
            found += [call("ceiling", a[0] - 1), -call("floor", -a[0])]
        case "%":
            found += [Term("-", (a[0], a[1] * call("round", a[0] / a[1]))), -Term("%", (-a[0], a[1]))]
        case "atan2":
            found += [call("atan", a[0] / a[1])] * 3
        case "Max" | "Min" if len(a) == 2:
            found += [(a[0] + a[1]) / 2, a[0]]
    found += [
        call("atan", call("tan", t)),
        call("asin", call("sin", t)),
        call("acos", call("cos", t)),
        call("acosh", call("cosh", t)),
        call("sqrt", t**2),
        call("sqrt", t) ** 2,
        call("exp", call("log", t)),
        call("log", t**2) / 2 + t - call("log", call("Abs", t) + 1),
        (t**2) ** HALF,
        t * call("sign", t) ** 2,
        t / call("Abs", t) * call("sqrt", t**2) * call("sign", t) ** 2,
        t * (t / t),
        (t**4) ** num(Fraction(1, 4)),
        (t**3) ** num(Fraction(1, 3)),
        call("floor", t) + Term("%", (t, ONE)) + call("sign", t) ** 2 - 1,
        t * call("step", 1 + t),
        t * ZERO ** (t - t),
        t * choose(compare("==", t, t + r.choice((ZERO, num("1e-9")))), ONE, ZERO),
    ]
    return found


def sqrt_squared(t: Term) -> Term:
    """Right only for t >= 0."""
    return call("sqrt", t) ** 2


def exp_log(t: Term) -> Term:
    """Right only for t > 0."""
    return call("exp", call("log", t))


def assumption(s: Scene) -> Slip | None:
    path = s.any_part(lambda t: not is_condition(t) and t.op != "num")
    if path is None or (path and part_at(s.claim, path[:-1]).op == "**" and path[-1] == 1):
        return None
    return Slip("assumption", put(s.claim, path, s.random.choice(_assumptions(part_at(s.claim, path), s))))
