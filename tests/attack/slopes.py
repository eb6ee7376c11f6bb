"""Right derivatives, by rules written for the attack: each function's in one of several textbook forms.

Whether they are right does not rest on these rules: every claim is held against differences of the function.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from attack.terms import HALF, ONE, TWO, ZERO, Term, add, call, choose, compare, div, mul, names, neg, num, sub, sym

_Rule = Callable[[Term], Term]
PI = sym("pi")


class NoRuleError(Exception):
    """The language has no name for this derivative."""


def _f(name: str) -> _Rule:
    return lambda u: call(name, u)


exp, log, sqrt, tanh, sigmoid = _f("exp"), _f("log"), _f("sqrt"), _f("tanh"), _f("sigmoid")
cosh, sinh, sin, cos = _f("cosh"), _f("sinh"), _f("sin"), _f("cos")

_SMOOTH: dict[str, tuple[_Rule, ...]] = {
    "exp": (exp,),
    "expm1": (exp, lambda u: call("expm1", u) + 1),
    "log": (lambda u: 1 / u,),
    "log2": (lambda u: 1 / (u * log(TWO)), lambda u: 1 / u / log(TWO)),
    "log1p": (lambda u: 1 / (1 + u),),
    "sqrt": (lambda u: 1 / (2 * sqrt(u)), lambda u: HALF * u ** neg(HALF), lambda u: sqrt(u) / (2 * u)),
    "cbrt": (lambda u: 1 / (3 * call("cbrt", u) ** 2), lambda u: call("cbrt", u) / (3 * u)),
    "sin": (cos, lambda u: sin(u + PI / 2)),
    "cos": (lambda u: -sin(u),),
    "tan": (lambda u: 1 + call("tan", u) ** 2, lambda u: 1 / cos(u) ** 2, lambda u: call("sec", u) ** 2),
    "sec": (lambda u: call("sec", u) * call("tan", u), lambda u: sin(u) / cos(u) ** 2),
    "asin": (lambda u: 1 / sqrt(1 - u**2),),
    "acos": (lambda u: -(1 / sqrt(1 - u**2)),),
    "atan": (lambda u: 1 / (1 + u**2), lambda u: cos(call("atan", u)) ** 2),
    "sinh": (cosh, lambda u: (exp(u) + exp(-u)) / 2),
    "cosh": (sinh, lambda u: (exp(u) - exp(-u)) / 2),
    "tanh": (
        lambda u: 1 - tanh(u) ** 2,
        lambda u: call("sech", u) ** 2,
        lambda u: 1 / cosh(u) ** 2,
        lambda u: (1 - tanh(u)) * (1 + tanh(u)),
        lambda u: 4 * sigmoid(2 * u) * sigmoid(-(2 * u)),
        lambda u: 4 * exp(2 * u) / (exp(2 * u) + 1) ** 2,
        lambda u: 2 / (cosh(2 * u) + 1),
    ),
    "sech": (lambda u: -(call("sech", u) * tanh(u)), lambda u: -(sinh(u) / cosh(u) ** 2)),
    "asinh": (lambda u: 1 / sqrt(1 + u**2), lambda u: call("sech", call("asinh", u))),
    "acosh": (lambda u: 1 / sqrt(u**2 - 1), lambda u: 1 / (sqrt(u - 1) * sqrt(u + 1))),
    "atanh": (lambda u: 1 / (1 - u**2), lambda u: cosh(call("atanh", u)) ** 2),
    "erf": (lambda u: 2 / sqrt(PI) * exp(-(u**2)), lambda u: 2 * exp(-(u * u)) / PI**HALF),
    "erfc": (lambda u: -(2 / sqrt(PI) * exp(-(u**2))),),
    "gamma": (lambda u: call("gamma", u) * call("digamma", u),),
    "loggamma": (_f("digamma"),),
    "sigmoid": (
        lambda u: sigmoid(u) * (1 - sigmoid(u)),
        lambda u: sigmoid(u) * sigmoid(-u),
        lambda u: exp(-u) / (1 + exp(-u)) ** 2,
        lambda u: exp(u) / (1 + exp(u)) ** 2,
        lambda u: (1 - tanh(u / 2) ** 2) / 4,
        lambda u: 1 / (2 + exp(u) + exp(-u)),
        lambda u: 1 / (4 * cosh(u / 2) ** 2),
    ),
    "softplus": (
        sigmoid,
        lambda u: 1 / (1 + exp(-u)),
        lambda u: exp(u) / (1 + exp(u)),
        lambda u: HALF + tanh(u / 2) / 2,
    ),
    "log_sigmoid": (lambda u: sigmoid(-u), lambda u: 1 - sigmoid(u), lambda u: 1 / (1 + exp(u))),
    "silu": (
        lambda u: sigmoid(u) * (1 + u * (1 - sigmoid(u))),
        lambda u: sigmoid(u) + u * sigmoid(u) * sigmoid(-u),
        lambda u: call("silu", u) + sigmoid(u) * (1 - call("silu", u)),
    ),
    "gelu": (
        lambda u: call("normal_cdf", u) + u * call("normal_pdf", u),
        lambda u: HALF * (1 + call("erf", u / sqrt(TWO))) + u * exp(-(u**2) / 2) / sqrt(2 * PI),
    ),
    "normal_cdf": (_f("normal_pdf"), lambda u: exp(-(u**2) / 2) / sqrt(2 * PI)),
    "normal_pdf": (lambda u: -(u * call("normal_pdf", u)),),
    "sinc": (
        lambda u: choose(compare("==", u, 0), ZERO, (cos(u) - call("sinc", u)) / u),
        lambda u: (u * cos(u) - sin(u)) / u**2,
    ),
    "Abs": (
        _f("sign"),
        lambda u: u / call("Abs", u),
        lambda u: choose(compare(">", u, 0), ONE, neg(ONE)),
        lambda u: 2 * call("Heaviside", u) - 1,
        lambda u: call("step", u) - call("step", -u),
    ),
    "relu": (_f("step"), lambda u: choose(compare(">=", u, 0), ONE, ZERO), _f("Heaviside")),
    "hard_sigmoid": (
        lambda u: choose(compare("<", call("Abs", u), 3), num("1") / num("6"), ZERO),
        lambda u: (call("step", u + 3) - call("step", u - 3)) / 6,
    ),
}
_SMOOTH["abs"] = _SMOOTH["Abs"]

STEPS = frozenset({"sign", "step", "Heaviside", "floor", "ceiling", "round"})


def slope(term: Term, by: str, random: Random) -> Term:
    """The derivative by a name, wherever there is one. Raises NoRuleError for that of ``digamma``."""
    if by not in names(term) or term.op in STEPS:
        return ZERO
    if term.op == "sym":
        return ONE
    a = term.args
    match term.op:
        case "+":
            return add(slope(a[0], by, random), slope(a[1], by, random))
        case "-":
            return sub(slope(a[0], by, random), slope(a[1], by, random))
        case "neg":
            return neg(slope(a[0], by, random))
        case "*":
            return add(mul(slope(a[0], by, random), a[1]), mul(a[0], slope(a[1], by, random)))
        case "/":
            return _quotient(a[0], a[1], slope(a[0], by, random), slope(a[1], by, random), random)
        case "%":
            return sub(slope(a[0], by, random), mul(slope(a[1], by, random), call("floor", a[0] / a[1])))
        case "**":
            return _power(a[0], a[1], by, random)
        case "if":
            return choose(a[0], slope(a[1], by, random), slope(a[2], by, random))
        case "Piecewise":
            return Term(
                "Piecewise", tuple(x if i % 2 and i < len(a) - 1 else slope(x, by, random) for i, x in enumerate(a))
            )
        case "Max" | "max" | "Min" | "min":
            return _extreme(term, by, random)
        case "clip":
            return _clipped(a, by, random)
        case "atan2":
            top = sub(mul(a[1], slope(a[0], by, random)), mul(a[0], slope(a[1], by, random)))
            return div(top, a[1] ** 2 + a[0] ** 2)
        case "log" if len(a) == 2:
            return slope(log(a[0]) / log(a[1]), by, random)
    if term.op not in _SMOOTH:
        raise NoRuleError(term.op)
    outer = random.choice(_SMOOTH[term.op])(a[0])
    inner = slope(a[0], by, random)
    if inner == neg(ONE):
        return neg(outer)
    return mul(outer, inner) if random.random() < 0.5 else mul(inner, outer)


def _quotient(u: Term, v: Term, du: Term, dv: Term, random: Random) -> Term:
    if dv == ZERO:
        return div(du, v)
    if random.random() < 0.5:
        return sub(div(du, v), mul(u, div(dv, v**2)))
    return div(sub(mul(du, v), mul(u, dv)), v**2)


def _power(u: Term, v: Term, by: str, random: Random) -> Term:
    du, dv = slope(u, by, random), slope(v, by, random)
    if dv == ZERO:
        if v.op == "num" and v.name.isdigit():
            less = num(int(v.name) - 1)
            return mul(v * (u if less == ONE else u**less), du) if less != ZERO else du
        return mul(v * u ** (v - 1), du)
    if du == ZERO:
        return mul(u**v * (ONE if u == sym("E") else log(u)), dv)
    return u**v * add(mul(dv, log(u)), div(mul(v, du), u))


def _extreme(term: Term, by: str, random: Random) -> Term:
    if len(term.args) == 1:
        return slope(term.args[0], by, random)
    *rest, last = term.args
    first = rest[0] if len(rest) == 1 else call(term.op, *rest)
    sign = (">", ">=") if term.op in ("Max", "max") else ("<", "<=")
    condition = compare(random.choice(sign), first, last)
    return choose(condition, slope(first, by, random), slope(last, by, random))


def _clipped(a: tuple[Term, ...], by: str, random: Random) -> Term:
    v, low, high = a
    dv, dlow, dhigh = (slope(part, by, random) for part in a)
    below, above = compare("<", call("Max", v, low), high), compare(">", v, low)
    if dlow == dhigh == ZERO and random.random() < 0.5:
        return choose(Term("and", (compare("<", low, v), compare("<", v, high))), dv, ZERO)
    return choose(below, choose(above, dv, dlow), dhigh)
