"""Identities that turn a right claim into another right claim, and facts about signs that they need.

An identity may leave out isolated points, or say nothing at a kink. Whether the result is still right is looked at
again afterwards, at many points; nothing rests on this table.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from attack.facts import FLIPPED, OPPOSITE
from attack.identities import RULES
from attack.slopes import cos, cosh, exp, log, sigmoid, sin, sinh, sqrt, tanh
from attack.terms import (
    ONE,
    ZERO,
    Term,
    call,
    choose,
    compare,
    is_condition,
    names,
    num,
    part_at,
    places,
    put,
    size,
    walk,
)


def _comparison(t: Term, r: Random) -> Term:
    a, b = t.args
    return r.choice(
        (
            Term(FLIPPED[t.op], (b, a)),
            Term("not", (Term(OPPOSITE[t.op], (a, b)),)),
            compare(t.op, a - b, 0),
            compare(t.op, 2 * a, 2 * b),
            Term(FLIPPED[t.op], (-a, -b)),
            Term("and", (t, Term("<=", (ZERO, ONE)))),
            compare(t.op, tanh(a), tanh(b)) if t.op not in ("==", "!=") else t,
            compare(t.op, exp(a), exp(b)) if size(a) < 4 and size(b) < 4 else t,
            compare(t.op, a**3, b**3),
        )
    )


def _anywhere(t: Term, some: Term, r: Random) -> Term:
    """An identity that holds for every number, with an unrelated part ``some``."""
    condition = compare(r.choice(("<", ">=")), some, r.choice((ZERO, ONE, num("0.3"))))
    rules: tuple[Callable[[], Term], ...] = (
        lambda: t + some - some,
        lambda: t * (1 + some**2) / (1 + some**2),
        lambda: t * exp(some) * exp(-some),
        lambda: Term("if", (condition, t, t)),
        lambda: t * (sin(some) ** 2 + cos(some) ** 2),
        lambda: t * (cosh(some) ** 2 - sinh(some) ** 2),
        lambda: Term("+", (t, Term("*", (ZERO, some)))),
        lambda: call("cbrt", t**3),
        lambda: call("tan", call("atan", t)),
        lambda: sinh(call("asinh", t)),
        lambda: call("Abs", t) * call("sign", t),
        lambda: call("Max", t, ZERO) + call("Min", t, ZERO),
        lambda: call("Max", t, t - some**2),
        lambda: (t - 1) + 1,
        lambda: call("Min", t, t),
        lambda: (t - some) * ONE + some,
        lambda: t * choose(condition, ONE, ZERO) + t * choose(condition, ZERO, ONE),
        lambda: t * (some - (some - 1)),
        lambda: t + log(exp(some)) - some,
        lambda: t + call("relu", some) - call("relu", -some) - some,
        lambda: t + sqrt(some**2) - call("Abs", some),
        lambda: t * (sigmoid(some) + sigmoid(-some)),
        lambda: t + call("floor", some) + call("ceiling", -some),
        lambda: t * call("sign", 1 + some**2),
        lambda: t + (call("tanh", some) - 2 * sigmoid(2 * some) + 1),
        lambda: exp(log(1 + t**2)) - 1 + t - t**2,
        lambda: sqrt(t**2) * (2 * call("Heaviside", t) - 1),
        lambda: t ** num(1) if t.op != "neg" else t,
        lambda: t * Term("**", (some, ZERO)),
        lambda: t / Term("**", (exp(some), ZERO)),
    )
    return r.choice(rules)()


_GROWN = 90


def rewritten(claim: Term, parts: list[Term], steps: int, random: Random) -> Term:
    """The claim after so many identities in random places; ``parts`` are numbers to play with."""
    for _ in range(steps):
        if size(claim) > _GROWN:
            break
        path = random.choice(places(claim, lambda t: t.op not in ("True", "False")))
        old = part_at(claim, path)
        if len(path) and part_at(claim, path[:-1]).op == "**" and path[-1] == 1:
            continue  # an exponent stays what it is
        new: Term | None
        if is_condition(old):
            new = _comparison(old, random) if old.op in OPPOSITE else RULES[old.op](old, random)
        elif random.random() < 0.2 or old.op not in RULES:
            new = _anywhere(old, random.choice(parts), random)
        else:
            new = RULES[old.op](old, random)
        if new is not None and size(new) < 3 * size(old) + 40:
            claim = put(claim, path, new)
    return claim


def parts_of(expression: Term, random: Random) -> list[Term]:
    """Small numbers that occur in an expression, or could."""
    found = [t for t in walk(expression) if not is_condition(t) and t.op != "num" and size(t) <= 4 and names(t)]
    kept = [t for t in found if t.op in ("sym", "*", "+", "-", "/", "neg", "tanh", "sigmoid", "Abs", "sin")]
    kept = kept or [t for t in found if t.op == "sym"]
    return [random.choice(kept) for _ in range(3)]
