"""Limits in closed form, from Taylor and Laurent series with symbolic coefficients.

``sin(a*x)/x`` is undefined at 0 and tends to ``a``: where a limit depends on the parameters, a number will not do. The
series of a smooth expression around a point is built bottom up, with the table's partial derivatives for functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import factorial

from actc.calculus.balls import evaluate_sure
from actc.calculus.differentiate import differentiate
from actc.calculus.prove import prove_same
from actc.model.domain import Domain
from actc.model.expr import LEAVES, ZERO, Expr, apply, number, postorder, size, substitute, symbol
from actc.model.operations import OPERATIONS

_TERMS = 7  # of each series: cancellation may use some up
_MOST_NODES = 3000  # of a coefficient
_INNER = symbol("·")  # stands for a function's argument; no author can write it

Series = tuple[int, list[Expr]]
"""The exponent of the first term, and the coefficients from there on."""


class _NoSeriesError(Exception):
    """There is no Laurent series around the point, or it is too large."""


def limit_formula(expr: Expr, variable: str, location: Expr, side: int, domains: Mapping[str, Domain]) -> Expr | None:
    """The limit of a smooth expression from one side of a point, as a formula in the other symbols, if one is found.

    The formula holds for generic values of these; whoever uses it checks it at particular ones.
    """
    try:
        start, terms = _Expansion(variable, location, side, domains).of(expr)
    except _NoSeriesError:
        return None
    if start > 0 or not terms:
        return ZERO
    return terms[0] if start == 0 else None


class _Expansion:
    def __init__(self, variable: str, location: Expr, side: int, domains: Mapping[str, Domain]) -> None:
        self.variable = variable
        self.location = location
        self.side = side
        self.domains = domains

    def of(self, root: Expr) -> Series:
        known: dict[Expr, Series] = {}
        for node in postorder(root):
            known[node] = self.trimmed(self.node(node, [known[a] for a in node.args]))
        return known[root]

    def node(self, node: Expr, args: list[Series]) -> Series:
        if node.op == "symbol" and node.name == self.variable:
            return 0, [self.location, number(1)]
        if self.variable not in node.free:
            if node.op in LEAVES and node.op not in ("number", "constant", "symbol"):
                raise _NoSeriesError
            return 0, [node]
        match node.op:
            case "add":
                return _sum(args[0], args[1], 1)
            case "sub":
                return _sum(args[0], args[1], -1)
            case "neg":
                return args[0][0], [-c for c in args[0][1]]
            case "mul":
                return _product(args[0], args[1])
            case "div":
                return _product(args[0], _reciprocal(args[1]))
            case "pow" if node.args[1].is_number and node.args[1].number.denominator == 1:
                return self.power(args[0], int(node.args[1].number))
        row = OPERATIONS[node.op]
        if not row.is_smooth or len(args) != 1:
            raise _NoSeriesError
        return self.composed(node.op, args[0])

    def power(self, base: Series, exponent: int) -> Series:
        if abs(exponent) > 12:
            raise _NoSeriesError
        factor = base if exponent >= 0 else _reciprocal(base)
        result: Series = (0, [number(1)])
        for _ in range(abs(exponent)):
            result = self.trimmed(_product(result, factor))
        return result

    def composed(self, op: str, inner: Series) -> Series:
        start, terms = inner
        if op == "sqrt" and start > 0 and terms:
            return self.root(start, terms)
        if start < 0:
            raise _NoSeriesError
        centre = terms[0] if start == 0 and terms else ZERO
        rest: Series = (1, terms[1:]) if start == 0 else inner
        slope = apply(op, _INNER)
        total: Series = (0, [ZERO])
        power: Series = (0, [number(1)])
        for k in range(_TERMS):
            here = substitute(slope, {_INNER: centre})
            if not here.free and not isinstance(_exact(here), Expr):
                raise _NoSeriesError
            scale = number(Fraction(1, factorial(k)))
            total = _sum(total, _product((0, [_plain(here) * scale]), power), 1)
            power = self.trimmed(_product(power, rest))
            slope = differentiate(slope, _INNER.name)
        return total

    def root(self, start: int, terms: list[Expr]) -> Series:
        """sqrt(c*h**2k*(1 + ...)) = sqrt(c)*|h|**k*sqrt(1 + ...)."""
        if start % 2:
            raise _NoSeriesError
        relative = [number(1), *(c / terms[0] for c in terms[1:])]
        leading = _plain(apply("sqrt", terms[0])) * number(self.side ** (start // 2))
        rest_start, rest = self.composed("sqrt", (0, relative))
        return start // 2 + rest_start, [leading * c for c in rest]

    def trimmed(self, series: Series) -> Series:
        """Without leading terms that are zero, and of bounded length."""
        start, terms = series
        terms = [_plain(c) for c in terms]
        while terms and self.is_zero(terms[0]):
            start, terms = start + 1, terms[1:]
        terms = terms[:_TERMS]
        if any(size(c) > _MOST_NODES for c in terms):
            raise _NoSeriesError
        return start, terms

    def is_zero(self, coefficient: Expr) -> bool:
        if coefficient.is_number:
            return coefficient is ZERO
        if not coefficient.free:
            return evaluate_sure(coefficient, {}) == 0
        return prove_same(coefficient, ZERO, self.domains).holds


def _exact(expr: Expr) -> Expr | None:
    """The closed expression, as a number where it is rational; None where it has no value."""
    value = evaluate_sure(expr, {})
    if isinstance(value, Fraction):
        return number(value)
    return expr if not isinstance(value, str) and hasattr(value, "mid") else None


def _plain(expr: Expr) -> Expr:
    if expr.free or expr.is_number:
        return expr
    found = _exact(expr)
    if found is None:
        raise _NoSeriesError
    return found


def _sum(a: Series, b: Series, sign: int) -> Series:
    start = min(a[0], b[0])
    # A term beyond a series' last one is unknown, unless the series ends there; those kept are known in both.
    length = max(a[0] + len(a[1]), b[0] + len(b[1])) - start
    terms = []
    for k in range(start, start + length):
        p, q = _term(a, k), _term(b, k)
        terms.append(p + q if sign > 0 else p - q)
    return start, terms[: _TERMS + 1]


def _term(series: Series, exponent: int) -> Expr:
    index = exponent - series[0]
    return series[1][index] if 0 <= index < len(series[1]) else ZERO


def _product(a: Series, b: Series) -> Series:
    if not a[1] or not b[1]:
        return 0, [ZERO]
    terms: list[Expr] = []
    for k in range(min(len(a[1]) + len(b[1]) - 1, _TERMS + 1)):
        total = ZERO
        for i in range(max(0, k - len(b[1]) + 1), min(k + 1, len(a[1]))):
            total = total + a[1][i] * b[1][k - i]
        terms.append(total)
    return a[0] + b[0], terms


def _reciprocal(series: Series) -> Series:
    start, terms = series
    if not terms:
        raise _NoSeriesError
    first = terms[0]
    inverse: list[Expr] = [1 / first]
    for k in range(1, _TERMS):
        total = ZERO
        for i in range(1, min(k, len(terms) - 1) + 1):
            total = total + terms[i] * inverse[k - i]
        inverse.append(-(total / first))
    return -start, inverse
