"""The generators over which an expression becomes a rational function.

Every generator stands for one real function of the symbols: a symbol, a constant, an exponential, a logarithm, a root,
the tangent of half an angle, or an opaque function of a normal form. Nothing is ever assumed of a generator but
relations that hold for the function it stands for, so an expression whose numerator reduces to zero is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from flint import fmpz, fmpz_mpoly, fmpz_poly

from actc.calculus.normal_form.field import Field, Ratio
from actc.calculus.normal_form.ranges import Bounds
from actc.calculus.work import Work
from actc.model.domain import Domain

_MOST_MONIC = 40  # terms of a factor whose first coefficient is looked at
_STEPS = frozenset({"floor", "round", "alternating"})
_INVERSE = frozenset({"asin", "atan"})  # of a sine these are linear, piece by piece
# Values at fixed points that are known to be related at times: gamma(1/2) is sqrt(pi), atan(1/2) + atan(1/3) is pi/4.
_RELATED = frozenset({"atan", "asin", "tan", "gamma", "erf", *(f"polygamma{n}" for n in range(20)), "polygamma"})


def _factored(poly: fmpz_mpoly) -> tuple[fmpz, list[tuple[fmpz_mpoly, int]]]:
    """A number and irreducible factors with exponents."""
    try:
        unit, parts = poly.factor()
    except OverflowError:
        # python-flint sorts factors of several variables by their coefficients, which must fit into a machine word.
        places = [i for i, degree in enumerate(poly.degrees()) if degree]
        if len(places) != 1:
            unit, primitive = poly.primitive()
            return unit, [(primitive, 1)]
        (place,) = places
        generator = poly.context().gens()[place]
        row = [0] * (int(poly.degrees()[place]) + 1)
        for powers, coefficient in poly.to_dict().items():
            row[int(powers[place])] = int(coefficient)
        unit, found = fmpz_poly(row).factor()
        parts = [(sum((int(c) * generator**k for k, c in enumerate(f.coeffs())), 0 * generator), e) for f, e in found]
    return unit, [(factor, int(times)) for factor, times in parts]


class PoolExhausted(Exception):  # noqa: N818 - steers the search, no error
    """More generators are needed than the pool has."""


class Refine(Exception):  # noqa: N818 - steers the search, no error
    """A direction is needed in smaller steps: the computation starts anew with the hint."""


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


class Generators:
    """The pool of one computation, and what its generators have been given to."""

    def __init__(self, pool: int, work: Work, hints: Hints, domains: Mapping[str, Domain]) -> None:
        self.field = Field(pool, work)
        self.work = work
        self.hints = hints
        self.domains = domains
        self.generators: list[Generator] = []
        self.exponents: list[Direction] = []
        self.angles: list[Direction] = []
        self.logs: dict[str, int] = {}  # of which factor -> generator
        self.roots: dict[str, list[tuple[int, int]]] = {}  # degrees and generators of a base's roots, ever finer
        self.shifted: dict[str, list[tuple[Fraction, int]]] = {}  # a base's other fractional powers
        self.large: dict[str, list[tuple[int, int]]] = {}  # generators that are large powers of a factor
        self.opaque: dict[str, list[tuple[tuple[Ratio, ...], int]]] = {}
        self.named: dict[str, int] = {}
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
            or (generator.fixed and _may_be_related(generator))
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
                unit, split = _factored(poly)
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

    def text(self, value: Ratio) -> str:
        """A short spelling for the report; an ellipsis where it is not short."""
        num = self._poly_text(value.num)
        if value.den.is_one():
            return num
        den = self._poly_text(value.den)
        plain = len(value.den) == 1 and "*" not in den.replace("**", "")
        return f"{num if len(value.num) == 1 else f'({num})'}/{den if plain else f'({den})'}"

    def _poly_text(self, poly: fmpz_mpoly) -> str:
        if len(poly) > 4:
            return "..."
        text = ""
        terms = list(zip(poly.monoms(), poly.coeffs(), strict=True))
        for powers, coefficient in sorted(terms, key=lambda term: term[1] < 0):  # 1 - x, not -x + 1
            factors = [self.generators[i].label + (f"**{p}" if p > 1 else "") for i, p in enumerate(powers) if p]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = "-" if coefficient < 0 else ("+" if text else "")
            text += (f" {sign} " if text else sign) + "*".join(factors)
        return text


def _may_be_related(generator: Generator) -> bool:
    """Whether a number may be an algebraic function of other such numbers; logarithms of primes are not."""
    of_sum = generator.kind == "log" and generator.base is not None and not generator.base.is_constant()
    return generator.kind in _RELATED or of_sum
