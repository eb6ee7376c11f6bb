"""Expressions by the powers of what stands in them as a factor, each coefficient in stable functions of its own.

(x + 2*a)*sigmoid(x) - a loses digits where its terms are alike; by powers of a it is x*sigmoid(x) + a*tanh(x/2), whose
terms are exact. Powers with one coefficient are joined again: (a - b)*(sigmoid(a - b)*sigmoid(b - a)).
"""

from __future__ import annotations

from collections.abc import Callable

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from actc.model.algebra import add, multiply, negate, subtract
from actc.model.expr import ONE, ZERO, Expr
from actc.numerics.differences import in_differences
from actc.numerics.forms import vocabulary
from actc.numerics.rational import Quotient, lowest

_MOST_PARTS = 12


def by_plain_symbols(value: Quotient) -> Expr:
    """A sum over monomials in the symbols that are in no exponential, function or divisor."""
    return _collected(value, [k for k, leaf in _outside(value) if leaf.op == "symbol" and _is_plain(value, leaf)])


def by_symbols(value: Quotient) -> Expr:
    """A sum over monomials in the symbols that are in no divisor, though they may be in exponentials."""
    value = with_differences(value)
    return _collected(value, [k for k, leaf in _outside(value) if leaf.op == "symbol"])


def by_symbols_in_differences(value: Quotient) -> Expr:
    """The same with coefficients that vanish where two places meet."""
    return _collected(value, [k for k, leaf in _outside(value) if leaf.op == "symbol"], in_differences)


def by_roots(value: Quotient) -> Expr:
    """A sum over the root that comes first, and what has none of it."""
    return _collected(value, [k for k, leaf in _outside(value) if leaf.op == "sqrt" and leaf.free][:1])


def with_differences(value: Quotient) -> Quotient:
    """The quotient in exponentials of differences where it has no others: exp(a)/(exp(a) + exp(b)) in exp(a - b)."""
    count = len(value.exponents)
    degrees = {sum(int(p) for p in m[:count]) for poly in (value.top, value.bottom) for m in poly.monoms()}
    if count < 2 or len(degrees) != 1:
        return value
    last = value.exponents[-1]
    context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(count - 1 + len(value.leaves))], "lex")

    def lowered(poly: fmpq_mpoly) -> fmpq_mpoly:
        terms = {tuple(int(p) for i, p in enumerate(m) if i != count - 1): c for m, c in poly.to_dict().items()}
        return context.from_dict(terms)

    exponents = tuple(subtract(e, last) for e in value.exponents[:-1])
    return lowest(Quotient(lowered(value.top), lowered(value.bottom), exponents, value.leaves))


def _outside(value: Quotient) -> list[tuple[int, Expr]]:
    """The unknowns of the top that do not divide, and their positions."""
    tops, bottoms = value.top.degrees(), value.bottom.degrees()
    found = enumerate(value.leaves, len(value.exponents))
    return [(k, leaf) for k, leaf in found if int(tops[k]) and not int(bottoms[k])]


def _is_plain(value: Quotient, symbol: Expr) -> bool:
    others = (*value.exponents, *(leaf for leaf in value.leaves if leaf is not symbol))
    return all(symbol.name not in one.free for one in others)


def _collected(value: Quotient, indices: list[int], write: Callable[[Quotient], Expr] = vocabulary) -> Expr:
    context = value.top.context()
    groups: dict[tuple[int, ...], dict[tuple[int, ...], fmpq]] = {}
    for powers, c in value.top.to_dict().items():
        key = tuple(int(p) if i in indices else 0 for i, p in enumerate(powers))
        mine = tuple(0 if i in indices else int(p) for i, p in enumerate(powers))
        groups.setdefault(key, {})[mine] = c
    if len(groups) < 2:
        return write(value)
    # What has the same coefficient but for a number is a polynomial that it multiplies.
    factors: dict[tuple[str, str], fmpq_mpoly] = {}
    parts: dict[tuple[str, str], Quotient] = {}
    for key in sorted(groups):
        part = lowest(Quotient(context.from_dict(groups[key]), value.bottom, value.exponents, value.leaves))
        lead = part.top.leading_coefficient()
        part = Quotient(part.top / lead, part.bottom, part.exponents, part.leaves)
        name = (str(part.top), str(part.bottom))
        parts[name] = part
        factors[name] = factors.get(name, context.constant(0)) + context.from_dict({key: lead})
    if len(parts) > _MOST_PARTS:
        return write(value)
    total = ZERO
    for key_of_part, part in parts.items():
        factor = vocabulary(Quotient(factors[key_of_part], context.constant(1), value.exponents, value.leaves))
        term = _times(factor, write(part))
        total = term if total is ZERO else subtract(total, term.args[0]) if term.op == "neg" else add(total, term)
    return total


def _times(factor: Expr, part: Expr) -> Expr:
    if part.op == "neg":
        return negate(_times(factor, part.args[0]))
    if factor.op == "neg":
        return negate(_times(factor.args[0], part))
    return part if factor is ONE else factor if part is ONE else multiply(factor, part)
