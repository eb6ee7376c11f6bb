"""Equations that are polynomials in one unknown: a symbol, or a function that the variable stands in."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from actc.calculus.inverses import Solutions, even_roots, odd_root, tidy
from actc.model.algebra import divide, negate, power, where
from actc.model.expr import UNDEFINED, ZERO, Expr, apply, fold, number, substitute

_MOST_DEGREE = 24

Poly = dict[int, Expr]
"""Coefficients by degree."""


def leaves(root: Expr, variable: str) -> list[Expr]:
    """What the expression is a polynomial of, as far as it depends on the variable."""
    found: dict[Expr, None] = {}
    seen: set[Expr] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node in seen or variable not in node.free:
            continue
        seen.add(node)
        if node.op in ("add", "sub", "mul", "neg") or (node.op == "div" and variable not in node.args[1].free):
            stack.extend(reversed(node.args))
        elif _is_small_power(node):
            stack.append(node.args[0])
        else:
            found[node] = None
    return list(found)


def _is_small_power(node: Expr) -> bool:
    if node.op != "pow" or not node.args[1].is_number:
        return False
    exponent = node.args[1].number
    return exponent.denominator == 1 and 0 < exponent <= _MOST_DEGREE


def coefficients(root: Expr, leaf: Expr, others: Sequence[Expr] = ()) -> Poly | None:
    """The polynomial in the leaf, by degree, without terms that are plainly zero.

    ``others`` may stand in coefficients although they depend on the same variable.
    """

    def visit(node: Expr, args: tuple[Poly | None, ...]) -> Poly | None:
        if any(a is None for a in args):
            return {0: node} if not (node.free & leaf.free) else None
        polys = [a for a in args if a is not None]
        match node.op:
            case _ if all(set(p) <= {0} for p in polys):
                return {0: node}
            case "add" | "sub":
                a, b = polys
                minus = node.op == "sub"
                return {
                    k: (a.get(k, ZERO) - b.get(k, ZERO)) if minus else (a.get(k, ZERO) + b.get(k, ZERO))
                    for k in {**a, **b}
                }
            case "neg":
                return {k: negate(c) for k, c in polys[0].items()}
            case "mul":
                return _product(polys[0], polys[1])
            case "div" if set(polys[1]) <= {0}:
                return {k: divide(c, polys[1][0]) for k, c in polys[0].items()}
            case "pow" if _is_small_power(node):
                result: Poly = {0: number(1)}
                for _ in range(int(node.args[1].number)):
                    result = _product(result, polys[0])
                return result
        return None

    memo: dict[Expr, Poly | None] = {**{other: {0: other} for other in others}, leaf: {1: number(1)}}
    found = fold(root, visit, memo)
    if found is None or max(found, default=0) > _MOST_DEGREE:
        return None
    return {k: c for k, c in sorted(found.items()) if c is not ZERO}


def _product(a: Poly, b: Poly) -> Poly:
    result: Poly = {}
    for i, c in a.items():
        for j, d in b.items():
            result[i + j] = result.get(i + j, ZERO) + c * d
    return result


def polynomial_roots(coefficients: Poly) -> Solutions | None:
    """The real roots; None where there is no short closed form or every number is one."""
    degrees = sorted(coefficients)
    if degrees in ([], [0]):
        return None if not degrees else ()
    low, high = degrees[0], degrees[-1]
    if low > 0:
        rest = polynomial_roots({k - low: c for k, c in coefficients.items()})
        return None if rest is None else (ZERO, *rest)
    if len(degrees) == 2:
        value = _plain(negate(divide(coefficients[0], coefficients[high])))
        return even_roots(value, high) if high % 2 == 0 else odd_root(value, high)
    if len(degrees) == 3 and degrees[1] * 2 == high:
        half = degrees[1]
        squares = _quadratic(coefficients[high], coefficients[half], coefficients[0])
        nested = [even_roots(s, half) if half % 2 == 0 else odd_root(s, half) for s in squares]
        return tuple(dict.fromkeys(root for roots in nested for root in roots))
    return None


def _plain(value: Expr) -> Expr:
    return next(iter(tidy(value)), UNDEFINED)


def _quadratic(a: Expr, b: Expr, c: Expr) -> Solutions:
    """The roots of a*u**2 + b*u + c, lesser first where a > 0; those of b*u + c where a = 0."""
    discriminant = _plain(power(b, number(2)) - number(4) * a * c)
    root = apply("sqrt", discriminant)
    lower = _plain(divide(negate(b) - root, number(2) * a))
    upper = _plain(divide(negate(b) + root, number(2) * a))
    if discriminant is ZERO:
        return tidy(lower)
    if not a.is_number and a.free:
        flat = apply("eq", a, ZERO)
        lower, upper = where(flat, negate(divide(c, b)), lower), where(flat, UNDEFINED, upper)
    return tuple(s for value in (lower, upper) if value is not UNDEFINED for s in tidy(value))


def one_exponential(atom: Expr, leaves: list[Expr]) -> Expr | None:
    """exp(2*x) and exp(-x) as powers of exp(x), so that one unknown is left."""
    if any(leaf.op != "exp" for leaf in leaves):
        return None
    parts = [_scaled(leaf.args[0]) for leaf in leaves]
    base = parts[0][1]
    if any(inner is not base for _, inner in parts):
        return None
    unit = Fraction(gcd(*(r.numerator for r, _ in parts)), lcm(*(r.denominator for r, _ in parts)))
    single = apply("exp", number(unit) * base)
    powers = {leaf: power(single, number(r / unit)) for leaf, (r, _) in zip(leaves, parts, strict=True)}
    return substitute(atom, powers)


def _scaled(node: Expr) -> tuple[Fraction, Expr]:
    """A rational factor and what it multiplies."""
    scale = Fraction(1)
    while True:
        if node.op == "neg":
            scale, node = -scale, node.args[0]
        elif node.op == "mul" and node.args[0].is_number:
            scale, node = scale * node.args[0].number, node.args[1]
        elif node.op == "div" and node.args[1].is_number and node.args[1].number != 0:
            scale, node = scale / node.args[1].number, node.args[0]
        else:
            return scale, node
