"""Exact arithmetic with quotients of integer polynomials in a pool of generators, some of them roots of others.

All work is counted, so that what is given up does not depend on the machine.
"""

from __future__ import annotations

from math import comb

from flint import fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from actc.calculus.work import GaveUp, Work

_OPERATION = 20  # steps of any operation, however small its operands
_MOST_PRODUCT = 400_000  # term products of one multiplication
_MOST_GCD = 250_000  # term products up to which a common divisor is looked for
_MOST_DEGREE = 400  # degree in one generator up to which divisors and factors are looked for
_MOST_POWER = 1500  # terms of an expanded power


class Undefined(Exception):  # noqa: N818 - steers the search, no error
    """A division by what is identically zero."""


class Ratio:
    """A quotient of polynomials in lowest terms, as far as that was affordable; the denominator leads with a plus."""

    __slots__ = ("den", "num")

    def __init__(self, num: fmpz_mpoly, den: fmpz_mpoly) -> None:
        self.num = num
        self.den = den

    def __repr__(self) -> str:
        return f"({self.num})/({self.den})"


class Field:
    """The rational functions over a pool of generators, modulo ``g**q = poly`` for those that are roots."""

    def __init__(self, pool: int, work: Work) -> None:
        self.context = fmpz_mpoly_ctx.get([f"g{i}" for i in range(pool)], "lex")
        self.generators = self.context.gens()
        self.work = work
        self.one_poly = self.context.constant(1)
        self.zero = Ratio(self.context.constant(0), self.one_poly)
        self.one = Ratio(self.one_poly, self.one_poly)
        self._split: set[int] = set()
        self._roots: dict[int, tuple[int, fmpz_mpoly]] = {}  # index -> (q, what g**q is), the latest first

    def adjoin_root(self, index: int, degree: int, radicand: fmpz_mpoly, splits: bool = False) -> None:
        """Let the generator's power be the polynomial, which is in earlier generators.

        ``splits`` says that the relation has factors, so that products may vanish of which no factor does.
        """
        if splits:
            self._split.add(index)
        self._roots = {index: (degree, radicand), **self._roots}

    def integer(self, value: int | fmpz) -> Ratio:
        return Ratio(self.context.constant(value), self.one_poly)

    def rational(self, numerator: int | fmpz, denominator: int | fmpz) -> Ratio:
        return Ratio(self.context.constant(numerator), self.context.constant(denominator))

    def generator(self, index: int) -> Ratio:
        return Ratio(self.generators[index], self.one_poly)

    def quotient(self, num: fmpz_mpoly, den: fmpz_mpoly) -> Ratio:
        """num/den in lowest terms. Raises Undefined where den is zero."""
        if self._roots:
            num, den = self.reduce(num), self.reduce(den)
        if den.is_zero():
            raise Undefined
        if num.is_zero():
            return self.zero
        if self._roots:
            num, den = self._rationalise(num, den)
        self.work.spend(_OPERATION + len(num) + len(den))
        if not den.is_one():
            common = self.common(num, den)
            if not common.is_one():
                num, den = num // common, den // common
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Ratio(num, den)

    def common(self, a: fmpz_mpoly, b: fmpz_mpoly) -> fmpz_mpoly:
        """A common divisor: the greatest, where that can be had in reasonable time."""
        if self.affordable(a) and self.affordable(b) and len(a) * len(b) <= _MOST_GCD:
            self.work.spend(min(len(a) * len(b), 200))
            return a.gcd(b)
        return a.term_content().gcd(b.term_content())

    def affordable(self, a: fmpz_mpoly) -> bool:
        """Whether divisors of the polynomial may be looked for."""
        return len(a) == 1 or (len(a) <= _MOST_POWER and max(a.degrees()) <= _MOST_DEGREE)

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        if a.num.is_zero():
            return b
        if b.num.is_zero():
            return a
        if a.den == b.den:
            return self.quotient(a.num + b.num, a.den)
        shared = self.common(a.den, b.den)
        left, right = a.den // shared, b.den // shared
        return self.quotient(self.times(a.num, right) + self.times(b.num, left), self.times(a.den, right))

    def negate(self, a: Ratio) -> Ratio:
        return Ratio(-a.num, a.den)

    def subtract(self, a: Ratio, b: Ratio) -> Ratio:
        return self.add(a, self.negate(b))

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        if a.num.is_zero() or b.num.is_zero():
            return self.zero
        # Cancelling crosswise first keeps the products small.
        left, right = self.common(a.num, b.den), self.common(b.num, a.den)
        num = self.times(a.num // left, b.num // right)
        den = self.times(a.den // right, b.den // left)
        if self._roots:
            return self.quotient(num, den)
        self.work.spend(_OPERATION + len(num) + len(den))
        return Ratio(num, den) if den.leading_coefficient() > 0 else Ratio(-num, -den)

    def invert(self, a: Ratio) -> Ratio:
        """1/a. Raises Undefined for zero."""
        return self.quotient(a.den, a.num)

    def divide(self, a: Ratio, b: Ratio) -> Ratio:
        return self.multiply(a, self.invert(b))

    def power(self, a: Ratio, exponent: int) -> Ratio:
        """a to an integer. Raises GaveUp where the expansion is too large (see ``expands``)."""
        if exponent < 0:
            a, exponent = self.invert(a), -exponent
        if not (self.expands(a.num, exponent) and self.expands(a.den, exponent)):
            raise GaveUp
        self.work.spend(terms_of_power(a.num, exponent) + terms_of_power(a.den, exponent))
        return self.quotient(a.num**exponent, a.den**exponent)

    def expands(self, a: fmpz_mpoly, exponent: int) -> bool:
        """Whether the power is small enough to be multiplied out."""
        if exponent <= 1 or a.is_one():
            return True
        bits = max(abs(c).bit_length() for c in a.coeffs())
        if bits * exponent > 20_000 or max(a.degrees(), default=0) * exponent > _MOST_DEGREE:
            return False
        return terms_of_power(a, exponent) <= _MOST_POWER

    def scale(self, a: Ratio, numerator: int, denominator: int = 1) -> Ratio:
        """a times an exact number."""
        return self.multiply(a, self.rational(numerator, denominator))

    def is_zero(self, a: Ratio) -> bool:
        return self.reduce(a.num).is_zero() if self._roots else a.num.is_zero()

    def same(self, a: Ratio, b: Ratio) -> bool:
        """Whether the difference reduces to zero."""
        return (a.num == b.num and a.den == b.den) or self.is_zero(self.subtract(a, b))

    def constant_value(self, a: Ratio) -> tuple[int, int] | None:
        """Numerator and denominator of a rational number; None for what is none."""
        if not (a.num.is_constant() and a.den.is_constant()):
            return None
        return int(a.num.leading_coefficient()) if not a.num.is_zero() else 0, int(a.den.leading_coefficient())

    def reduce(self, a: fmpz_mpoly) -> fmpz_mpoly:
        """The polynomial with every root's power below its degree."""
        if a.is_zero():
            return a
        degrees = a.degrees()
        for index, (degree, radicand) in self._roots.items():
            if degrees[index] >= degree:
                a = self._replace(a, index, degree, radicand)
                if a.is_zero():
                    return a
                degrees = a.degrees()
        return a

    def root_degree(self, index: int) -> int:
        """q where the generator is a q-th root, else 0."""
        return self._roots[index][0] if index in self._roots else 0

    def split(self, a: fmpz_mpoly, index: int) -> dict[int, fmpz_mpoly]:
        """The polynomial's coefficients by powers of one generator."""
        self.work.spend(len(a))
        parts: dict[int, dict[tuple[int, ...], fmpz]] = {}
        for powers, coefficient in a.to_dict().items():
            rest = (*powers[:index], 0, *powers[index + 1 :])
            parts.setdefault(int(powers[index]), {})[rest] = coefficient
        return {power: self.context.from_dict(part) for power, part in parts.items()}

    def conjugate(self, a: fmpz_mpoly) -> tuple[fmpz_mpoly, fmpz_mpoly, fmpz_mpoly, int] | None:
        """For A + B*r with the latest square root r in it: (A - B*r, A**2 - B**2*r**2, B, r's index); else None."""
        degrees = a.degrees()
        for index, (degree, radicand) in self._roots.items():
            if degrees[index]:
                if degree != 2 or degrees[index] != 1:
                    return None
                parts = self.split(a, index)
                without, factor = parts.get(0, self.context.constant(0)), parts[1]
                norm = self.times(without, without) - self.times(self.times(factor, factor), radicand)
                return without - factor * self.generators[index], self.reduce(norm), factor, index
        return None

    def times(self, a: fmpz_mpoly, b: fmpz_mpoly) -> fmpz_mpoly:
        """The product as polynomials, not reduced. Raises GaveUp where it is too large."""
        steps = len(a) * len(b)
        if steps > _MOST_PRODUCT:
            raise GaveUp
        self.work.spend(steps)
        return a * b

    def _replace(self, a: fmpz_mpoly, index: int, degree: int, radicand: fmpz_mpoly) -> fmpz_mpoly:
        total = self.context.constant(0)
        high: dict[int, fmpz_mpoly] = {}
        for power, part in self.split(a, index).items():
            whole, rest = divmod(power, degree)
            high[whole] = high.get(whole, self.context.constant(0)) + part * self.generators[index] ** rest
        for whole, part in high.items():
            if not self.expands(radicand, whole):
                raise GaveUp
            total += self.times(part, radicand**whole)
        return total

    def _rationalise(self, num: fmpz_mpoly, den: fmpz_mpoly) -> tuple[fmpz_mpoly, fmpz_mpoly]:
        """Clear the denominator of square roots, and of other roots that are factors of it."""
        degrees = den.degrees()
        if any(degrees[index] for index in self._split):
            return num, den
        for index, (degree, _) in self._roots.items():
            top = den.degrees()[index]
            if not top:
                continue
            if degree == 2:
                found = self.conjugate(den)
                if found is None:
                    continue
                other, norm, _, _ = found
                if norm.is_zero():
                    # A zero divisor would mean that the roots depend on one another: keep what there is.
                    continue
                num, den = self.reduce(self.times(num, other)), norm
            elif min(powers[index] for powers in den.monoms()) == top:
                missing = self.generators[index] ** (degree - top)
                num, den = self.reduce(num * missing), self.reduce(den * missing)
        return num, den


def terms_of_power(a: fmpz_mpoly, exponent: int) -> int:
    """At most how many terms the power has."""
    terms = len(a)
    if terms <= 1:
        return 1
    bound = comb(exponent + terms - 1, terms - 1) if exponent < 200 else exponent ** (terms - 1)
    dense = 1
    for degree in a.degrees():
        dense = min(dense * (int(degree) * exponent + 1), bound)
    return min(bound, dense)
