"""Identities of sums, products, powers, exponentials, logarithms and choices."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from attack.facts import positive
from attack.slopes import cos, cosh, exp, log, sigmoid, sin, sinh, sqrt, tanh
from attack.terms import (
    ONE,
    TWO,
    ZERO,
    Term,
    call,
    choose,
    num,
    size,
    sym,
)

Rule = Callable[[Term, Random], Term | None]


def of_exp(t: Term, r: Random) -> Term | None:
    u = t.args[0]
    if u.op == "+" and r.random() < 0.6:
        return exp(u.args[0]) * exp(u.args[1])
    if u.op == "-" and r.random() < 0.6:
        return exp(u.args[0]) / exp(u.args[1])
    if u.op == "neg" and r.random() < 0.5:
        return 1 / exp(u.args[0])
    return r.choice(
        (
            exp(u / 2) ** 2,
            call("expm1", u) + 1,
            cosh(u) + sinh(u),
            1 / exp(-u),
            sym("E") ** u,
            call("Max", exp(u), ZERO),
            exp(u - 1) * sym("E"),
            call("Abs", exp(u)),
            sigmoid(u) / sigmoid(-u),
        )
    )


def of_log(t: Term, r: Random) -> Term | None:
    u = t.args[0]
    if len(t.args) == 2:
        return log(u) / log(t.args[1])
    if u.op == "*" and positive(u.args[0]):
        return log(u.args[0]) + log(u.args[1])
    if u.op == "/" and positive(u.args[1]):
        return log(u.args[0]) - log(u.args[1])
    if u.op == "**" and u.args[1] == TWO:
        return 2 * log(call("Abs", u.args[0]))
    return r.choice(
        (
            2 * log(sqrt(u)),
            -log(1 / u),
            call("log2", u) * log(TWO),
            call("log1p", u - 1),
            log(3 * u) - log(num(3)),
            log(u**2) / 2 if positive(u) else log(u),
        )
    )


def of_power(t: Term, r: Random) -> Term | None:
    u, v = t.args
    if v == TWO:
        choices = [u * u, call("Abs", u) ** 2, (-u) ** 2, sqrt(u**4), u**3 / u]
        if u.op in ("+", "-"):
            a, b = u.args
            choices += [a**2 + 2 * a * b + b**2 if u.op == "+" else a**2 - 2 * a * b + b**2] * 3
        if u.op in ("*", "/"):
            a, b = u.args
            choices += [a**2 * b**2 if u.op == "*" else a**2 / b**2] * 2
        if u.op in ("sin", "tanh", "cos", "sech", "sinh", "cosh"):
            w = u.args[0]
            choices += [
                {
                    "sin": 1 - cos(w) ** 2,
                    "cos": 1 - sin(w) ** 2,
                    "tanh": 1 - call("sech", w) ** 2,
                    "sech": 1 - tanh(w) ** 2,
                    "sinh": cosh(w) ** 2 - 1,
                    "cosh": sinh(w) ** 2 + 1,
                }[u.op]
            ] * 4
        return r.choice(choices)
    if v.op == "num" and v.name.isdigit() and int(v.name) > 2:
        n = int(v.name)
        return r.choice(
            (u * u ** (n - 1), u ** (n + 1) / u, (u**2) ** num(Fraction(n, 2)) if n % 2 == 0 else u**2 * u ** (n - 2))
        )
    if positive(u):
        return r.choice((exp(v * log(u)), u * u ** (v - 1), 1 / u ** (-v), sqrt(u) ** (2 * v)))
    if v.op == "sym":
        return u ** (v + 1) / u
    return None


def of_sum(t: Term, r: Random) -> Term | None:
    a, b = t.args
    if b.op == "/" and r.random() < 0.5:
        return (a * b.args[1] + b.args[0]) / b.args[1]
    if a.op == b.op == "*" and a.args[0] == b.args[0]:
        return a.args[0] * (a.args[1] + b.args[1])
    if b.op == "if" and r.random() < 0.4:
        return choose(b.args[0], a + b.args[1], a + b.args[2])
    return r.choice((b + a, a - -b, -(-a - b), 2 * ((a + b) / 2), call("Max", a, b) + call("Min", a, b)))


def of_difference(t: Term, r: Random) -> Term | None:
    a, b = t.args
    if a == ONE and b.op == "sigmoid":
        return sigmoid(-b.args[0])
    if b.op == "**" and b.args[1] == TWO and r.random() < 0.5:
        root = a if a == ONE else sqrt(a) if positive(a) else None
        if root is not None:
            return (root - b.args[0]) * (root + b.args[0])
    return r.choice((a + -b, -(b - a), a + -1 * b))


def of_product(t: Term, r: Random) -> Term | None:
    a, b = t.args
    if b.op in ("+", "-") and r.random() < 0.6:
        return Term(b.op, (a * b.args[0], a * b.args[1]))
    if a.op in ("+", "-") and r.random() < 0.6:
        return Term(a.op, (a.args[0] * b, a.args[1] * b))
    if b.op == "if" and r.random() < 0.4:
        return choose(b.args[0], a * b.args[1], a * b.args[2])
    if b.op == "*":
        return r.choice((a * b.args[0] * b.args[1], b.args[0] * (a * b.args[1])))
    if positive(b) and r.random() < 0.5:
        return a / (1 / b)
    if positive(a) and positive(b):
        return r.choice((sqrt(a * b) ** 2, exp(log(a) + log(b))))
    return r.choice((b * a, ((a + b) ** 2 - (a - b) ** 2) / 4, -(-a * b), (-a) * (-b)))


def of_quotient(t: Term, r: Random) -> Term | None:
    a, b = t.args
    if a.op in ("+", "-") and r.random() < 0.5:
        return Term(a.op, (a.args[0] / b, a.args[1] / b))
    if positive(b) and r.random() < 0.3:
        return a * exp(-log(b))
    scale = r.choice((TWO, 1 + call("Abs", a), exp(b) if size(b) < 4 else num(3), 1 + b**2))
    return r.choice((a * (1 / b), a * b**-1, (a * scale) / (b * scale), -a / -b, a * b / b**2))


def of_conditional(t: Term, r: Random) -> Term | None:
    c, a, b = t.args
    return r.choice(
        (
            Term("Piecewise", (a, c, b)),
            choose(Term("not", (c,)), b, a),
            b + choose(c, a - b, ZERO),
            choose(c, a, choose(Term("not", (c,)), b, a)),
            choose(Term("and", (c, Term("True"))), a, b),
            a * choose(c, ONE, ZERO) + b * choose(c, ZERO, ONE),
        )
    )
