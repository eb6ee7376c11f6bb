"""Where an activation may bend, jump or be filled in: the zeros of what decides its branches and of what it divides by.

A crossing is found once, in closed form where that can be had, and then looked at for many parameter values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod

from flint import arb

from actc.calculus.balls import Number, evaluate, evaluate_sure, sign_of
from actc.calculus.balls import holds as holds_at
from actc.calculus.branches import atoms, guards, orient, resolve, steps
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, Interval, of_domain
from actc.calculus.normal_form import Outcome
from actc.calculus.normal_form import compare as same_form
from actc.calculus.ranges import holds, range_of
from actc.calculus.roots import is_periodic_family, numeric_zeros, solve
from actc.model.algebra import compare, conjunction, folded, where
from actc.model.domain import Domain
from actc.model.expr import (
    FALSE,
    ONE,
    TRUE,
    UNDEFINED,
    ZERO,
    Expr,
    apply,
    constant,
    fold,
    number,
    postorder,
    rebuild,
    substitute,
    symbol,
)
from actc.model.operations import OPERATIONS

_PLAIN = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1), (3, 1), (-3, 1)))
_FAR = Fraction(10**6)
_MOST_BRANCHES = 4
_NEXT = Fraction(1, 2**300)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Points along one variable at which something changes sign, is not differentiable, or is an integer.

    ``location`` is the variable's value there, in the other symbols; None where there is no closed form, and then
    ``zeros`` holds what was found at the defaults. ``step`` is set where the points are those at which it is an
    integer.
    """

    variable: str  # "x"
    atoms: tuple[Expr, ...]  # x - threshold, and whatever else is zero there; () for a step
    location: Expr | None  # threshold
    zeros: tuple[Number, ...] = ()
    step: Expr | None = None
    also: Expr | None = None  # a condition that holds there besides: c >= 0 for a root of c; b == c where two meet

    @property
    def is_family(self) -> bool:
        return self.step is not None or (self.location is None and len(self.zeros) != 1)


def locus(crossing: Crossing) -> Expr | None:
    """An expression that is 0 at the crossing, whatever the parameters are."""
    if crossing.step is not None:
        expr = apply("sin", constant("pi") * crossing.step)
    elif crossing.location is not None:
        expr = symbol(crossing.variable) - crossing.location
    elif crossing.atoms:
        expr = crossing.atoms[0]
    else:
        return None
    return expr if crossing.also is None else where(crossing.also, expr, ONE)


def suspects(*roots: Expr) -> tuple[Expr, ...]:
    """The atoms whose zeros may be kinks, jumps or gaps of the expressions."""
    found: dict[Expr, None] = dict.fromkeys(atoms(*roots))
    for node in postorder(*roots):
        row = OPERATIONS.get(node.op)
        if row is None:
            continue
        special = list(row.edges(*node.args)) if row.edges and row.is_smooth else []
        if row.defined is not None:
            special += [g for g in guards(row.defined(*node.args)) if not _has_steps(g)]
        for guard in special:
            found.update(dict.fromkeys(orient(guard).atoms))
    return tuple(found)


def _has_steps(guard: Expr) -> bool:
    return any(node.op in ("floor", "ceiling", "round", "mod") for node in postorder(guard))


