"""Which combinations of signs no point can have.

The answers are one-sided: ``False`` is proved, ``True`` only means that no contradiction was found. Every condition is
strict, since what happens on a boundary is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import gcd, lcm
from typing import Any

from flint import arb, fmpq, fmpz_poly

from actc.calculus.balls import evaluate
from actc.calculus.branches import digest, polynomial
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import Expr

Monomial = tuple[tuple[str, int], ...]
"""Variables with their exponents, sorted by name; the empty one is 1."""

_CONDITION = 5  # counted work for a term of a condition
_ROOTS = 20  # and for isolating roots, times the square of their number
_MOST_ROWS = 300
_MOST_PRODUCTS = 24
_MOST_DEGREE = 40  # of all polynomials in one variable together
_MOST_BITS = 400  # of their coefficients; roots that lie closer to one another take seconds to tell apart
_POSITIVE = Domain("positive", Fraction(0))


@dataclass(frozen=True, slots=True)
class Condition:
    """A polynomial that is to be positive (sign 1) or negative (sign -1)."""

    terms: Mapping[Monomial, Fraction]
    sign: int

    def variables(self) -> frozenset[str]:
        return frozenset(name for monomial in self.terms for name, _ in monomial)


def feasible_signs(signs: Mapping[Expr, int], domains: Mapping[str, Domain], work: Work) -> bool:
    """Whether the atoms may have these signs at some point of the domains. Signs of 0 are not looked at.

    Raises GaveUp where the work is used up.
    """
    known = dict(domains)
    conditions = []
    for atom, sign in signs.items():
        terms = polynomial(atom)
        if not terms or not sign:
            continue
        named: dict[Monomial, Fraction] = {}
        for factors, coefficient in terms.items():
            monomial = tuple(sorted((_name(leaf, known), power) for leaf, power in factors))
            named[monomial] = coefficient
        conditions.append(Condition(named, sign))
    return feasible(conditions, known, work)


def _name(leaf: Expr, known: dict[str, Domain]) -> str:
    """A name for a symbol or an opaque function of symbols, whose range is noted."""
    if leaf.op == "symbol":
        return leaf.name
    name = f"#{leaf.op}{digest(leaf)}"
    if not leaf.free:
        known[name] = _closed(leaf)
    elif leaf.op in ("exp", "cosh", "softplus", "abs", "sqrt"):
        known[name] = _POSITIVE
    elif leaf.op in ("sigmoid", "normal_cdf"):
        known[name] = Domain("(0, 1)", Fraction(0), Fraction(1))
    elif leaf.op in ("tanh", "sin", "cos", "erf"):
        known[name] = Domain("(-1, 1)", Fraction(-1), Fraction(1))
    return name


def _closed(leaf: Expr) -> Domain:
    """Bounds of a fixed number, an open interval around it."""
    value = evaluate(leaf, {})
    if isinstance(value, Fraction):
        value = arb(fmpq(value.numerator, value.denominator))
    if not isinstance(value, arb) or not value.is_finite():
        return Domain()
    reach = Fraction(1, 10**9) * (1 + abs(_rational(value.mid())))
    return Domain("", _rational(value.lower()) - reach, _rational(value.upper()) + reach)


def feasible(conditions: Sequence[Condition], domains: Mapping[str, Domain], work: Work) -> bool:
    """Whether some point of the domains may meet all conditions; False only where that is impossible."""
    work.spend(_CONDITION * sum(len(c.terms) for c in conditions))
    alone: dict[str, list[Condition]] = {}
    for condition in conditions:
        names = condition.variables()
        if not names:
            if condition.terms.get((), Fraction(0)) * condition.sign <= 0:
                return False
        elif len(names) == 1:
            alone.setdefault(next(iter(names)), []).append(condition)
    for name, group in alone.items():
        if not _feasible_alone(group, domains.get(name, Domain()), work):
            return False
    if all(len(c.variables()) < 2 for c in conditions):
        return True
    if not _feasible_linear(conditions, domains, work):
        return False
    joined = _products(conditions, domains, work)
    return not joined or _feasible_linear([*conditions, *joined], domains, work)


def _products(conditions: Sequence[Condition], domains: Mapping[str, Domain], work: Work) -> list[Condition]:
    """Products of what is positive, made of monomials that the conditions have: more is known of these then."""
    present = {monomial for condition in conditions for monomial in condition.terms} | {()}
    if all(sum(power for _, power in monomial) < 2 for monomial in present):
        return []
    factors = [{m: c * condition.sign for m, c in condition.terms.items()} for condition in conditions]
    for name in sorted({name for monomial in present for name, _ in monomial}):
        domain, own = domains.get(name, Domain()), ((name, 1),)
        if domain.low is not None and domain.low != domain.high:
            factors.append({own: Fraction(1), (): -domain.low})
        if domain.high is not None and domain.low != domain.high:
            factors.append({own: Fraction(-1), (): domain.high})
    known = {frozenset(factor.items()) for factor in factors}
    found: list[Condition] = []
    for first, second in combinations(factors, 2):
        work.spend(len(first) * len(second))
        product = _times(first, second)
        key = frozenset(product.items())
        if present.issuperset(product) and len(product) > 1 and key not in known:
            known.add(key)
            found.append(Condition(product, 1))
    return found[:_MOST_PRODUCTS]


def _times(a: Mapping[Monomial, Fraction], b: Mapping[Monomial, Fraction]) -> dict[Monomial, Fraction]:
    total: dict[Monomial, Fraction] = {}
    for first, c in a.items():
        for second, d in b.items():
            powers = dict(first)
            for name, power in second:
                powers[name] = powers.get(name, 0) + power
            monomial = tuple(sorted(powers.items()))
            total[monomial] = total.get(monomial, Fraction(0)) + c * d
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def _feasible_alone(group: Sequence[Condition], domain: Domain, work: Work) -> bool:
    """One variable: look at a point of every interval between the roots."""
    # Dropping a condition only makes more feasible.
    group = sorted(group, key=lambda c: max(m[0][1] if m else 0 for m in c.terms))
    polys = [_univariate(condition) for condition in group]
    total = bits = 0
    for i, poly in enumerate(polys):
        total += poly.degree()
        bits += max(int(c).bit_length() for c in poly.coeffs())
        if total > _MOST_DEGREE or bits > _MOST_BITS:
            polys, group = polys[:i], group[:i]
            break
    low, high = domain.low, domain.high
    if all(poly.degree() == 1 for poly in polys):
        return _feasible_interval(polys, group, low, high)
    if low is not None and low == high:
        points = [low]
    else:
        work.spend(_ROOTS * sum(int(poly.degree()) for poly in polys) ** 2)
        product = fmpz_poly([1])
        for poly in polys:
            product *= poly
        for end in (low, high):
            if end is not None:
                product *= fmpz_poly([-end.numerator, end.denominator])
        points = [p for p in _between_roots(product) if (low is None or p > low) and (high is None or p < high)]
    return any(all(_sign_at(poly, p) == c.sign for poly, c in zip(polys, group, strict=True)) for p in points)


def _feasible_interval(
    polys: Sequence[fmpz_poly], group: Sequence[Condition], low: Fraction | None, high: Fraction | None
) -> bool:
    """Linear conditions leave an interval or nothing."""
    if low is not None and low == high:
        return all(_sign_at(poly, low) == c.sign for poly, c in zip(polys, group, strict=True))
    for poly, condition in zip(polys, group, strict=True):
        edge = Fraction(-int(poly[0]), int(poly[1]))
        if (poly[1] > 0) == (condition.sign > 0):
            low = edge if low is None else max(low, edge)
        else:
            high = edge if high is None else min(high, edge)
    return low is None or high is None or low < high


def _univariate(condition: Condition) -> fmpz_poly:
    scale = lcm(*(c.denominator for c in condition.terms.values()))
    coefficients = [0] * (1 + max(monomial[0][1] if monomial else 0 for monomial in condition.terms))
    for monomial, coefficient in condition.terms.items():
        coefficients[monomial[0][1] if monomial else 0] = int(coefficient * scale)
    return fmpz_poly(coefficients)


def _between_roots(poly: fmpz_poly) -> list[Fraction]:
    """A point in every interval of the line without the polynomial's real roots."""
    found: Any = poly.complex_roots()  # the stub's type is wrong: these are pairs of a ball and a multiplicity
    # A real root's imaginary part is exactly zero, and the balls do not overlap. Their ends are taken exactly: rounded
    # ones could, with a root of 1 - 1e-60 beside 1.
    balls = [(_rational(r.real.mid()), _rational(r.real.rad())) for r, _ in found if r.imag == 0]
    edges = sorted((middle - radius, middle + radius) for middle, radius in balls)
    if not edges:
        return [Fraction(0)]
    inner = [(left[1] + right[0]) / 2 for left, right in pairwise(edges)]
    return [edges[0][0] - 1, *inner, edges[-1][1] + 1]


