"""The shape of an activation along its inputs, at its parameters' defaults, and what holds whatever they are."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from flint import arb

from actc.calculus.balls import evaluate_sure
from actc.calculus.branches import steps
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import NEGATIVE, POSITIVE, of_domain
from actc.calculus.limits import Limit
from actc.calculus.ranges import Box, Budget
from actc.calculus.shape.graph import Graph, nearest
from actc.calculus.shape.pieces import pieces
from actc.calculus.shape.places import INFINITY, MINUS_INFINITY, Place, UnknownError, limit_at
from actc.calculus.work import GaveUp, Work
from actc.model.activation import Activation
from actc.model.expr import Expr, number, postorder, size, substitute, symbol
from actc.model.shape import Range, Shape
from actc.model.verdict import Gradients, Verdict

_WORK = 60_000  # nodes that are looked at for one input
_BOX_BUDGET = 8000
_MOST_NODES = 1500
_BRANCHING = frozenset({"where", "sign", "atan2", "floor", "ceiling", "round", "mod"})


def shapes(gradients: Gradients) -> tuple[Shape, ...]:
    """One shape for each input of which something is established."""
    activation = gradients.activation
    found = []
    for given in activation.inputs:
        shape = Shape(given.name)
        if size(activation.value.expr) <= _MOST_NODES:
            if len(activation.inputs) == 1:
                shape = _along(activation, given.name, _slopes(gradients, given.name)[1:])
            shape = replace(shape, always=_always(activation, given.name, _slopes(gradients, given.name)))
        if not shape.is_empty:
            found.append(shape)
    return tuple(found)


def _along(activation: Activation, name: str, slopes: list[Expr]) -> Shape:
    """What is known of a function of one input, the parameters at their defaults."""
    value = activation.value.expr
    used = {p.name: evaluate_sure(p.default, {}, 256) for p in activation.parameters if p.name in value.free}
    if not all(isinstance(default, Fraction | arb) for default in used.values()):
        return Shape(name)
    closed = {symbol(p.name): p.default for p in activation.parameters}
    closed |= {symbol(n): number(v) for n, v in used.items() if isinstance(v, Fraction)}
    expr = substitute(value, closed)
    domain = activation.domains[name]
    shape = Shape(
        name,
        tuple((n, nearest(v)) for n, v in used.items() if isinstance(v, Fraction | arb)),
        _limit(expr, name, MINUS_INFINITY) if domain.low is None else None,
        _limit(expr, name, INFINITY) if domain.high is None else None,
        range=_enclosure(expr, Box({name: of_domain(domain)}, budget=Budget(_BOX_BUDGET))),
    )
    try:
        forms = [substitute(slope, closed) for slope in slopes]
        graph = Graph(expr, name, domain, pieces(expr, name, domain), forms, Work(_WORK))
    except (UnknownError, GaveUp):
        return shape
    shape = replace(shape, stretches=graph.stretches, leaps=graph.leaps)
    with suppress(UnknownError, GaveUp):
        shape = replace(shape, range=graph.range())
    with suppress(UnknownError, GaveUp):
        shape = replace(shape, zeros=graph.zeros())
    return shape


def _limit(expr: Expr, name: str, place: Place) -> float | None:
    try:
        return as_float(limit_at(expr, name, place, 1))
    except UnknownError:
        return None


def as_float(limit: Limit) -> float:
    """The limit as a float, which may be infinite. Raises UnknownError where a finite one is out of their reach."""
    if limit.value is None:
        return limit.infinite * float("inf")
    return nearest(limit.value)


def _enclosure(expr: Expr, box: Box) -> Range | None:
    """An interval that holds all values; None where it would say nothing."""
    found = box.range(expr)
    if found is None or (found.low == float("-inf") and found.high == float("inf")):
        return None
    return Range(found.low, found.high, not found.low_open, not found.high_open, exact=False)


def _slopes(gradients: Gradients, name: str) -> list[Expr]:
    """The derivative in the forms that are there: as the chain rule gives it, and as it is claimed and proved."""
    activation = gradients.activation
    proved = {g.variable for g in gradients.gradients if g.verdict is Verdict.PROVED}
    claims = [formula.expr for of, formula in activation.claims if of == name and of in proved]
    return [differentiate(activation.value.expr, name), *claims]


def _always(activation: Activation, name: str, slopes: Iterable[Expr]) -> int | None:
    """1 (-1) where the function never falls (rises) along the input, for all values of everything else.

    It is continuous, being made of continuous functions that are defined everywhere, and its derivative, which it has
    but at isolated points, never has the other sign.
    """
    value = activation.value.expr
    if steps(value) or any(n.op in _BRANCHING or (n.op == "pow" and n.args[1].free) for n in postorder(value)):
        return None
    if activation.domains[name].nonzero or any(domain.integer for domain in activation.domains.values()):
        return None
    env = {n: of_domain(domain) for n, domain in activation.domains.items()}
    if Box(env, budget=Budget(_BOX_BUDGET)).range(value) is None:
        return None
    for slope in slopes:
        box = Box(env, budget=Budget(_BOX_BUDGET))
        if box.range(slope) is None:
            continue
        signs = box.signs(slope)
        if not signs & NEGATIVE and signs & POSITIVE:
            return 1
        if not signs & POSITIVE and signs & NEGATIVE:
            return -1
    return None