def crossings(
    roots: tuple[Expr, ...],
    variable: str,
    domains: Mapping[str, Domain],
    defaults: Mapping[str, Fraction],
    *,
    alone: bool,
) -> tuple[Crossing, ...]:
    """All crossings along the variable.

    ``alone`` says that, at the defaults, nothing else is free: then zeros without a closed form are looked for
    numerically.
    """
    found: dict[object, Crossing] = {}
    box = {name: of_domain(domain) for name, domain in domains.items()}

    def add(key: object, crossing: Crossing) -> None:
        known = found.get(key)
        found[key] = crossing if known is None else replace(known, atoms=(*known.atoms, *crossing.atoms))

    def known_as(location: Expr, also: Expr) -> Expr:
        """The location as it was written before, where only an identity tells that it is the same: tan(atan(a))."""
        others = (key[0] for key in found if isinstance(key, tuple) and key[1] is also and isinstance(key[0], Expr))
        return next((other for other in others if _is_same(other, location, domains, defaults)), location)

    for atom in suspects(*roots):
        if variable not in atom.free or _has_steps(atom):
            continue
        solutions = _solve(atom, variable, defaults)
        if solutions is not None:
            for location in (_plain(s, box) for s in solutions):
                if location is not UNDEFINED:
                    there, also = _unconditional(location)
                    also = _where_defined(there, also, box)
                    there, also = _pinned(there, also, box)
                    if also is not FALSE:
                        there = known_as(there, also)
                        add((there, also), Crossing(variable, (atom,), there, also=None if also is TRUE else also))
        elif alone:
            periodic = is_periodic_family(atom, variable)
            zeros = _with_plain(atom, variable, numeric_zeros(atom, variable, -_FAR, _FAR, defaults), defaults)
            if periodic or (len(zeros) > 8 and _is_periodic(atom, variable)):
                add(("family", atom), Crossing(variable, (atom,), None, tuple(zeros)))
            else:
                for zero in zeros:
                    if isinstance(zero, Fraction):
                        add(number(zero), Crossing(variable, (atom,), number(zero)))
                    else:
                        add((str(zero), atom), Crossing(variable, (atom,), None, (zero,)))
    for step in steps(*roots):
        if variable in step.free:
            add(("step", step), Crossing(variable, (), None, (), step))
    return tuple(found.values())


def _is_same(a: Expr, b: Expr, domains: Mapping[str, Domain], defaults: Mapping[str, Fraction]) -> bool:
    """Whether two locations are one for all values of what they depend on."""
    if a is b or not a.free or not b.free:
        return a is b
    apart = evaluate(a - b, defaults) if (a - b).free <= defaults.keys() else None
    if isinstance(apart, Fraction | arb) and apart != 0:
        return False
    return same_form(a, b, domains, {}).outcome is Outcome.ZERO


def _plain(location: Expr, box: Mapping[str, Interval]) -> Expr:
    """A solution without the conditions under which it is one, where the domains decide them."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "where":
            known = holds(args[0], box)
            if known is not None:
                return args[1] if known else args[2]
        return rebuild(node, args)

    return fold(location, visit)


def _where_defined(location: Expr, conditions: Expr, box: Mapping[str, Interval]) -> Expr:
    """The conditions with those under which the location itself is a real number, but for what the domains grant."""
    for node in postorder(location):
        row = OPERATIONS.get(node.op)
        if row is not None and row.defined is not None:
            condition = row.defined(*node.args)
            known = holds(condition, box)
            if known is None:
                conditions = conjunction(conditions, condition)
            elif not known:
                return FALSE
    return conditions


def _pinned(location: Expr, conditions: Expr, box: Mapping[str, Interval]) -> tuple[Expr, Expr]:
    """With b >= 0 by its domain, -b >= 0 says that b is 0, and the location is what it is then.

    So does -b/g >= 0, where g is at least 0 and is not 0.
    """
    given = _conjuncts(conditions)
    nonzero = {c.args[0] for c in given if c.op == "ne" and c.args[1] is ZERO}
    for node in given:
        if node.op not in ("ge", "le"):
            continue
        sign = orient(node.args[0] - node.args[1])
        for name in sign.atoms:
            interval = box.get(name.name) if name.op == "symbol" else None
            others = [_strict_sign(atom, box, nonzero) for atom in sign.atoms if atom is not name]
            side = sign.constant * prod(others) * (1 if node.op == "ge" else -1)
            if interval is None or not side or len(others) < len(sign.atoms) - 1:
                continue
            if (interval.high if side > 0 else interval.low) == 0:
                nil = {name: ZERO}
                met = _plain(tidied(substitute(conditions, nil)), box)
                return tidied(substitute(location, nil)), conjunction(compare("eq", name, ZERO), met)
    return location, conditions


def _conjuncts(conditions: Expr) -> list[Expr]:
    """The conditions that all hold where the given one does."""
    if conditions.op == "and":
        return [one for part in conditions.args for one in _conjuncts(part)]
    return [conditions]


def _strict_sign(atom: Expr, box: Mapping[str, Interval], nonzero: AbstractSet[Expr]) -> int:
    """1 or -1 where an atom certainly has that sign; 0 where that is not told."""
    found = range_of(atom, box)
    signs = 0 if found is None else found.signs & ~NULL if atom in nonzero else found.signs
    return {POSITIVE: 1, NEGATIVE: -1}.get(signs, 0)


def _unconditional(location: Expr) -> tuple[Expr, Expr]:
    """A solution apart from the condition under which it is one."""
    conditions = TRUE

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        nonlocal conditions
        if node.op == "where" and args[2] is UNDEFINED:
            conditions = conjunction(conditions, args[0])
            return args[1]
        return folded(rebuild(node, args))

    return fold(location, visit), conditions


def tidied(root: Expr) -> Expr:
    """The expression with what is plain in it folded, and exact values of closed parts put in."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.free or here.is_condition or not here.args:
            return here
        value = evaluate(here, {})
        return number(value) if isinstance(value, Fraction) else here

    return fold(root, visit)