def _rational(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _sign_at(poly: fmpz_poly, point: Fraction) -> int:
    value = Fraction(0)
    for coefficient in reversed(poly.coeffs()):
        value = value * point + int(coefficient)
    return (value > 0) - (value < 0)


def _feasible_linear(conditions: Sequence[Condition], domains: Mapping[str, Domain], work: Work) -> bool:
    """Several variables: linear inequalities in the monomials, by Fourier and Motzkin's elimination."""
    names = frozenset().union(*(c.variables() for c in conditions))
    fixed = _signs_of_variables(names, conditions, domains)
    rows = [{m: c * condition.sign for m, c in condition.terms.items()} for condition in conditions]
    for name in sorted(names):
        domain = domains.get(name, Domain())
        own: Monomial = ((name, 1),)
        if domain.low is not None and domain.low == domain.high:
            continue  # a single point: an inequality that is strict would be wrong
        if domain.low is not None:
            rows.append({own: Fraction(1), (): -domain.low})
        if domain.high is not None:
            rows.append({own: Fraction(-1), (): domain.high})
    monomials = {m for row in rows for m in row if m}
    for monomial in sorted(monomials):
        sign = 1
        for name, power in monomial:
            if power % 2:
                sign *= fixed.get(name, 0)
        if sign and (len(monomial) > 1 or monomial[0][1] > 1):
            rows.append({monomial: Fraction(sign)})
    return _eliminate(rows, work)


def _signs_of_variables(
    names: Iterable[str], conditions: Sequence[Condition], domains: Mapping[str, Domain]
) -> dict[str, int]:
    fixed = {}
    for name in names:
        domain = domains.get(name, Domain())
        if domain.low is not None and domain.low >= 0:
            fixed[name] = 1
        elif domain.high is not None and domain.high <= 0:
            fixed[name] = -1
    for condition in conditions:
        if len(condition.terms) == 1:
            ((monomial, coefficient),) = condition.terms.items()
            if len(monomial) == 1 and monomial[0][1] == 1:
                fixed[monomial[0][0]] = condition.sign if coefficient > 0 else -condition.sign
    return fixed


def _eliminate(rows: Sequence[Mapping[Monomial, Fraction]], work: Work) -> bool:
    """Whether linear forms can all be positive at once."""
    unknowns = sorted({m for row in rows for m in row if m})
    work.spend(len(rows) * len(unknowns))
    nothing = Fraction(0)
    current = {_integers([row.get(m, nothing) for m in (*unknowns, ())]) for row in rows}
    left = list(range(len(unknowns)))
    while left:
        sides = {i: ([r for r in current if r[i] > 0], [r for r in current if r[i] < 0]) for i in left}
        column = min(left, key=lambda i: (len(sides[i][0]) * len(sides[i][1]), i))
        above, below = sides[column]
        following = {row for row in current if row[column] == 0}
        work.spend(len(left) * (len(current) + len(above) * len(below)))
        if len(above) * len(below) + len(following) > _MOST_ROWS:
            return True
        for up in above:
            for down in below:
                following.add(_primitive([u * -down[column] + d * up[column] for u, d in zip(up, down, strict=True)]))
        current = following
        left.remove(column)
    return all(row[-1] > 0 for row in current)


def _integers(row: Sequence[Fraction]) -> tuple[int, ...]:
    scale = lcm(*(c.denominator for c in row))
    return _primitive([c.numerator * (scale // c.denominator) for c in row])


def _primitive(row: Sequence[int]) -> tuple[int, ...]:
    shared = gcd(*row)
    return tuple(c // shared for c in row) if shared > 1 else tuple(row)
