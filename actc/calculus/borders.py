"""The points at which the definition of an operation, or a branch, may change along one variable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.balls import evaluate
from actc.calculus.branches import guards, orient
from actc.calculus.root_search import is_polynomial
from actc.calculus.roots import is_periodic_family, numeric_zeros, solve
from actc.calculus.tape import precision, rational
from actc.model.domain import Domain
from actc.model.expr import Expr, constant, number, postorder
from actc.model.operations import OPERATIONS

Coordinate = Fraction | arb

_FAR, _NEAR = Fraction(10**6), Fraction(16)
_MOST_BORDERS = 40
_STEPS = frozenset({"floor", "ceiling", "round", "mod"})
_GAMMAS = frozenset({"gamma", "loggamma", "digamma", "polygamma"})
# An atom without these keeps its sign between its zeros.
_NOT_CONTINUOUS = _STEPS | _GAMMAS | {"sign", "where", "tan", "atan2"}


@dataclass(slots=True)
class Border:
    """One point, and the atoms that are zero there."""

    value: Coordinate
    location: Expr | None  # the same in closed form, where there is one
    atoms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Borders:
    """All borders, ascending, and the atoms of which every zero is among them and that are continuous in between."""

    points: tuple[Border, ...]
    complete: tuple[Expr, ...]


def borders_of(expr: Expr, variable: str, domain: Domain, *, numeric: bool) -> Borders:
    """The borders of an expression in one variable; the ends of its domain and what it leaves out are among them.

    Zeros that have no closed form are searched for only if ``numeric``.
    """
    found = [Border(end, number(end), ()) for end in (domain.low, domain.high) if end is not None]
    if domain.nonzero:
        found.append(Border(Fraction(0), number(0), ()))
    complete: list[Expr] = []
    for atom in dict.fromkeys(a for g in guards_of(expr) for a in orient(g).atoms):
        if variable not in atom.free or any(node.op in _STEPS for node in postorder(atom)):
            continue
        closed = solve(atom, variable)
        polynomial = is_polynomial(atom)
        if polynomial or (closed is not None and is_continuous(atom)):
            complete.append(atom)
        if closed is not None:
            found.extend(_closed(atom, closed))
        elif numeric or polynomial:
            found.extend(_numeric(atom, variable))
        if len(found) > _MOST_BORDERS:
            break
    return Borders(tuple(_merged(found)), tuple(complete))


def is_continuous(atom: Expr) -> bool:
    """Whether it has no jumps and poles of its own wherever its parts are real."""
    return not any(node.op in _NOT_CONTINUOUS for node in postorder(atom))


def _closed(atom: Expr, roots: tuple[Expr, ...]) -> Iterator[Border]:
    for root in roots:
        value = evaluate(root, {}, 256)
        if isinstance(value, Fraction | arb):
            yield Border(value, root, (atom,))


def _numeric(atom: Expr, variable: str) -> Iterator[Border]:
    far = _NEAR if is_periodic_family(atom, variable) else _FAR
    zeros = numeric_zeros(atom, variable, -far, far, {})
    # From 0 outward, so that an endless family is cut where nobody looks.
    for zero in sorted(zeros, key=lambda z: abs(middle(z)))[:_MOST_BORDERS]:
        yield Border(zero, number(zero) if isinstance(zero, Fraction) else None, (atom,))


def guards_of(*roots: Expr) -> tuple[Expr, ...]:
    """Whatever decides where the expressions are defined and which branch they take."""
    found: dict[Expr, None] = dict.fromkeys(guards(*roots))
    for node in postorder(*roots):
        row = OPERATIONS.get(node.op)
        if row is None or row.defined is None:
            continue
        u = node.args[-1]
        if node.op in _GAMMAS:
            special: tuple[Expr, ...] = (u, u + 1, u + 2)
        elif node.op == "tan":
            half = constant("pi") / 2
            special = (u - half, u + half)
        else:
            special = guards(row.defined(*node.args))
        found.update(dict.fromkeys(special))
    return tuple(found)


def _merged(borders: list[Border]) -> list[Border]:
    """Ascending, each point once, an exact spelling preferred."""
    result: list[Border] = []
    for border in sorted(borders, key=lambda b: middle(b.value)):
        if result and not ball(result[-1].value) < ball(border.value):
            last = result[-1]
            better = border if isinstance(border.value, Fraction) or last.location is None else last
            result[-1] = Border(better.value, better.location, tuple(dict.fromkeys((*last.atoms, *border.atoms))))
        else:
            result.append(border)
    return result


def inside(low: Coordinate | None, high: Coordinate | None) -> Fraction:
    """A number between two ends, as short as can be."""
    if low is None and high is None:
        return Fraction(1)
    if low is None or high is None:
        end, side = (middle(high or Fraction(0)), -1) if low is None else (middle(low), 1)
        return Fraction(round(end)) + 2 * side
    a, b = middle(low), middle(high)
    halfway, room = (a + b) / 2, (b - a) / 4
    return halfway.limit_denominator(max(1, int(2 / room))) if room > 0 else halfway


def middle(x: Coordinate) -> Fraction:
    """The number itself, or the exact middle of its ball."""
    if isinstance(x, Fraction):
        return x
    return rational(x)


def ball(x: Coordinate) -> arb:
    """The number as a ball of 256 bits or more."""
    if isinstance(x, arb):
        return x
    with precision(256):
        return arb(fmpq(x.numerator, x.denominator))
