"""Signs of functions of one symbol that follow from the signs of their derivatives: ``x - tanh(x)`` has that of x."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from actc.calculus.balls import sign_of
from actc.calculus.branches import atoms, guards, orient, steps
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import of_domain
from actc.calculus.normal_form import Outcome, compare, constant_sign
from actc.calculus.ranges import holds
from actc.calculus.regions import is_plain, solved
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import ONE, ZERO, Expr, number, postorder, substitute, symbol
from actc.model.operations import OPERATIONS

_DEPTH = 2  # derivatives that are looked at
_ROOTS = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2)))
_MOST_ROOTS = 16


def sign_along(expr: Expr, domains: Mapping[str, Domain], work: Work, depth: int = _DEPTH) -> tuple[Expr, int] | None:
    """A factor x - r (or 1) and a sign: at almost every point of the domain the function has the sign of their product.

    None where that is not shown. A function whose derivative has one sign is monotone, and changes its sign at its
    root and nowhere else; one whose derivative changes its sign once has its least (or greatest) value there.

    Raises GaveUp where the work is used up.
    """
    if len(expr.free) != 1 or guards(expr) or steps(expr) or not _is_real(expr, domains):
        return None
    plain = _linear(expr)
    if plain is not None:
        return plain
    known = constant_sign(expr, domains, work)
    if known:
        return ONE, known
    if not depth:
        return None
    (name,) = expr.free
    domain = domains.get(name, Domain())
    slope = differentiate(expr, name)
    if domain.integer or domain.nonzero or atoms(slope):
        return None
    found = sign_along(slope, domains, work, depth - 1)
    if found is None:
        return None
    factor, direction = found
    if factor is ONE:
        root = next((r for r in _candidates(expr, domain) if _is_root(expr, name, r, work)), None)
        return None if root is None else (symbol(name) - number(root), direction)
    turning = -_constant(factor)
    least = 0 if _is_root(expr, name, turning, work) else sign_of(substitute(expr, {symbol(name): number(turning)}), {})
    return (ONE, direction) if least in (0, direction) else None


def _is_real(expr: Expr, domains: Mapping[str, Domain]) -> bool:
    """Whether ranges alone show that it is real on the whole domain."""
    box = {name: of_domain(domains.get(name, Domain())) for name in expr.free}
    rows = ((OPERATIONS[node.op], node) for node in postorder(expr) if node.op in OPERATIONS)
    return all(row.defined is None or holds(row.defined(*node.args), box) for row, node in rows)


def _linear(expr: Expr) -> tuple[Expr, int] | None:
    """For a product of x - r and of what has one sign: that factor and the sign."""
    sign = orient(expr)
    if len(sign.atoms) != 1 or not is_plain(sign.atoms[0]):
        return None
    root = solved(sign.atoms[0])
    if root is None or not root[1].is_number:
        return None
    return root[0] - number(root[1].number), sign.constant


def _candidates(expr: Expr, domain: Domain) -> Iterator[Fraction]:
    named = [n.number for n in postorder(expr) if n.is_number]
    every = dict.fromkeys((*_ROOTS, *named, *(-n for n in named), *(1 / n for n in named if n)))
    yield from [root for root in every if domain.contains(root)][:_MOST_ROOTS]


def _is_root(expr: Expr, name: str, root: Fraction, work: Work) -> bool:
    there = substitute(expr, {symbol(name): number(root)})
    return sign_of(there, {}) in (0, None) and compare(ZERO, there, {}, {}, work=work).outcome is Outcome.ZERO


def _constant(factor: Expr) -> Fraction:
    """What is added in x - r."""
    return next((n.number if factor.op == "add" else -n.number for n in factor.args if n.is_number), Fraction(0))
