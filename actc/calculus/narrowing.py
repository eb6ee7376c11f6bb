"""What a condition that holds says about the symbols and subexpressions in it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from actc.calculus import intervals as iv
from actc.calculus.branches import orient
from actc.calculus.interval_functions import FUNCTIONS, Monotone
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, REAL, Interval
from actc.model.algebra import conjunction, disjunction, negation, subtract
from actc.model.expr import Expr

if TYPE_CHECKING:
    from actc.calculus.ranges import Box

_SIGNS = {
    "lt": NEGATIVE,
    "le": NEGATIVE | NULL,
    "gt": POSITIVE,
    "ge": POSITIVE | NULL,
    "eq": NULL,
    "ne": NEGATIVE | POSITIVE,
}
_MOST_STEPS = 200
_INVERSE = {
    "exp": "log",
    "log": "exp",
    "sinh": "asinh",
    "asinh": "sinh",
    "tanh": "atanh",
    "atanh": "tanh",
    "expm1": "log1p",
    "log1p": "expm1",
}


def refine(box: Box, condition: Expr) -> Box | None:
    """The part of the box where the condition holds; None where it holds nowhere."""
    todo, facts = [condition], _Facts(box)
    while todo:
        part = todo.pop()
        if part.op == "and":
            todo.extend(reversed(part.args))
        elif part.op == "not":
            inner = part.args[0]
            if inner.op in ("and", "or"):
                join = disjunction if inner.op == "and" else conjunction
                todo.append(join(*(negation(arg) for arg in inner.args)))
            elif inner.op not in ("true", "false"):
                todo.append(negation(inner))
            elif inner.op == "true":
                return None
        elif part.op == "or":
            sides = [facts.box().refined(arg) for arg in part.args]
            open_sides = [side for side in sides if side is not None]
            if not open_sides:
                return None
            facts.take(open_sides)
        elif part.op == "false" or (part.op in _SIGNS and not facts.compare(part)):
            return None
    return facts.box()


class _Facts:
    """Intervals that only ever shrink."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._env = dict(box.env)
        self._facts = dict(box.facts)

    def box(self) -> Box:
        return self._box.inside(self._env, self._facts)

    def take(self, sides: list[Box]) -> None:
        """What all alternatives have in common."""
        first = sides[0]
        self._env = dict(first.env)
        self._facts = dict(first.facts)
        for side in sides[1:]:
            self._env = {name: iv.join(a, side.env[name]) for name, a in self._env.items()}
            self._facts = {e: iv.join(a, side.facts[e]) for e, a in self._facts.items() if e in side.facts}

    def compare(self, node: Expr) -> bool:
        """Take in a comparison; False where it cannot hold."""
        a, b = node.args
        op = node.op
        left, right = self._range(a), self._range(b)
        signs = _SIGNS[op]
        todo = [(a, _bounds(right, signs)), (b, _bounds(left, _mirrored(signs)))]
        difference = subtract(a, b)
        if not difference.is_number:
            found = iv.of_signs(signs)
            if found is not None and difference.op != "symbol":
                todo.append((difference, found))
            todo.extend(self._atoms(difference, signs))
        return self._push(todo)

    def _atoms(self, guard: Expr, signs: int) -> list[tuple[Expr, Interval]]:
        """What a product's sign says of its factors' signs."""
        sign = orient(guard)
        atoms = dict.fromkeys(sign.atoms)
        # A product that is not 0 has no factor that is; a quotient that is real has no pole.
        facts = [] if signs & NULL else [(atom, iv.NONZERO) for atom in atoms]
        if len(sign.atoms) == 1 and sign.constant:
            found = iv.of_signs(signs if sign.constant > 0 else _mirrored(signs))
            if found is not None:
                facts.append((sign.atoms[0], found))
        return facts

    def _range(self, node: Expr) -> Interval:
        return self._box.range(node) or REAL

    def _push(self, todo: list[tuple[Expr, Interval]]) -> bool:
        for _ in range(_MOST_STEPS):
            if not todo:
                return True
            node, allowed = todo.pop()
            if node.op == "symbol":
                found = iv.meet(self._env.get(node.name, REAL), allowed)
                if found is None:
                    return False
                self._env[node.name] = found
                continue
            known = self._facts.get(node)
            found = iv.meet(self._range(node) if known is None else known, allowed)
            if found is None:
                return False
            if node.args and found != known:
                self._facts[node] = found
                todo.extend(self._below(node, found))
        return True

    def _below(self, node: Expr, found: Interval) -> list[tuple[Expr, Interval]]:
        """What the arguments must be for the node to be in the interval."""
        args = node.args
        match node.op:
            case "add":
                a, b = (self._range(arg) for arg in args)
                return [(args[0], iv.add(found, iv.negate(b))), (args[1], iv.add(found, iv.negate(a)))]
            case "sub":
                a, b = (self._range(arg) for arg in args)
                return [(args[0], iv.add(found, b)), (args[1], iv.add(a, iv.negate(found)))]
            case "neg":
                return [(args[0], iv.negate(found))]
            case "mul":
                return self._factors(args, found)
            case "div":
                below: list[tuple[Expr, Interval]] = [(args[1], iv.NONZERO)]
                below.append((args[0], iv.multiply(found, self._range(args[1]))))
                if found.excludes_zero:
                    below.append((args[0], iv.NONZERO))
                return below
            case "pow" if args[1].is_number:
                return self._base(args[0], args[1], found)
            case "abs":
                return [(args[0], _within(found.high, found.high_open, found.excludes_zero))]
            case "max":
                return [(arg, replace(REAL, high=found.high, high_open=found.high_open)) for arg in args]
            case "min":
                return [(arg, replace(REAL, low=found.low, low_open=found.low_open)) for arg in args]
            case "sqrt":
                square = iv.power(replace(found, nonzero=False), 2)
                return [] if square is None else [(args[0], square)]
        return _undone(node, found)

    def _factors(self, args: tuple[Expr, ...], found: Interval) -> list[tuple[Expr, Interval]]:
        below: list[tuple[Expr, Interval]] = []
        for arg, other in ((args[0], args[1]), (args[1], args[0])):
            inverse = iv.reciprocal(self._range(other))
            if arg is other:
                below.extend(self._square(arg, found))
            elif inverse is not None:
                below.append((arg, iv.multiply(found, inverse)))
            elif found.excludes_zero:
                below.append((arg, iv.NONZERO))
        return below

    def _base(self, base: Expr, exponent: Expr, found: Interval) -> list[tuple[Expr, Interval]]:
        n = exponent.number
        if n == 2:
            return self._square(base, found)
        below = [(base, iv.NONZERO)] if found.excludes_zero or n < 0 else []
        if n.denominator == 1 and n % 2 and n > 0:
            allowed = iv.of_signs(found.signs)
            if allowed is not None:
                below.append((base, allowed))
        return below

    def _square(self, base: Expr, found: Interval) -> list[tuple[Expr, Interval]]:
        if not found.high >= 0:
            return []
        root = FUNCTIONS["sqrt"](Interval(0.0, found.high, False, found.high_open))
        return [] if root is None else [(base, _within(root.high, root.high_open, found.excludes_zero))]


