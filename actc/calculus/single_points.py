"""Whether two expressions that are equal as functions are so at single points too, where branches end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, sign
from actc.calculus.prove import prove_same
from actc.calculus.roots import solve
from actc.calculus.samples import points as sample_points
from actc.calculus.sampling import rational
from actc.calculus.sampling_borders import Borders, border_atoms
from actc.calculus.sampling_values import choices, generic, short_line
from actc.calculus.tape import Tape
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.model.expr import Expr, substitute, symbol

_MOST_ZEROS = 16
_BITS = 256
_POINTS = 18
_SQUARES = (Fraction(1), Fraction(4))


def same_at_borders(activation: Activation, a: Expr, b: Expr, domains: Mapping[str, Domain]) -> bool:
    """Whether no single point is found, among those where a branch ends, at which the two differ.

    A proof speaks of what lies between such points: ``x > 0`` and ``x >= 0`` are the same to it. Where one value of a
    parameter is such a point, the two are proved equal with that value.
    """
    atoms = border_atoms(a, b)
    borders = Borders(atoms)
    tape = Tape(a, b)
    inputs = frozenset(i.name for i in activation.inputs)
    names = [name for name in domains if name in a.free | b.free]
    for setting in _settings(activation, domains, names):
        for name in names:
            if name not in borders.names():
                continue
            grid = short_line(domains[name])
            for zero in (*borders.zeros(setting, name, grid, _MOST_ZEROS), Fraction(0)):
                point = {**setting, name: zero}
                if all(domains[n].contains(point[n]) for n in names) and _differ(tape, point):
                    return False
    return all(_same_at_edge(a, b, atom, domains) for atom in atoms if atom.free and not atom.free & inputs)


def _same_at_edge(a: Expr, b: Expr, atom: Expr, domains: Mapping[str, Domain]) -> bool:
    """Whether the two are equal for the values of the parameters at which an atom vanishes, where these are known."""
    name = min(atom.free)
    for root in solve(atom, name) or ():
        if root.is_number and not domains[name].contains(root.number):
            continue
        left, right = (substitute(expr, {symbol(name): root}) for expr in (a, b))
        others = {n: d for n, d in domains.items() if n != name}
        if _is_real_somewhere(right, others) and not prove_same(left, right, others).holds:
            return False
    return True


def _is_real_somewhere(expr: Expr, domains: Mapping[str, Domain]) -> bool:
    """Whether the expression is seen to have a value: at a pole of both there is nothing to compare."""
    tape = Tape(expr)
    some = islice(sample_points(expr.free, domains, seed=4), _POINTS)
    return any(isinstance(tape.run(point)[0], fmpq | arb) for point in some)


def _settings(activation: Activation, domains: Mapping[str, Domain], names: list[str]) -> Iterator[dict[str, Fraction]]:
    """Points to start from: the defaults with generic inputs, generic numbers, whole ones whose roots are whole."""
    defaults = activation.defaults
    usual = {n: rational(defaults[n], domains[n]) for n in names if n in defaults}
    usual = {n: v for n, v in usual.items() if domains[n].contains(v)}
    for turn in range(3):
        plain = {n: _pick(generic(domains[n]) or choices(domains[n]), turn + 2 * k) for k, n in enumerate(names)}
        yield {**plain, **usual}
        yield plain
    for square in _SQUARES:
        yield {n: square if domains[n].contains(square) else _pick(choices(domains[n]), 0) for n in names}


def _pick(values: tuple[Fraction, ...], turn: int) -> Fraction:
    return values[turn % len(values)] if values else Fraction(0)


def _differ(tape: Tape, point: Mapping[str, Fraction]) -> bool:
    """Whether the second is a number there and the first certainly another or none."""
    a, b = tape.run(point, _BITS)
    if not isinstance(b, fmpq | arb):
        return False
    if a is UNDEFINED:
        return True
    return isinstance(a, fmpq | arb) and bool(
        sign(arb(a) - arb(b) if isinstance(a, arb) or isinstance(b, arb) else a - b)
    )
