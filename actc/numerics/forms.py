"""Quotients of polynomials written as expressions again, in forms that neither overflow nor cancel needlessly.

For E = exp(v): E/(1 + E) is sigmoid(v), 1/(1 + E) is sigmoid(-v), (E - 1)/(E + 1) is tanh(v/2), E - 1 is expm1(v).
What is none of these is written in e = exp(-abs(v)), which never overflows: as it stands where v <= 0, and with top and
bottom divided by their highest powers of E where v > 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

from flint import fmpq, fmpq_mpoly

from actc.model.algebra import add, compare, divide, multiply, negate, power, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, number
from actc.numerics.exponents import times
from actc.numerics.rational import Quotient

Powers = tuple[int, ...]


@dataclass(slots=True)
class Product:
    """Factors with their integer exponents, and a rational one."""

    factor: Fraction = Fraction(1)
    parts: dict[Expr, int] = field(default_factory=dict)

    def put(self, part: Expr, exponent: int) -> None:
        """Multiply by a power."""
        if part.is_number and (part.number != 0 or exponent > 0):
            self.factor *= part.number**exponent
        elif exponent:
            self.parts[part] = self.parts.get(part, 0) + exponent

    def expression(self) -> Expr:
        """Rational factor, what multiplies, what divides."""
        if not self.factor:
            return ZERO
        top, bottom = ONE, ONE
        for part, exponent in self.parts.items():
            if exponent > 0:
                top = _times(top, power(part, number(exponent)))
            elif exponent < 0:
                bottom = _times(bottom, power(part, number(-exponent)))
        scale = abs(self.factor)
        value = times(scale, top) if bottom is ONE else divide(multiply(number(scale), top), bottom)
        return negate(value) if self.factor < 0 else value


def _times(a: Expr, b: Expr) -> Expr:
    return b if a is ONE else multiply(a, b)


@dataclass(frozen=True, slots=True)
class Factored:
    """A quotient in factors, with one exponential at most that stands in more than monomials."""

    factor: Fraction
    monomials: dict[Expr, int]  # leaves with their exponents
    exponents: dict[int, Fraction]  # of each exponential, in its own unit
    arguments: list[Expr]
    factors: list[tuple[fmpq_mpoly, int]]  # with their positive or negative exponents
    quotient: Quotient


def factored(value: Quotient) -> Factored:
    """Factors of top and bottom together; exponentials in whose powers only multiples occur get a larger unit."""
    count = len(value.exponents)
    top, bottom = value.top, value.bottom
    arguments = list(value.exponents)
    exponents: dict[int, Fraction] = {}
    for j in range(count):
        lows, step = _span(top, bottom, j)
        step = step or 1
        exponents[j] = Fraction(lows[0] - lows[1], step)
        arguments[j] = times(Fraction(step), arguments[j])
        top, bottom = _deflated(top, j, lows[0], step), _deflated(bottom, j, lows[1], step)
    unit, parts = top.factor()
    under, below = bottom.factor()
    scale = _fraction(unit) / _fraction(under)
    monomials: dict[Expr, int] = {}
    factors: list[tuple[fmpq_mpoly, int]] = []
    gens = top.context().gens()
    for poly, times_ in (*((p, int(k)) for p, k in parts), *((p, -int(k)) for p, k in below)):
        lead = poly.leading_coefficient()
        scale *= _fraction(lead) ** times_
        monic = poly / lead
        index = gens.index(monic) if monic in gens else -1
        if index >= count:
            monomials[value.leaves[index - count]] = times_
            continue
        scale_up = _content(monic)
        scale /= scale_up**times_
        factors.append((monic * fmpq(scale_up.numerator, scale_up.denominator), times_))
    return Factored(scale, monomials, exponents, arguments, factors, value)


def _content(poly: fmpq_mpoly) -> Fraction:
    """What makes the lowest term's coefficient 1, so that 1 + u stays that."""
    coefficients = [_fraction(c) for c in poly.coeffs()]
    return 1 / abs(coefficients[-1])


def _span(top: fmpq_mpoly, bottom: fmpq_mpoly, j: int) -> tuple[tuple[int, int], int]:
    found = []
    step = 0
    for poly in (top, bottom):
        degrees = sorted({int(m[j]) for m in poly.monoms()}) or [0]
        step = gcd(step, *(d - degrees[0] for d in degrees))
        found.append(degrees[0])
    return (found[0], found[1]), step


