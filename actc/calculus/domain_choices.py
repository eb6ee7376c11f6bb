"""Parameter values at which an activation may break, and domains that would rule them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product

from flint import arb

from actc.calculus.balls import evaluate
from actc.calculus.borders import guards_of
from actc.calculus.branches import orient
from actc.calculus.float_rounding import ceil_float, floor_float
from actc.calculus.roots import solve
from actc.model.domain import Domain
from actc.model.expr import Expr, substitute, symbol

_ZERO, _ONE = Fraction(0), Fraction(1)
_VALUES = tuple(
    Fraction(n, d)
    for n, d in ((0, 1), (-1, 1), (1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2), (-10, 1), (10, 1), (1, 10), (-1, 10))
)
_LARGE = (Fraction(1000), Fraction(-1000), Fraction(1, 1000))
_JOINT = 24  # settings with several parameters away from their defaults
_FEW = 8  # settings where a proof is at hand and only limits are in question

# Least restrictive first.
_DOMAINS = (
    Domain("nonzero", nonzero=True),
    Domain("nonnegative", low=_ZERO, low_open=False),
    Domain("nonpositive", high=_ZERO, high_open=False),
    Domain("positive", low=_ZERO),
    Domain("negative", high=_ZERO),
    Domain("(-inf, 1]", high=_ONE, high_open=False),
    Domain("(-inf, 1)", high=_ONE),
    Domain("[-1, inf)", low=-_ONE, low_open=False),
    Domain("(-1, inf)", low=-_ONE),
    Domain("[-1, 1]", low=-_ONE, high=_ONE, low_open=False, high_open=False),
    Domain("(-1, 1)", low=-_ONE, high=_ONE),
    Domain("[1, inf)", low=_ONE, low_open=False),
    Domain("(1, inf)", low=_ONE),
    Domain("[0, 1]", low=_ZERO, high=_ONE, low_open=False, high_open=False),
    Domain("[0, 1)", low=_ZERO, high=_ONE, low_open=False),
    Domain("(0, 1]", low=_ZERO, high=_ONE, high_open=False),
    Domain("(0, 1)", low=_ZERO, high=_ONE),
    Domain("nonnegative integer", low=_ZERO, low_open=False, integer=True),
    Domain("positive integer", low=_ZERO, integer=True),
)


def suggestions(domain: Domain, default: Fraction | arb) -> Iterator[Domain]:
    """Simple domains inside the given one that hold the default, the least restrictive first."""
    for candidate in _DOMAINS:
        if candidate != domain and _within(candidate, domain) and _holds(candidate, default):
            yield candidate


def _within(inner: Domain, outer: Domain) -> bool:
    if outer.low is not None:
        if inner.low is None or inner.low < outer.low:
            return False
        if inner.low == outer.low and outer.low_open and not inner.low_open:
            return False
    if outer.high is not None:
        if inner.high is None or inner.high > outer.high:
            return False
        if inner.high == outer.high and outer.high_open and not inner.high_open:
            return False
    if outer.nonzero and inner.contains(_ZERO):
        return False
    return inner.integer or not outer.integer


def _holds(domain: Domain, value: Fraction | arb) -> bool:
    if isinstance(value, Fraction):
        return domain.contains(value)
    ends = (Fraction(floor_float(value)[0]), Fraction(ceil_float(value)[0]))
    return not domain.integer and all(domain.contains(end) for end in ends)


def settings(
    expr: Expr, parameters: Mapping[str, Domain], defaults: Mapping[str, Expr], *, few: bool
) -> Iterator[dict[str, Fraction]]:
    """Values of parameters away from their defaults: one at a time, then several together."""
    alone = {name: _values(expr, name, domain, defaults) for name, domain in parameters.items()}
    limit = _FEW if few else None
    for name, values in alone.items():
        for value in values[:limit]:
            yield {name: value}
    if len(parameters) > 1:
        yield from _together(alone)


def _together(alone: Mapping[str, list[Fraction]]) -> Iterator[dict[str, Fraction]]:
    names = list(alone)
    # All equal first: a width such as high - low vanishes there.
    for value in _VALUES[:6]:
        if all(value in values for values in alone.values()):
            yield dict.fromkeys(names, value)
    if len(names) <= 3:
        for values in islice(product(*(alone[name][:3] for name in names)), _JOINT):
            yield dict(zip(names, values, strict=True))
        return
    for shift in range(_JOINT):
        yield {n: alone[n][(shift * (k + 1)) % len(alone[n])] for k, n in enumerate(names) if alone[n]}


def _values(expr: Expr, name: str, domain: Domain, defaults: Mapping[str, Expr]) -> list[Fraction]:
    found: dict[Fraction, None] = {}
    ends = [end for end in (domain.low, domain.high) if end is not None]
    near = [end + step for end in ends for step in (0, Fraction(1, 100), -Fraction(1, 100))]
    for value in (*ends, *_VALUES, *_critical(expr, name, defaults), *near, *_LARGE):
        if domain.contains(value):
            found[value] = None
    default = evaluate(defaults[name], {}, 128)
    return [value for value in found if value != default]


def _critical(expr: Expr, name: str, defaults: Mapping[str, Expr]) -> Iterator[Fraction]:
    """The others' defaults, and where what the expression divides by vanishes without regard to the inputs."""
    others = {symbol(n): v for n, v in defaults.items() if n != name}
    for value in others.values():
        known = evaluate(value, {}, 128)
        if isinstance(known, Fraction):
            yield known
    for guard in guards_of(expr):
        for atom in orient(substitute(guard, others)).atoms:
            if atom.free == {name}:
                for root in solve(atom, name) or ():
                    known = evaluate(root, {}, 128)
                    if isinstance(known, Fraction):
                        yield from (known, known + 1, known - 1)
