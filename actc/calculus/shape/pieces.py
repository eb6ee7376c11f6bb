"""The pieces on which a function of one variable is smooth, with a formula without branches on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from flint import arb

from actc.calculus.balls import evaluate, sign_of
from actc.calculus.branches import atoms, resolve, steps
from actc.calculus.crossings import suspects
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import NULL, POSITIVE
from actc.calculus.ranges import Box
from actc.calculus.root_search import is_polynomial, numeric_zeros_of_atom
from actc.calculus.roots import solve
from actc.calculus.shape.places import (
    INFINITY,
    MINUS_INFINITY,
    Place,
    UnknownError,
    ascending,
    is_below,
    place_of,
    rational_place,
)
from actc.calculus.shape.rising import between, sample
from actc.calculus.tape import rational
from actc.model.domain import Domain
from actc.model.expr import Expr, postorder

_MOST_PIECES = 24
_MOST_ROUNDS = 8
_POLES_BY_STEPS = frozenset({"gamma", "loggamma", "digamma", "polygamma"})


@dataclass(frozen=True, slots=True)
class Piece:
    """An open interval between neighbouring places, and the function there."""

    low: Place
    high: Place
    expr: Expr  # smooth
    signs: dict[Expr, int] = field(default_factory=dict)  # that its atoms, and those of its derivative, have there


def pieces(expr: Expr, variable: str, domain: Domain) -> list[Piece]:
    """The pieces of the domain, ascending. Raises UnknownError where they are not all certain."""
    if steps(expr) or domain.integer:
        raise UnknownError
    low = MINUS_INFINITY if domain.low is None else rational_place(domain.low)
    high = INFINITY if domain.high is None else rational_place(domain.high)
    found = [Piece(low, high, expr)]
    if domain.nonzero and domain.contains(Fraction(1)) and domain.contains(Fraction(-1)):
        nought = rational_place(Fraction(0))
        found = [Piece(low, nought, expr), Piece(nought, high, expr)]
    for _ in range(_MOST_ROUNDS):
        further = [smaller for piece in found for smaller in _split(piece, variable)]
        if len(further) > _MOST_PIECES:
            raise UnknownError
        if further == found:
            for piece in found:
                _check_real(piece, variable)
            return found
        found = further
    raise UnknownError


def _split(piece: Piece, variable: str) -> list[Piece]:
    """The piece cut where its innermost branches are decided, and they decided; else where it is singular."""
    asked = [a for a in atoms(piece.expr) if not atoms(a)]
    if not asked:
        slope = resolve(differentiate(piece.expr, variable), piece.signs)
        singular = dict.fromkeys((*suspects(piece.expr), *suspects(slope)))
        asked = [a for a in singular if a not in piece.signs and not atoms(a)]
    if not asked:
        return [piece]
    cuts = [place for atom in asked if variable in atom.free for place in _zeros(atom, variable, piece)]
    inner = [place for place in ascending(cuts) if _is_inside(place, piece)]
    found = []
    for low, high in pairwise((piece.low, *inner, piece.high)):
        signs = {**piece.signs, **{atom: _sign(atom, variable, low, high) for atom in asked}}
        resolved = resolve(piece.expr, signs)
        found.append(Piece(low, high, resolved, signs))
    return found


def _is_inside(place: Place, piece: Piece) -> bool:
    after = piece.low.infinite or is_below(piece.low, place)
    return bool(after and (piece.high.infinite or is_below(place, piece.high)))


def _zeros(atom: Expr, variable: str, piece: Piece) -> Sequence[Place]:
    """All zeros of an atom; () where its range has none in the piece."""
    box = Box({variable: between(piece.low, piece.high)})
    if box.range(atom) is not None and not box.signs(atom) & NULL:
        return ()
    closed = solve(atom, variable)
    if closed is not None:
        return [place for root in closed if (place := place_of(root)) is not None]
    if not is_polynomial(atom):
        raise UnknownError
    zero = Fraction(0)
    return [_numeric(value) for value in numeric_zeros_of_atom(atom, variable, zero, zero, {})]


def _numeric(value: Fraction | arb) -> Place:
    if isinstance(value, Fraction):
        return rational_place(value)
    return Place(rational(value.lower()), rational(value.upper()))


def _sign(atom: Expr, variable: str, low: Place, high: Place) -> int:
    """The sign that an atom without zeros in the open interval has there."""
    sign = sign_of(atom, {variable: sample(low, high)})
    if sign is None or (sign == 0 and variable in atom.free):
        raise UnknownError
    return sign


def _check_real(piece: Piece, variable: str) -> None:
    """See that nothing is left that may be undefined inside: all that could be vanishes at no point of the piece."""
    if (
        atoms(piece.expr)
        or steps(piece.expr)
        or any(n.op in ("nan", "inf", "undefined") for n in postorder(piece.expr))
    ):
        raise UnknownError
    box = Box({variable: between(piece.low, piece.high)})
    for node in postorder(piece.expr):
        if node.op in _POLES_BY_STEPS and box.signs(node.args[-1]) != POSITIVE:
            raise UnknownError
        if node.op == "pow" and node.args[1].free and box.signs(node.args[0]) != POSITIVE:
            raise UnknownError
    if not isinstance(evaluate(piece.expr, {variable: sample(piece.low, piece.high)}), Fraction | arb):
        raise UnknownError
