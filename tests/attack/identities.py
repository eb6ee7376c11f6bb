"""Identities of the language's functions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from attack.facts import OPPOSITE, positive
from attack.identities_arithmetic import (
    Rule,
    of_conditional,
    of_difference,
    of_exp,
    of_log,
    of_power,
    of_product,
    of_quotient,
    of_sum,
)
from attack.slopes import cos, cosh, exp, log, sigmoid, sin, sinh, sqrt, tanh
from attack.terms import (
    HALF,
    ONE,
    TWO,
    ZERO,
    Term,
    call,
    choose,
    compare,
    neg,
    num,
    sym,
)


def _cases(*rules: Callable[..., Term]) -> Rule:
    return lambda t, r: r.choice(rules)(*t.args)


def _double_angle(t: Term, r: Random) -> Term | None:
    u = t.args[0]
    if t.op == "sin":
        return r.choice((2 * sin(u / 2) * cos(u / 2), cos(u - sym("pi") / 2), -sin(-u)))
    return r.choice(
        (
            1 - 2 * sin(u / 2) ** 2,
            2 * cos(u / 2) ** 2 - 1,
            sin(u + sym("pi") / 2),
            cos(-u),
            cos(u / 2) ** 2 - sin(u / 2) ** 2,
        )
    )


RULES: dict[str, Rule] = {
    "tanh": _cases(
        lambda u: (exp(2 * u) - 1) / (exp(2 * u) + 1),
        lambda u: 2 * sigmoid(2 * u) - 1,
        lambda u: sinh(u) / cosh(u),
        lambda u: 1 - 2 / (exp(2 * u) + 1),
        lambda u: (exp(u) - exp(-u)) / (exp(u) + exp(-u)),
        lambda u: -tanh(-u),
        lambda u: 2 * tanh(u / 2) / (1 + tanh(u / 2) ** 2),
        lambda u: call("expm1", 2 * u) / (call("expm1", 2 * u) + 2),
    ),
    "sigmoid": _cases(
        lambda u: 1 / (1 + exp(-u)),
        lambda u: exp(u) / (1 + exp(u)),
        lambda u: (1 + tanh(u / 2)) / 2,
        lambda u: 1 - sigmoid(-u),
        lambda u: exp(-call("softplus", -u)),
        lambda u: exp(u / 2) / (2 * cosh(u / 2)),
        lambda u: choose(compare(">=", u, 0), 1 / (1 + exp(-u)), exp(u) / (1 + exp(u))),
        lambda u: call("clip", sigmoid(u), ZERO, ONE),
        lambda u: exp(call("log_sigmoid", u)),
    ),
    "softplus": _cases(
        lambda u: log(1 + exp(u)),
        lambda u: u + log(1 + exp(-u)),
        lambda u: -call("log_sigmoid", -u),
        lambda u: call("Max", u, ZERO) + call("log1p", exp(-call("Abs", u))),
        lambda u: -log(1 - sigmoid(u)),
        lambda u: u / 2 + log(2 * cosh(u / 2)),
        lambda u: u + call("softplus", -u),
        lambda u: call("relu", u) - call("log_sigmoid", call("Abs", u)),
    ),
    "log_sigmoid": _cases(
        lambda u: -call("softplus", -u), lambda u: log(sigmoid(u)), lambda u: u - call("softplus", u)
    ),
    "sech": _cases(lambda u: 1 / cosh(u), lambda u: 2 / (exp(u) + exp(-u)), lambda u: sqrt(1 - tanh(u) ** 2)),
    "cosh": _cases(
        lambda u: (exp(u) + exp(-u)) / 2, lambda u: sqrt(1 + sinh(u) ** 2), lambda u: 2 * cosh(u / 2) ** 2 - 1
    ),
    "sinh": _cases(
        lambda u: (exp(u) - exp(-u)) / 2,
        lambda u: 2 * sinh(u / 2) * cosh(u / 2),
        lambda u: tanh(u) * cosh(u),
        lambda u: -sinh(-u),
    ),
    "exp": of_exp,
    "expm1": _cases(lambda u: exp(u) - 1, lambda u: 2 * exp(u / 2) * sinh(u / 2)),
    "log": of_log,
    "log1p": _cases(lambda u: log(1 + u), lambda u: -log(1 / (1 + u))),
    "log2": _cases(lambda u: log(u) / log(TWO), lambda u: log(1 / u) / -log(TWO)),
    "sin": _double_angle,
    "cos": _double_angle,
    "tan": _cases(
        lambda u: sin(u) / cos(u), lambda u: sin(2 * u) / (1 + cos(2 * u)), lambda u: sin(u) * call("sec", u)
    ),
    "sec": _cases(
        lambda u: 1 / cos(u),
    ),
    "erf": _cases(
        lambda u: 1 - call("erfc", u), lambda u: -call("erf", -u), lambda u: 2 * call("normal_cdf", u * sqrt(TWO)) - 1
    ),
    "erfc": _cases(
        lambda u: 1 - call("erf", u), lambda u: 2 * call("normal_cdf", -(sqrt(TWO) * u)), lambda u: 2 - call("erfc", -u)
    ),
    "normal_cdf": _cases(
        lambda u: HALF * call("erfc", -u / sqrt(TWO)),
        lambda u: (1 + call("erf", u / sqrt(TWO))) / 2,
        lambda u: 1 - call("normal_cdf", -u),
    ),
    "normal_pdf": _cases(lambda u: exp(-(u**2) / 2) / sqrt(2 * sym("pi")), lambda u: call("normal_pdf", -u)),
    "asinh": _cases(
        lambda u: log(u + sqrt(u**2 + 1)), lambda u: -call("asinh", -u), lambda u: call("atanh", u / sqrt(1 + u**2))
    ),
    "atanh": _cases(lambda u: log((1 + u) / (1 - u)) / 2, lambda u: (call("log1p", u) - call("log1p", -u)) / 2),
    "acosh": _cases(lambda u: log(u + sqrt(u - 1) * sqrt(u + 1)), lambda u: log(u + sqrt(u**2 - 1))),
    "atan": _cases(
        lambda u: call("asin", u / sqrt(1 + u**2)),
        lambda u: -call("atan", -u),
        lambda u: call("atan2", u, ONE),
        lambda u: 2 * call("atan", u / (1 + sqrt(1 + u**2))),
    ),
    "asin": _cases(
        lambda u: sym("pi") / 2 - call("acos", u),
        lambda u: call("atan2", u, sqrt(1 - u**2)),
        lambda u: -call("asin", -u),
    ),
    "acos": _cases(lambda u: sym("pi") / 2 - call("asin", u), lambda u: 2 * call("asin", sqrt((1 - u) / 2))),
    "gamma": _cases(lambda u: call("gamma", u + 1) / u, lambda u: (u - 1) * call("gamma", u - 1)),
    "digamma": _cases(lambda u: call("digamma", u + 1) - 1 / u),
    "silu": _cases(lambda u: u * sigmoid(u), lambda u: u / (1 + exp(-u)), lambda u: u + call("silu", -u)),
    "gelu": _cases(lambda u: u * call("normal_cdf", u), lambda u: u + call("gelu", -u)),
    "Abs": _cases(
        lambda u: sqrt(u**2),
        lambda u: call("Max", u, -u),
        lambda u: u * call("sign", u),
        lambda u: choose(compare(">=", u, 0), u, -u),
        lambda u: call("relu", u) + call("relu", -u),
        lambda u: call("Abs", -u),
        lambda u: (u**2) ** HALF,
        lambda u: (u**4) ** num(Fraction(1, 4)),
        lambda u: call("abs", u),
        lambda u: u * (2 * call("Heaviside", u) - 1),
    ),
    "sign": _cases(
        lambda u: call("step", u) - call("step", -u),
        lambda u: 2 * call("Heaviside", u) - 1,
        lambda u: -call("sign", -u),
        lambda u: choose(compare(">", u, 0), ONE, choose(compare("<", u, 0), neg(ONE), ZERO)),
        lambda u: u / call("Abs", u),
        lambda u: u / sqrt(u**2),
        lambda u: call("sign", u**3),
        lambda u: call("sign", tanh(u)),
        lambda u: call("Abs", u) / u,
    ),
    "step": _cases(
        lambda u: choose(compare(">", u, 0), ONE, ZERO),
        lambda u: call("Max", call("sign", u), ZERO),
        lambda u: choose(compare("<=", u, 0), ZERO, ONE),
        lambda u: (call("sign", u) + 1) / 2,
        lambda u: call("relu", u) / u,
    ),
    "Heaviside": _cases(
        lambda u: (1 + call("sign", u)) / 2,
        lambda u: (1 + u / call("Abs", u)) / 2,
        lambda u: (call("step", u) + 1 - call("step", -u)) / 2,
    ),
    "relu": _cases(
        lambda u: (u + call("Abs", u)) / 2,
        lambda u: choose(compare(">", u, 0), u, ZERO),
        lambda u: u * call("step", u),
        lambda u: -call("Min", -u, ZERO),
        lambda u: u * call("Heaviside", u),
        lambda u: call("clip", u, ZERO, call("Abs", u)),
    ),
    "hard_sigmoid": _cases(
        lambda u: call("clip", u / 6 + HALF, ZERO, ONE),
        lambda u: (call("relu", u + 3) - call("relu", u - 3)) / 6,
        lambda u: choose(compare(">", u, 3), ONE, choose(compare("<", u, -3), ZERO, (u + 3) / 6)),
    ),
    "Max": lambda t, r: (
        _cases(
            lambda a, b, *_: (a + b + call("Abs", a - b)) / 2,
            lambda a, b, *_: choose(compare(">", a, b), a, b),
            lambda a, b, *_: -call("Min", -a, -b),
            lambda a, b, *_: call("relu", a - b) + b,
            lambda a, b, *_: call("Max", b, a),
            lambda a, b, *_: a + b - call("Min", a, b),
        )(t, r)
        if len(t.args) == 2
        else None
    ),
    "Min": lambda t, r: (
        _cases(
            lambda a, b, *_: (a + b - call("Abs", a - b)) / 2,
            lambda a, b, *_: choose(compare("<", a, b), a, b),
            lambda a, b, *_: -call("Max", -a, -b),
            lambda a, b, *_: a - call("relu", a - b),
        )(t, r)
        if len(t.args) == 2
        else None
    ),
    "clip": _cases(
        lambda v, a, b: call("Min", call("Max", v, a), b),
        lambda v, a, b: choose(compare(">", call("Max", v, a), b), b, call("Max", v, a)),
        lambda v, a, b: call("Min", b, call("Max", a, v)),
    ),
    "floor": _cases(
        lambda u: -call("ceiling", -u),
        lambda u: u - Term("%", (u, ONE)),
        lambda u: call("floor", u + 1) - 1,
        lambda u: call("floor", u / 2) + call("floor", (u + 1) / 2),
    ),
    "ceiling": _cases(lambda u: -call("floor", -u), lambda u: call("ceiling", u - 2) + 2),
    "round": _cases(lambda u: -call("round", -u), lambda u: call("round", u + 2) - 2),
    "%": _cases(
        lambda a, b: a - b * call("floor", a / b),
        lambda a, b: Term("%", (a + b, b)),
        lambda a, b: b * Term("%", (a / b, ONE)),
    ),
    "sqrt": lambda t, r: r.choice(
        (
            t.args[0] ** HALF,
            t.args[0] / sqrt(t.args[0]),
            2 * sqrt(t.args[0] / 4),
            call("Abs", t.args[0].args[0])
            if t.args[0].op == "**" and t.args[0].args[1] == TWO
            else t.args[0] ** num("0.5"),
        )
    ),
    "cbrt": _cases(
        lambda u: -call("cbrt", -u),
        lambda u: call("sign", u) * call("Abs", u) ** num(Fraction(1, 3)),
        lambda u: call("cbrt", 8 * u) / 2,
    ),
    "sinc": _cases(
        lambda u: sin(u) / u,
        lambda u: choose(compare("==", u, 0), ONE, sin(u) / u),
        lambda u: call("sinc", -u),
        lambda u: call("sinc", u / 2) * cos(u / 2),
    ),
    "atan2": lambda t, r: (
        call("atan", t.args[0] / t.args[1]) if positive(t.args[1]) else -call("atan2", -t.args[0], t.args[1])
    ),
    "**": of_power,
    "+": of_sum,
    "-": of_difference,
    "*": of_product,
    "/": of_quotient,
    "neg": lambda t, r: r.choice(
        (-1 * t.args[0], 0 - t.args[0] if t.args[0].op != "num" else -1 * t.args[0], t.args[0] / -1)
    ),
    "if": of_conditional,
    "Piecewise": lambda t, r: choose(
        t.args[1], t.args[0], t.args[2] if len(t.args) == 3 else Term("Piecewise", t.args[2:])
    ),
    "and": lambda t, r: Term("not", (Term("or", (Term("not", (t.args[0],)), Term("not", (t.args[1],)))),)),
    "or": lambda t, r: Term("or", (t.args[1], t.args[0])),
    "not": lambda t, r: Term(OPPOSITE[t.args[0].op], t.args[0].args) if t.args[0].op in OPPOSITE else None,
}
