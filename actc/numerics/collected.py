"""Sums as polynomials in an input whose coefficients are in factors, so that a coefficient that vanishes is exactly 0.

1 - a*(x + a) is (1 - a)*(1 + a) - a*x: at a = -1 it is x, however small x is, where 1 - a*(x + a) loses x.
"""

from __future__ import annotations

from flint import fmpq

from actc.model.algebra import add, compare, folded, multiply, power, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, rebuild, symbol
from actc.numerics.forms import factored, plain_product, polynomial
from actc.numerics.rational import quotient


def collected(root: Expr, variable: str) -> Expr:
    """Each sum with a coefficient that has several factors, collected; the logarithm of 1 + u where that is near 0."""
    x = symbol(variable)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.op in ("add", "sub"):
            return _collected(here, x) or here
        if here.op == "log1p":
            total = _collected(add(ONE, here.args[0]), x)
            if total is not None:
                small = compare("lt", apply("abs", here.args[0]), number(1) / number(2))
                return where(small, here, apply("log", total))
        return here

    return fold(root, visit)


def _collected(node: Expr, x: Expr) -> Expr | None:
    """The sum by powers of x; None where no coefficient is a product of sums."""
    value = quotient(node)
    if value is None or value.exponents or not value.bottom.is_constant() or x not in value.leaves:
        return None
    index = value.leaves.index(x)
    whole = value.top / value.bottom.leading_coefficient()
    parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
    for powers, scale in whole.to_dict().items():
        plain = tuple(0 if i == index else int(p) for i, p in enumerate(powers))
        parts.setdefault(int(powers[index]), {})[plain] = fmpq(scale)
    if len(parts) < 2:
        return None
    total = ZERO
    several = False
    for degree in sorted(parts):
        term = polynomial(whole.context().from_dict(parts[degree]), list(value.leaves))
        coefficient = quotient(term)
        if coefficient is not None:
            several = several or sum(abs(k) for _, k in factored(coefficient).factors) > 1
            term = plain_product(coefficient)
        sign = -1 if term.op == "neg" else 1
        term = term.args[0] if sign < 0 else term
        raised = multiply(term, power(x, number(degree))) if degree else term
        total = add(total, raised) if sign > 0 else subtract(total, raised)
    return total if several else None
