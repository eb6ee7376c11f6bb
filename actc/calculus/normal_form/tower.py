"""The tower of generators over which an expression becomes a rational function, and what is known of their signs.

Every generator stands for one real function of the symbols: a symbol, a constant, an exponential, a logarithm, a root,
the tangent of half an angle, or an opaque function of a normal form. Nothing is ever assumed of a generator but
relations that hold for the function it stands for, so an expression whose numerator reduces to zero is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import fmpz_mpoly

from actc.calculus.cells import Condition, feasible
from actc.calculus.normal_form.facts import Facts
from actc.calculus.normal_form.field import Field, Ratio
from actc.calculus.work import Work
from actc.model.domain import Domain

Bounds = tuple[Fraction | None, Fraction | None]
POSITIVE: Bounds = (Fraction(0), None)
ANY: Bounds = (None, None)


_MOST_MONIC = 40  # terms of a factor whose first coefficient is looked at
_STEPS = frozenset({"floor", "round", "alternating"})
_INVERSE = frozenset({"asin", "atan"})  # of a sine these are linear, piece by piece
_CLOSED_FORMS = frozenset({"gamma", "polygamma", "erf", *(f"polygamma{n}" for n in range(20))})


class PoolExhausted(Exception):  # noqa: N818 - steers the search, no error
    """More generators are needed than the pool has."""


class Refine(Exception):  # noqa: N818 - steers the search, no error
    """A direction is needed in smaller steps: the computation starts anew with the hint."""


class NeedSign(Exception):  # noqa: N818 - steers the search, no error
    """The sign of a factor is not known: both are to be looked at."""


class ClaimUndefined(Exception):  # noqa: N818 - steers the search, no error
    """What is only claimed is not real where the function is."""


@dataclass(slots=True)
class Hints:
    """In how many steps each direction is divided, in the order in which directions come up."""

    exponents: dict[int, int] = field(default_factory=dict)
    angles: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Generator:
    """One function of the tower."""

    label: str  # for the report: "exp(2*x)"
    bounds: Bounds
    kind: str  # "symbol", "constant", "exp", "log", "power", "tan" or an opaque function's name
    origin: int = 0  # exp and tan: which direction
    base: fmpz_mpoly | None = None  # log and power: of what
    exponent: Fraction = Fraction(1)  # power: the base's absolute value to this
    integer: bool = False  # takes integer values only
    fixed: bool = False  # a number: no symbol is in it
    circular: bool = False  # a sine or cosine is in it
    wild: bool = False  # may satisfy relations that are not known, on some region or everywhere


@dataclass(slots=True)
class Direction:
    """A function whose rational multiples share one exponential (or one half-angle tangent)."""

    value: Ratio
    steps: int  # the generator belongs to value/steps
    generator: int


class Tower:
    """The generators of one computation under fixed assumptions about signs."""

    def __init__(
        self, pool: int, work: Work, hints: Hints, decisions: Sequence[int], domains: Mapping[str, Domain]
    ) -> None:
        self.field = Field(pool, work)
        self.work = work
        self.hints = hints
        self.domains = domains
        self.facts = Facts()
        self.generators: list[Generator] = []
        self.exponents: list[Direction] = []
        self.angles: list[Direction] = []
        self.logs: dict[str, int] = {}  # of which factor -> generator
        self.roots: dict[str, list[tuple[int, int]]] = {}  # degrees and generators of a base's roots, ever finer
        self.shifted: dict[str, list[tuple[Fraction, int]]] = {}  # a base's other fractional powers
        self.large: dict[str, list[tuple[int, int]]] = {}  # generators that are large powers of a factor
        self.opaque: dict[str, list[tuple[tuple[Ratio, ...], int]]] = {}
        self.named: dict[str, int] = {}
        self.strict = False  # whether being real must be shown rather than assumed
        self._divisors: set[str] = set()
        self._decisions = decisions
        self._asked = 0
        self._polys: dict[str, fmpz_mpoly] = {}
        self._factors: dict[str, tuple[Fraction, list[tuple[fmpz_mpoly, int]]]] = {}

    def new(self, generator: Generator, *sources: Ratio) -> int:
        """Take a generator from the pool for a function of the sources. Raises PoolExhausted."""
        index = len(self.generators)
        if index >= len(self.field.generators):
            raise PoolExhausted
        inside = [self.generators[i] for source in sources for i in self.generators_of(source)]
        kind = generator.kind
        generator.fixed = kind != "symbol" and all(g.fixed for g in inside)
        generator.circular = kind == "tan" or any(g.circular for g in inside)
        generator.wild = (
            generator.wild
            or any(g.wild for g in inside)
            or kind in _STEPS
            or (kind in _INVERSE and generator.circular)
            or (kind in _CLOSED_FORMS and generator.fixed)
        )
        self.generators.append(generator)
        return index

    def symbol(self, name: str) -> Ratio:
        """An input or a parameter."""
        if name not in self.named:
            domain = self.domains.get(name, Domain())
            kind = Generator(name, (domain.low, domain.high), "symbol", integer=domain.integer)
            self.named[name] = self.new(kind)
        return self.field.generator(self.named[name])

    def constant(self, name: str, low: Fraction, high: Fraction) -> Ratio:
        """A fixed real number between two rationals."""
        if name not in self.named:
            self.named[name] = self.new(Generator(name, (low, high), "constant"))
        return self.field.generator(self.named[name])

    def generators_of(self, value: Ratio) -> list[int]:
        """The generators that the form is written in."""
        degrees = zip(value.num.degrees(), value.den.degrees(), strict=True)
        return [i for i, (above, below) in enumerate(degrees) if above > 0 or below > 0]  # of zero the degrees are -1

    def is_wild(self, value: Ratio) -> bool:
        """Whether the function may vanish on a region although its form is not zero."""
        return any(self.generators[i].wild for i in self.generators_of(value))

    def factor(self, poly: fmpz_mpoly) -> tuple[Fraction, list[tuple[fmpz_mpoly, int]]]:
        """A number and irreducible factors with exponents, each factor with a positive leading coefficient.

        A polynomial that is too large comes back as one factor, which weakens what can be proved and nothing else.
        """
        key = str(poly)
        found = self._factors.get(key)
        if found is None:
            if self.field.affordable(poly):
                self.work.spend(20 * len(poly))
                unit, parts = poly.factor()
                split = [(f, int(e)) for f, e in parts]
            else:
                unit, primitive = poly.primitive()
                split = [(primitive, 1)]
            number = Fraction(int(unit))
            result = []
            for part, times in split:
                scale, monic = self._monic(part, times)
                number *= scale
                result += monic
            found = number, result
            self._factors[key] = found
        return found

    def _monic(self, part: fmpz_mpoly, times: int) -> tuple[Fraction, list[tuple[fmpz_mpoly, int]]]:
        """The factor with its first coefficient taken out, a sign or an irrational number.

        So ``sqrt(2)*x + 2*b`` and ``x + sqrt(2)*b`` have a factor in common.
        """
        field = self.field
        if part.leading_coefficient() < 0:
            scale, result = self._monic(-part, times)
            return scale * (-1) ** times, result
        inside = [i for i, degree in enumerate(part.degrees()) if degree > 0]
        fixed = {i for i in inside if self.generators[i].fixed}
        if len(fixed) == len(inside) or not any(field.root_degree(i) == 2 for i in fixed) or len(part) > _MOST_MONIC:
            return Fraction(1), [(part, times)]
        leads: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        for powers, coefficient in part.to_dict().items():
            outer = tuple(0 if i in fixed else int(p) for i, p in enumerate(powers))
            inner = tuple(int(p) if i in fixed else 0 for i, p in enumerate(powers))
            leads.setdefault(outer, {})[inner] = int(coefficient)
        lead = field.context.from_dict(leads[max(leads)])
        scaled = field.quotient(part, lead)
        if lead.is_constant() or not scaled.den.is_constant() or scaled.num.is_constant():
            return Fraction(1), [(part, times)]
        content, monic = scaled.num.primitive()
        number, parts = self.factor(lead)
        scale = (number * Fraction(int(content), int(scaled.den.leading_coefficient()))) ** times
        result = [(f, e * times) for f, e in parts]
        if monic.leading_coefficient() < 0:
            scale, monic = scale * (-1) ** times, -monic
        return scale, [*result, (monic, times)]

    def single(self, poly: fmpz_mpoly) -> int | None:
        """The index of the generator that the polynomial is, if it is one."""
        if len(poly) != 1 or poly.leading_coefficient() != 1 or poly.total_degree() != 1:
            return None
        return list(poly.degrees()).index(1)

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
        return [str(part) for poly in polys for part, _ in self.factor(poly)[1] if self.is_wild(Ratio(part, part))]

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
            if self._asked >= len(self._decisions):
                raise NeedSign
            known = self._decisions[self._asked]
            self._asked += 1
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
                known = self._sign_by_discriminant(poly)
            if known is None:
                known = self._sign_by_cells(poly)
            if known is not None:
                self.facts.assume((name,), negative=known < 0)
        return known

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
                    bounds = _product(bounds, _power(self._bounds(index), int(power)))
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

    def text(self, value: Ratio) -> str:
        """A short spelling for the report; an ellipsis where it is not short."""
        num = self._poly_text(value.num)
        if value.den.is_one():
            return num
        den = self._poly_text(value.den)
        return f"{num if len(value.num) == 1 else f'({num})'}/{den if value.den.is_constant() else f'({den})'}"

    def _poly_text(self, poly: fmpz_mpoly) -> str:
        if len(poly) > 4:
            return "..."
        text = ""
        for powers, coefficient in zip(poly.monoms(), poly.coeffs(), strict=True):
            factors = [self.generators[i].label + (f"**{p}" if p > 1 else "") for i, p in enumerate(powers) if p]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = "-" if coefficient < 0 else ("+" if text else "")
            text += (f" {sign} " if text else sign) + "*".join(factors)
        return text


def _product(a: Bounds, b: Bounds) -> Bounds:
    if a == (Fraction(0), Fraction(0)) or b == (Fraction(0), Fraction(0)):
        return Fraction(0), Fraction(0)
    low_sign = _is_nonnegative(a) and _is_nonnegative(b)
    if low_sign:
        low = None if a[0] is None or b[0] is None else a[0] * b[0]
        high = None if a[1] is None or b[1] is None else a[1] * b[1]
        return low, high
    if _is_nonnegative(a) and b[1] is not None and b[1] <= 0:
        return _negative(_product(a, _negative(b)))
    if _is_nonnegative(b) and a[1] is not None and a[1] <= 0:
        return _negative(_product(_negative(a), b))
    if a[1] is not None and a[1] <= 0 and b[1] is not None and b[1] <= 0:
        return _product(_negative(a), _negative(b))
    if None in a or None in b:
        return ANY
    corners = [x * y for x in a for y in b if x is not None and y is not None]
    return min(corners), max(corners)


def _is_nonnegative(a: Bounds) -> bool:
    return a[0] is not None and a[0] >= 0


def _negative(a: Bounds) -> Bounds:
    return (None if a[1] is None else -a[1], None if a[0] is None else -a[0])


def _power(a: Bounds, exponent: int) -> Bounds:
    if exponent > 64:
        return POSITIVE if exponent % 2 == 0 or _is_nonnegative(a) else ANY
    if exponent % 2 == 0:
        if not _is_nonnegative(a):
            a = _negative(a) if a[1] is not None and a[1] <= 0 else (Fraction(0), _largest(a))
        return (None if a[0] is None else a[0] ** exponent, None if a[1] is None else a[1] ** exponent)
    return (None if a[0] is None else a[0] ** exponent, None if a[1] is None else a[1] ** exponent)


def _largest(a: Bounds) -> Fraction | None:
    return None if a[0] is None or a[1] is None else max(abs(a[0]), abs(a[1]))