def _deflated(poly: fmpq_mpoly, j: int, low: int, step: int) -> fmpq_mpoly:
    terms = {
        tuple((int(p) - low) // step if i == j else int(p) for i, p in enumerate(powers)): c
        for powers, c in poly.to_dict().items()
    }
    return poly.context().from_dict(terms)


def _fraction(value: fmpq | int) -> Fraction:
    exact = fmpq(value)
    return Fraction(int(exact.p), int(exact.q))


def vocabulary(value: Quotient) -> Expr:
    """In sigmoid, tanh and expm1 as far as that goes, with plain exponentials for the rest."""
    if value.is_zero:
        return ZERO
    parts = factored(value)
    product = Product(parts.factor, dict(parts.monomials))
    gens = value.top.context().gens()
    names = [apply("exp", a) for a in parts.arguments] + list(value.leaves)
    simple: dict[int, list[int]] = {}
    for poly, times_ in parts.factors:
        for j in range(len(parts.arguments)):
            if poly == gens[j] + 1:
                simple.setdefault(j, [0, 0])[0] += times_
                break
            if poly in (gens[j] - 1, 1 - gens[j]):
                simple.setdefault(j, [0, 0])[1] += times_
                product.factor *= (-1) ** times_ if poly != gens[j] - 1 else 1
                break
        else:
            product.put(polynomial(poly, names), times_)
    exponent = ZERO
    for j, argument in enumerate(parts.arguments):
        plus, minus = simple.get(j, (0, 0))
        rest = _put_exponential(product, argument, parts.exponents[j], plus, minus)
        # One exponential of a sum: apart, one may vanish where another overflows.
        exponent = add(exponent, times(rest, argument)) if rest else exponent
    if exponent is not ZERO:
        product.put(apply("exp", exponent), 1)
    return product.expression()


def _put_exponential(product: Product, v: Expr, monomial: Fraction, plus: int, minus: int) -> Fraction:
    """exp(monomial*v) * (1 + exp(v))**plus * (exp(v) - 1)**minus, but for a power of exp(v) that is returned."""
    both = min(minus, -plus) if minus > 0 > plus else -min(-minus, plus) if plus > 0 > minus else 0
    product.put(apply("tanh", times(Fraction(1, 2), v)), both)
    plus, minus = plus + both, minus - both
    if plus < 0:
        rising = _clamp(monomial, -plus)
        product.put(apply("sigmoid", v), rising)
        product.put(apply("sigmoid", negate(v)), -plus - rising)
        monomial -= rising
    elif plus > 0:
        falling = _clamp(-monomial, plus)
        product.put(add(ONE, apply("exp", negate(v))), falling)
        product.put(add(ONE, apply("exp", v)), plus - falling)
        monomial += falling
    if minus > 0:
        falling = _clamp(-monomial, minus)
        product.put(apply("expm1", negate(v)), falling)
        product.put(apply("expm1", v), minus - falling)
        product.factor *= (-1) ** falling
        monomial += falling
    elif minus < 0:
        rising = _clamp(monomial, -minus)
        product.put(apply("expm1", negate(v)), -rising)
        product.put(apply("expm1", v), minus + rising)
        product.factor *= (-1) ** rising
        monomial -= rising
    return monomial


def _clamp(value: Fraction, most: int) -> int:
    return max(0, min(int(value), most))


def balanced(value: Quotient) -> Expr | None:
    """In e = exp(-abs(v)); None where more than one exponential stands in sums that divide."""
    if value.is_zero:
        return None
    parts = factored(value)
    count = len(parts.arguments)
    inside = {j for poly, _ in parts.factors for j in range(count) if poly.degrees()[j]}
    if len(inside) > 1:
        # What is divided by decides; the others stay as they are.
        inside = {j for poly, power_ in parts.factors for j in range(count) if power_ < 0 and poly.degrees()[j]}
    if len(inside) > 1 or not parts.arguments:
        return None
    main = inside.pop() if inside else 0
    v = parts.arguments[main]
    size = apply("abs", v)
    others = ZERO
    for j, exponent in parts.exponents.items():
        if j != main and exponent:
            others = add(others, times(exponent, parts.arguments[j]))
    sides = [_side(parts, main, size, others, positive=positive) for positive in (True, False)]
    return where(compare("gt", v, ZERO), *sides)


def _side(parts: Factored, main: int, size: Expr, others: Expr, *, positive: bool) -> Expr:
    """The quotient where v has a known sign; what the other exponentials come to is joined with the powers of e."""
    tiny = apply("exp", negate(size))
    names = [apply("exp", a) for a in parts.arguments] + list(parts.quotient.leaves)
    names[main] = tiny
    product = Product(parts.factor, dict(parts.monomials))
    total = parts.exponents[main]
    for poly, times_ in parts.factors:
        degree = int(poly.degrees()[main])
        total += times_ * degree if positive else 0
        part = reversed_powers(poly, main, degree) if positive else poly
        gen = part.context().gens()[main]
        if part in (1 - gen, gen - 1):
            product.factor *= (-1) ** times_ if part == 1 - gen else 1
            product.put(apply("expm1", negate(size)), times_)
        else:
            product.put(polynomial(part, names), times_)
    rest = -total if positive else total
    if others is not ZERO:
        product.put(apply("exp", subtract(others, times(rest, size)) if rest else others), 1)
    elif rest.denominator == 1 and rest > 0:
        product.put(tiny, int(rest))
    elif rest:
        product.put(apply("exp", times(-rest, size)), 1)
    return product.expression()


def plain_product(value: Quotient) -> Expr:
    """A quotient without exponentials in its factors."""
    if value.is_zero:
        return ZERO
    parts = factored(value)
    product = Product(parts.factor, dict(parts.monomials))
    for poly, exponent in parts.factors:
        product.put(polynomial(poly, list(value.leaves)), exponent)
    return product.expression()


def reversed_powers(poly: fmpq_mpoly, index: int, degree: int) -> fmpq_mpoly:
    """The polynomial divided by a power of one unknown, in that unknown's reciprocal."""
    terms = {
        tuple(degree - int(p) if i == index else int(p) for i, p in enumerate(powers)): c
        for powers, c in poly.to_dict().items()
    }
    return poly.context().from_dict(terms)


def polynomial(poly: fmpq_mpoly, names: list[Expr]) -> Expr:
    """A polynomial as a sum, constants first and positive terms before negative ones."""
    terms = sorted(poly.to_dict().items(), key=lambda item: (_fraction(item[1]) < 0, sum(item[0]), item[0]))
    total = ZERO
    for powers, coefficient in terms:
        term = ONE
        for name, exponent in zip(names, powers, strict=True):
            if exponent:
                term = _times(term, power(name, number(int(exponent))))
        scale = _fraction(coefficient)
        scaled = times(abs(scale), term)
        if total is ZERO:
            total = scaled if scale > 0 else negate(scaled)
        else:
            total = add(total, scaled) if scale > 0 else subtract(total, scaled)
    return total