def _solve(atom: Expr, variable: str, defaults: Mapping[str, Fraction]) -> tuple[Expr, ...] | None:
    """The zeros in closed form; of an atom with branches inside, those of each way in which they may go."""
    plain = solve(atom, variable)
    inner = atoms(atom)
    if plain is not None or not inner or len(inner) > _MOST_BRANCHES:
        return plain
    found: dict[Expr, None] = {}
    for signs in product((-1, 1), repeat=len(inner)):
        way = resolve(atom, dict(zip(inner, signs, strict=True)))
        if variable not in way.free:
            continue
        solutions = solve(way, variable)
        if solutions is None:
            return None
        found.update(dict.fromkeys(s for s in solutions if _may_be_zero(atom, variable, s, defaults)))
    return tuple(found)


def _may_be_zero(atom: Expr, variable: str, location: Expr, defaults: Mapping[str, Fraction]) -> bool:
    """A solution of one way need not lie where that way is taken; with parameters in it, it may for some values."""
    here = substitute(atom, {symbol(variable): location})
    if here.free:
        return True
    value = evaluate(here, dict(defaults))
    return value == 0 or (isinstance(value, arb) and bool(value.contains(0)))


def place(crossing: Crossing, point: Mapping[str, Number]) -> Number | None:
    """The variable's value at the crossing, exact where it is rational; None where it is not real there."""
    if crossing.location is None:
        return crossing.zeros[0] if crossing.zeros else None
    if crossing.also is not None and not holds_at(crossing.also, point):
        return None
    value = evaluate(crossing.location, point)
    if isinstance(value, Fraction):
        return value
    value = evaluate_sure(crossing.location, point, bits=256)
    return value if isinstance(value, Fraction | arb) else None


def pinned_by(crossing: Crossing) -> dict[str, Fraction]:
    """The parameters that the crossing asks to have one value: b == 0."""
    if crossing.also is None:
        return {}
    equations = (node for node in postorder(crossing.also) if node.op == "eq")
    return {e.args[0].name: e.args[1].number for e in equations if e.args[0].op == "symbol" and e.args[1].is_number}


def _is_periodic(atom: Expr, variable: str) -> bool:
    return any(node.op in ("sin", "cos", "tan", "sinc") and variable in node.free for node in postorder(atom))


def _with_plain(
    atom: Expr, variable: str, zeros: Sequence[Number], defaults: Mapping[str, Fraction]
) -> tuple[Number, ...]:
    """The zeros, and the plain numbers that are zeros too: a search by signs may miss one that is only touched."""
    known = {zero for zero in zeros if isinstance(zero, Fraction)}
    plain = [p for p in _PLAIN if p not in known and evaluate(atom, {**defaults, variable: p}) == 0]
    return (*plain, *zeros)


def signs_beside(crossing: Crossing, point: Mapping[str, Number], side: int) -> dict[Expr, int]:
    """The signs that the crossing's atoms have next to a point on it, to the right (1) or left (-1)."""
    here = point[crossing.variable]
    if not isinstance(here, Fraction):
        return {}
    beside = {**point, crossing.variable: here + side * _NEXT}
    signs = {atom: sign_of(atom, beside) for atom in crossing.atoms}
    return {atom: sign for atom, sign in signs.items() if sign}


def telling(crossing: Crossing, points: Sequence[Mapping[str, Number]]) -> Mapping[str, Number]:
    """One of the points at which the two sides really differ, else the first: elsewhere an atom may not be zero."""
    for point in points:
        if signs_beside(crossing, point, 1) != signs_beside(crossing, point, -1):
            return point
    return points[0]
