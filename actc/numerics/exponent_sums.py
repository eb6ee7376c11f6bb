"""Exponents of exponentials as exact sums: of terms with rational factors, and of sizes abs(v) of such sums.

Two exponents are added, halved and compared term by term, so that what is the same in both is gone and not rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from actc.model.algebra import add, divide, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, number, postorder
from actc.numerics.exponents import scaled, times
from actc.numerics.products import factors

_HUGE = Fraction(2) ** 100

Terms = tuple[tuple[Expr, Fraction], ...]
"""A sum of expressions with rational factors, in the order in which they were met."""


@dataclass(frozen=True, slots=True)
class Exponent:
    """The sum of ``terms`` and of the absolute values of other such sums."""

    terms: Terms = ()
    sizes: tuple[tuple[Terms, Fraction], ...] = ()

    @property
    def is_zero(self) -> bool:
        return not self.terms and not self.sizes


NOTHING = Exponent()


class Exponents:
    """Arithmetic with exponents. Terms and factors keep the order in which they were met first.

    In a sum with one term that has an input, that term is held at great bounds.
    """

    def __init__(self, inputs: tuple[str, ...]) -> None:
        self.inputs = inputs
        self.order: dict[Expr, int] = {}

    def parsed(self, u: Expr) -> Exponent:
        """An expression taken apart as a sum."""
        found: dict[Expr, Fraction] = {}
        sizes: dict[Terms, Fraction] = {}
        stack = [(u, Fraction(1))]
        while stack:
            node, factor = stack.pop()
            q, base = scaled(node)
            if base.op in ("add", "sub"):
                sign = 1 if base.op == "add" else -1
                stack += [(base.args[1], sign * q * factor), (base.args[0], q * factor)]
            elif base.op == "abs":
                inner = self.parsed(base.args[0])
                if inner.sizes or not inner.terms:
                    found[base] = found.get(base, Fraction(0)) + q * factor
                else:
                    v, c = _primitive(inner.terms)
                    sizes[v] = sizes.get(v, Fraction(0)) + q * factor * abs(c)
            elif base is not ZERO:
                base = self.ordered(base)
                found[base] = found.get(base, Fraction(0)) + q * factor
        return Exponent(self.sorted(found), tuple((v, c) for v, c in sizes.items() if c))

    def ordered(self, base: Expr) -> Expr:
        """A product in the order in which its factors were met, so that x*y and y*x are one thing."""
        if base.op not in ("mul", "div"):
            return base
        top, bottom, _ = factors(base)
        for factor in (*top, *bottom):
            self.order.setdefault(factor, len(self.order))
        result = ONE
        for factor in sorted(top, key=self.order.__getitem__):
            result = factor if result is ONE else apply("mul", result, factor)
        for factor in sorted(bottom, key=self.order.__getitem__):
            result = divide(result, factor)
        return result

    def sorted(self, found: dict[Expr, Fraction]) -> Terms:
        """Terms in the order in which they were met."""
        for term in found:
            self.order.setdefault(term, len(self.order))
        return tuple(sorted(((t, c) for t, c in found.items() if c), key=lambda item: self.order[item[0]]))

    def plus(self, a: Exponent, b: Exponent, sign: int) -> Exponent:
        """a + b, or a - b where the sign is -1."""
        if b.is_zero:
            return a
        terms = dict(a.terms)
        for term, c in b.terms:
            terms[term] = terms.get(term, Fraction(0)) + sign * c
        sizes = dict(a.sizes)
        for size, c in b.sizes:
            sizes[size] = sizes.get(size, Fraction(0)) + sign * c
        return Exponent(self.sorted(terms), tuple((s, c) for s, c in sizes.items() if c))

    def least(self, d: Exponent) -> tuple[Exponent, Expr]:
        """min(d, 0), and its exponential."""
        if d.is_zero:
            return NOTHING, ONE
        if not d.sizes:
            v, q = _primitive(d.terms)
            if len(v) == 1 and v[0][0] is ONE:
                return (d, self.exponential(d)) if q < 0 else (NOTHING, ONE)
            if len(v) == 1 and v[0][0].op == "max":
                return self.held(d)
            found = Exponent(_over(d.terms, 2), ((v, -abs(q) / 2),))
            return found, self.exponential(found)
        if len(d.sizes) == 1:
            ((v, b),) = d.sizes
            r = _ratio(d.terms, v)
            if r is not None:
                p, n = min(r + b, Fraction(0)), max(r - b, Fraction(0))
                terms = tuple((t, c * (p + n) / 2) for t, c in v) if p + n else ()
                found = Exponent(terms, ((v, (p - n) / 2),) if p != n else ())
                return found, self.exponential(found)
        return self.held(d)

    def held(self, d: Exponent) -> tuple[Exponent, Expr]:
        """The same with the lesser of both as one term."""
        held = apply("min", self.spelled(d), ZERO)
        return Exponent(self.sorted({held: Fraction(1)})), apply("exp", held)

    def exponential(self, e: Exponent) -> Expr:
        """The exponential of an exponent."""
        return ONE if e.is_zero else apply("exp", self.spelled(e))

    def spelled(self, e: Exponent) -> Expr:
        """The exponent as an expression, each size with its own part of the terms."""
        if len(e.sizes) == 1 and _ratio(e.terms, e.sizes[0][0]) is None:
            return self.of_two(e)
        rest = dict(e.terms)
        total = ZERO
        for v, b in e.sizes:
            lead, factor = v[0]
            r = rest.get(lead, Fraction(0)) / factor
            left = {**rest}
            for term, c in v:
                left[term] = left.get(term, Fraction(0)) - r * c
            if sum(1 for c in left.values() if c) < sum(1 for c in rest.values() if c):
                rest = left
            else:
                r = Fraction(0)
            total = _joined(total, _two_sided(_sum(v, self.inputs), r + b, r - b))
        for term, c in rest.items():
            if c:
                total = _joined(total, times(c, term))
        return total

    def of_two(self, e: Exponent) -> Expr:
        """l + b*abs(v) as the greater, or lesser, of l + b*v and l - b*v: infinities never meet in it."""
        ((v, b),) = e.sizes
        sides = []
        for sign in (1, -1):
            terms = dict(e.terms)
            for term, c in v:
                terms[term] = terms.get(term, Fraction(0)) + sign * b * c
            sides.append(_sum(self.sorted(terms), self.inputs))
        return apply("max" if b > 0 else "min", *sides)


def multiple(e: Exponent, factor: Fraction) -> Exponent:
    """The exponent times a number."""
    if e.is_zero or not factor:
        return NOTHING
    return Exponent(_over(e.terms, 1 / factor), tuple((v, c * factor) for v, c in e.sizes))


def of_logarithm(term: Expr) -> tuple[Expr, Expr] | None:
    """c and u of c*log(u)."""
    if term.op == "log":
        return ONE, term.args[0]
    if term.op != "mul":
        return None
    for k in (0, 1):
        if term.args[k].op == "log":
            return term.args[1 - k], term.args[k].args[0]
    return None


def _over(terms: Terms, divisor: Fraction | int) -> Terms:
    return tuple((t, c / divisor) for t, c in terms)


def _primitive(terms: Terms) -> tuple[Terms, Fraction]:
    """The sum with its first coefficient 1, and that coefficient."""
    lead = terms[0][1]
    return _over(terms, lead), lead


def _ratio(terms: Terms, v: Terms) -> Fraction | None:
    """What multiple of ``v`` the terms are; None where they are none."""
    if not terms:
        return Fraction(0)
    r = terms[0][1] / v[0][1]
    return r if tuple((t, r * c) for t, c in v) == terms else None


def _sum(terms: Terms, inputs: tuple[str, ...]) -> Expr:
    total = ZERO
    moving = [term for term, _ in terms if not term.free.isdisjoint(inputs)]
    for term, c in terms:
        if len(terms) > 1 and moving == [term] and _may_overflow(term):
            # Beyond, its exponential is 0 or infinite, and infinity less infinity would be NaN.
            term = apply("max", apply("min", term, number(_HUGE)), number(-_HUGE))
        part = times(abs(c), term)
        total = (part if c > 0 else negate(part)) if total is ZERO else (add if c > 0 else subtract)(total, part)
    return total


def _may_overflow(term: Expr) -> bool:
    return term.op in ("mul", "div") and all(node.op != "log" for node in postorder(term))


def _joined(total: Expr, part: Expr) -> Expr:
    return part if total is ZERO else add(total, part)


def _two_sided(v: Expr, p: Fraction, n: Fraction) -> Expr:
    """p*v where v > 0, else n*v."""
    if p == n:
        return times(p, v)
    if not p:
        return times(n, apply("min", v, ZERO))
    if not n:
        return times(p, apply("max", v, ZERO))
    if p == -n:
        return times(p, apply("abs", v))
    return where(apply("gt", v, ZERO), times(p, v), times(n, v))
