"""Generators together with what is known of the signs of their polynomials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flint import fmpz_mpoly

from actc.calculus.cells import Condition, feasible
from actc.calculus.normal_form import ranges
from actc.calculus.normal_form.facts import Facts
from actc.calculus.normal_form.field import Ratio
from actc.calculus.normal_form.generators import Generators, Hints
from actc.calculus.normal_form.identity import Identity, Used
from actc.calculus.normal_form.ranges import ANY, Bounds
from actc.calculus.work import Work
from actc.model.domain import Domain

_LIKE_ARGUMENT = frozenset({"erf", "atan", "asin"})  # generators that have the sign of what they are taken of


class NeedSign(Exception):  # noqa: N818 - steers the search, no error
    """The sign of a factor is not known: both are to be looked at."""


class ClaimUndefined(Exception):  # noqa: N818 - steers the search, no error
    """What is only claimed is not real where the function is."""


class Tower(Generators):
    """The generators of one computation under fixed assumptions about signs."""

    def __init__(
        self, pool: int, work: Work, hints: Hints, decisions: Sequence[int], domains: Mapping[str, Domain]
    ) -> None:
        super().__init__(pool, work, hints, domains)
        self.facts = Facts()
        self.strict = False  # whether being real must be shown rather than assumed
        self._divisors: set[str] = set()
        self._decisions = decisions
        self._asked: list[fmpz_mpoly] = []
        self._polys: dict[str, fmpz_mpoly] = {}

    def assume(self, value: Ratio, sign: int) -> None:
        """Let the function have this sign almost everywhere. Raises Contradiction where it cannot."""
        unit, names = self._sign_form(value)
        if unit == 0:
            return
        self.facts.assume(names, negative=(unit < 0) != (sign < 0))

    def require_nonnegative(self, value: Ratio) -> None:
        """What a root or logarithm asks for: assumed of the function, to be shown of the claim."""
        if not self.strict:
            self.assume(value, 1)
            return
        unit, names = self._sign_form(value)
        if unit == 0:
            return
        known = self.facts.sign(names)
        if known is None:
            known = 1
            for name in names:
                known *= self.sign(self._polys[name])
        if known * unit < 0:
            raise ClaimUndefined

    def require_nonzero(self, value: Ratio) -> None:
        """What a division asks for: of the claim it is to be shown that the divisor vanishes on no region.

        That follows from its form, unless a generator is wild; then the function must divide by it as well.
        """
        if self.strict and self.is_wild(value):
            if any(name not in self._divisors for name in self._factor_names(value)):
                raise ClaimUndefined
        elif not self.strict:
            self._divisors.update(self._factor_names(value))

    def _factor_names(self, value: Ratio) -> list[str]:
        polys = (value.num, value.den)
        parts = (part for poly in polys for part, _ in self.factor(poly)[1])
        return [str(part) for part in parts if self.is_wild(Ratio(part, part)) and not self._is_unit(part)]

    def _is_unit(self, part: fmpz_mpoly) -> bool:
        """Whether it is (-1)**n, which is never zero."""
        index = self.single(part)
        return index is not None and self.generators[index].kind == "alternating"

    def sign_of(self, value: Ratio) -> int:
        """The sign, 0 for zero. Raises NeedSign where it is not known."""
        unit, names = self._sign_form(value)
        sign = unit
        for name in names:
            sign *= self.sign(self._polys[name])
        return sign

    def known_sign_of(self, value: Ratio) -> int | None:
        """The sign where it is known, None where not."""
        unit, names = self._sign_form(value)
        if not unit:
            return 0
        known = self.facts.sign(names)
        if known is None:
            known = 1
            for name in names:
                known *= self.known_sign(self._polys[name]) or 0
        return known * unit or None

    def sign(self, poly: fmpz_mpoly) -> int:
        """The sign of an irreducible factor almost everywhere. Raises NeedSign where it is not known."""
        known = self.known_sign(poly)
        if known is None:
            if len(self._asked) >= len(self._decisions):
                raise NeedSign
            known = self._decisions[len(self._asked)]
            self._asked.append(poly)
            self.facts.assume((str(poly),), negative=known < 0)
        return known

    def known_sign(self, poly: fmpz_mpoly) -> int | None:
        """The sign of a factor where it follows from the facts, the generators' ranges or an argument on cells."""
        name = str(poly)
        self._polys.setdefault(name, poly)
        known = self.facts.sign((name,))
        if known is None:
            known = self._sign_by_range(poly)
            if known is None:
                known = self._sign_by_argument(poly)
            if known is None:
                known = self._sign_by_discriminant(poly)
            if known is None:
                known = self._sign_by_cells(poly)
            if known is not None:
                self.facts.assume((name,), negative=known < 0)
        return known

    def identity(self, *forms: Ratio) -> Identity:
        """What an identity between the forms is written in, and which signs it needed."""
        inside = sorted({i for form in forms for i in self.generators_of(form)})
        rows = [(self.generators[i], self.field.root_degree(i)) for i in inside]
        used = tuple(Used(row.label, row.kind, degree, row.fixed) for row, degree in rows)
        asked = tuple(self.text(Ratio(poly, self.field.one_poly)) for poly in self._asked)
        return Identity(used, any(not form.den.is_constant() for form in forms), asked)

    def size_text(self, poly: fmpz_mpoly) -> str:
        """A spelling of the absolute value of a factor: without bars where its sign is known."""
        sign = 1 if poly.is_constant() else self.facts.sign((str(poly),)) or self._sign_by_range(poly)
        text = self.text(Ratio(-poly if sign == -1 else poly, self.field.one_poly))
        return text if sign else f"Abs({text})"

    def _sign_form(self, value: Ratio) -> tuple[int, list[str]]:
        """A sign and the factors of odd exponent whose signs it is to be multiplied with."""
        if self.field.is_zero(value):
            return 0, []
        unit = 1
        names: list[str] = []
        for poly in (value.num, value.den):
            number, factors = self.factor(poly)
            unit *= 1 if number > 0 else -1
            for part, times in factors:
                if times % 2:
                    name = str(part)
                    self._polys.setdefault(name, part)
                    known = self.facts.sign((name,))
                    if known is None:
                        known = self._sign_by_range(part)
                    if known is None:
                        names.append(name)
                    else:
                        unit *= known
        return unit, names

    def _sign_by_range(self, poly: fmpz_mpoly) -> int | None:
        """Interval arithmetic on the ranges of the generators."""
        if len(poly) > 400:
            return None
        self.work.spend(20 * len(poly))
        low: Fraction | None = Fraction(0)
        high: Fraction | None = Fraction(0)
        for powers, coefficient in zip(poly.monoms(), poly.coeffs(), strict=True):
            bounds: Bounds = (Fraction(int(coefficient)), Fraction(int(coefficient)))
            for index, power in enumerate(powers):
                if power:
                    bounds = ranges.product(bounds, ranges.power(self._bounds(index), int(power)))
            low = None if low is None or bounds[0] is None else low + bounds[0]
            high = None if high is None or bounds[1] is None else high + bounds[1]
            if low is None and high is None:
                return None
        if low is not None and low >= 0:
            return 1
        return -1 if high is not None and high <= 0 else None

    def _bounds(self, index: int) -> Bounds:
        bounds = self.generators[index].bounds
        if bounds == ANY:
            known = self.facts.sign((str(self.field.generators[index]),))
            if known is not None:
                return (Fraction(0), None) if known > 0 else (None, Fraction(0))
        return bounds

    def _sign_by_discriminant(self, poly: fmpz_mpoly) -> int | None:
        """a*g**2 + b*g + c has the sign of a where b**2 - 4*a*c is negative."""
        if len(poly) > 60:
            return None
        for index, degree in enumerate(poly.degrees()):
            if degree == 2 and not self.field.root_degree(index):
                parts = self.field.split(poly, index)
                zero = self.field.context.constant(0)
                a, b, c = (parts.get(i, zero) for i in (2, 1, 0))
                discriminant = self.field.reduce(b * b - 4 * a * c)
                if not discriminant.is_zero() and self._plain_sign(discriminant) == -1:
                    lead = self._plain_sign(a)
                    if lead is not None:
                        return lead
        return None

    def _plain_sign(self, poly: fmpz_mpoly) -> int | None:
        unit, factors = self.factor(poly)
        sign = 1 if unit > 0 else -1
        for part, times in factors:
            if times % 2:
                known = self.facts.sign((str(part),)) or self._sign_by_range(part)
                if known is None:
                    return None
                sign *= known
        return sign

    def _sign_by_argument(self, poly: fmpz_mpoly) -> int | None:
        """Increasing functions: exp(u) - exp(v) has the sign of u - v, log(u) that of u - 1, erf(u) that of u."""
        index = self.single(poly)
        if index is not None:
            row = self.generators[index]
            if row.kind == "log" and row.base is not None:
                base = Ratio(row.base, self.field.one_poly)
                sign = self.known_sign_of(base)
                if not sign:
                    return None
                # The logarithm is that of the absolute value.
                return self.known_sign_of(self.field.subtract(self.field.scale(base, sign), self.field.one))
            if row.kind in _LIKE_ARGUMENT:
                arguments = next(args for args, known in self.opaque[row.kind] if known == index)
                return self.known_sign_of(arguments[0])
            return None
        if len(poly) != 2 or sorted(int(c) for c in poly.coeffs()) != [-1, 1]:
            return None
        apart = self.field.zero
        for powers, coefficient in zip(poly.monoms(), poly.coeffs(), strict=True):
            for place, power in enumerate(powers):
                if power:
                    row = self.generators[place]
                    if row.kind != "exp":
                        return None
                    direction = self.exponents[row.origin]
                    term = self.field.scale(direction.value, int(power) * int(coefficient), direction.steps)
                    apart = self.field.add(apart, term)
        return self.known_sign_of(apart)

    def _sign_by_cells(self, poly: fmpz_mpoly) -> int | None:
        """The other sign is impossible where symbols alone are concerned and no point has it."""
        terms = self._symbolic(poly)
        if terms is None:
            return None
        given = []
        for name, sign in self.facts.settled().items():
            other = self._symbolic(self._polys[name]) if name in self._polys else None
            if other is not None:
                given.append(Condition(other, sign))
        for sign in (1, -1):
            if not feasible([*given, Condition(terms, sign)], self.domains, self.work):
                return -sign
        return None

    def _symbolic(self, poly: fmpz_mpoly) -> dict[tuple[tuple[str, int], ...], Fraction] | None:
        if len(poly) > 60:
            return None
        terms = {}
        for powers, coefficient in zip(poly.monoms(), poly.coeffs(), strict=True):
            factors = []
            for index, power in enumerate(powers):
                if power:
                    if self.generators[index].kind != "symbol":
                        return None
                    factors.append((self.generators[index].label, int(power)))
            terms[tuple(sorted(factors))] = Fraction(int(coefficient))
        return terms