def _within(size: float, is_open: bool, nonzero: bool) -> Interval:
    is_open = is_open or math.isinf(size)
    return Interval(-size, size, is_open, is_open, nonzero)


def _undone(node: Expr, found: Interval) -> list[tuple[Expr, Interval]]:
    """Strictly increasing functions whose inverses are in the table; the others keep a sign."""
    function = FUNCTIONS.get(node.op)
    inverse = FUNCTIONS.get(_INVERSE.get(node.op, ""))
    below: list[tuple[Expr, Interval]] = []
    if isinstance(function, Monotone):
        if function.keeps_zero:
            allowed = iv.of_signs(found.signs)
            if allowed is not None:
                below.append((node.args[0], allowed))
        if isinstance(inverse, Monotone):
            inside = iv.meet(found, inverse.domain)
            image = None if inside is None else inverse(inside)
            if image is not None:
                below.append((node.args[0], image))
    return below


def _mirrored(signs: int) -> int:
    return (NEGATIVE if signs & POSITIVE else 0) | (signs & NULL) | (POSITIVE if signs & NEGATIVE else 0)


def _bounds(other: Interval, signs: int) -> Interval:
    """Where a number is whose difference to one in the interval has one of the signs."""
    strict = not signs & NULL
    if signs == NEGATIVE | POSITIVE:
        return iv.NONZERO if other.is_point and other.low == 0 else REAL
    low, low_open = -math.inf, True
    high, high_open = math.inf, True
    if not signs & NEGATIVE:
        low, low_open = other.low, other.low_open or strict
    if not signs & POSITIVE:
        high, high_open = other.high, other.high_open or strict
    return Interval(low, high, low_open, high_open, integer=signs == NULL and other.integer)
