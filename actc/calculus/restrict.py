"""Outside an input's domain there is neither value nor gradient: NaN says so."""

from __future__ import annotations

from dataclasses import replace

from actc.model.algebra import compare, conjunction, where
from actc.model.domain import Domain
from actc.model.expr import NAN, TRUE, ZERO, Expr, apply, number, symbol
from actc.model.verdict import Gradients


def restrict(gradients: Gradients) -> Gradients:
    """The value and gradients, NaN wherever an input lies outside its domain."""
    inside = TRUE
    for given in gradients.activation.inputs:
        inside = conjunction(inside, condition(symbol(given.name), given.domain))
    if inside is TRUE:
        return gradients
    limited = tuple(replace(g, expr=where(inside, g.expr, NAN)) for g in gradients.gradients)
    return replace(gradients, value=where(inside, gradients.value, NAN), gradients=limited)


def condition(value: Expr, domain: Domain) -> Expr:
    """The condition of lying in the domain."""
    result = TRUE
    if domain.low is not None:
        result = conjunction(result, compare("gt" if domain.low_open else "ge", value, number(domain.low)))
    if domain.high is not None:
        result = conjunction(result, compare("lt" if domain.high_open else "le", value, number(domain.high)))
    if domain.nonzero:
        result = conjunction(result, compare("ne", value, ZERO))
    if domain.integer:
        result = conjunction(result, compare("eq", apply("floor", value), value))
    return result
