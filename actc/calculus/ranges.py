"""The values that an expression may take while its symbols stay in their intervals.

A *box* says what is known of every symbol and, on one side of a branch, of subexpressions: ``log(u) if u > 0 else 0``
asks for the logarithm of positive numbers alone, whatever ``u`` is. Ranges are outward rounded and never recursive in
the depth of the graph; nested branches are refined as far as a counted budget allows.
"""

from __future__ import annotations

from collections.abc import Mapping

from actc.calculus import intervals as iv
from actc.calculus import narrowing, signs
from actc.calculus.interval_functions import FUNCTIONS, Monotone, rational_power
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, REAL, Interval
from actc.calculus.tape import precision
from actc.model.algebra import negation
from actc.model.expr import Expr
from actc.model.operations import OPERATIONS

__all__ = ["Box", "Interval", "holds", "range_of"]

YES, NO, MAYBE_UNDEFINED = 1, 2, 4
"""Bits of what a condition may come to."""

_BITS = 64
_MOST_DEPTH = 24  # of branches inside branches that are refined
_COST_OF_BOX = 10  # in nodes
_BUDGET = 20_000  # nodes that are looked at for one question
_TRUE_AT = {
    "lt": NEGATIVE,
    "le": NEGATIVE | NULL,
    "gt": POSITIVE,
    "ge": POSITIVE | NULL,
    "eq": NULL,
    "ne": NEGATIVE | POSITIVE,
}
_ALL_SIGNS = NEGATIVE | NULL | POSITIVE
_Value = Interval | int | None  # a number's range, or bits of a condition; None: may be no real number


def range_of(expr: Expr, env: Mapping[str, Interval]) -> Interval | None:
    """An interval that holds every value, with open ends where they are not attained.

    None where the expression may be undefined somewhere in the box, as far as can be told. Raises KeyError where a
    symbol has no interval.
    """
    return Box(env).range(expr)


def holds(condition: Expr, env: Mapping[str, Interval]) -> bool | None:
    """Whether the condition holds everywhere (True) or nowhere (False) in the box; None where neither is known."""
    return Box(env).holds(condition)


class Budget:
    """How much work may still be done for one question."""

    __slots__ = ("left",)

    def __init__(self, left: int = _BUDGET) -> None:
        self.left = left


class Box:
    """Intervals of symbols, facts about subexpressions, and everything that was inferred from them."""

    __slots__ = ("_depth", "_memo", "_signs", "budget", "env", "facts", "slopes", "thorough")

    def __init__(
        self,
        env: Mapping[str, Interval],
        facts: Mapping[Expr, Interval] | None = None,
        *,
        depth: int = 0,
        budget: Budget | None = None,
        thorough: bool = True,
    ) -> None:
        self.env = env
        self.facts = {} if facts is None else facts
        self.budget = Budget() if budget is None else budget
        self.thorough = thorough  # whether signs are sought by algebra where ranges do not tell
        self.slopes = 0  # how many derivatives deep a question about signs is
        self._depth = depth
        self._memo: dict[Expr, _Value] = {}
        self._signs: dict[Expr, int] = {}

    def inside(self, env: Mapping[str, Interval], facts: Mapping[Expr, Interval]) -> Box:
        """A smaller box that shares this one's budget."""
        return Box(env, facts, depth=self._depth, budget=self.budget, thorough=self.thorough)

    def without_facts(self) -> Box:
        """The box of the symbols alone, which has no holes but those of its intervals."""
        if not self.facts:
            return self
        plain = self.inside(self.env, {})
        plain.slopes = self.slopes
        return plain

    def refined(self, condition: Expr, *, deeper: bool = True) -> Box | None:
        """The part of the box where the condition holds; None where it holds nowhere.

        Deep inside branches, or when the budget is spent, it is the box itself.
        """
        if self._depth >= _MOST_DEPTH or self.budget.left <= 0:
            return self
        self.budget.left -= _COST_OF_BOX
        found = narrowing.refine(self, condition)
        if found is not None:
            found._depth = self._depth + deeper
        return found

    def range(self, expr: Expr) -> Interval | None:
        """See ``range_of``."""
        value = self._value(expr)
        if isinstance(value, int):
            raise TypeError("a condition has no range")
        return value

    def outcomes(self, condition: Expr) -> int:
        """What the condition may come to in the box, as bits."""
        value = self._value(condition)
        if not isinstance(value, int):
            raise TypeError("a number is not true or false")
        return value

    def holds(self, condition: Expr) -> bool | None:
        """See ``ranges.holds``."""
        return {YES: True, NO: False}.get(self.outcomes(condition))

    def signs(self, expr: Expr) -> int:
        """The signs that the expression may have where it is real, as bits (``intervals.NEGATIVE`` …)."""
        known = self._signs.get(expr)
        if known is None:
            found = self.range(expr)
            known = _ALL_SIGNS if found is None else found.signs
            if known.bit_count() > 1 and self.budget.left > 0:
                self._signs[expr] = known
                known &= signs.by_algebra(self, expr)
            self._signs[expr] = known
        return known

    def _value(self, root: Expr) -> _Value:
        memo = self._memo
        if root in memo:
            return memo[root]
        with precision(_BITS):
            stack = [(root, False)]
            while stack:
                node, ready = stack.pop()
                if node in memo:
                    continue
                if ready or not node.args:
                    self.budget.left -= 1
                    memo[node] = self._known(node, self._compute(node))
                    continue
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(self._needed(node)) if arg not in memo)
        return memo[root]

    def _needed(self, node: Expr) -> tuple[Expr, ...]:
        """The arguments whose values are asked for in this box; the others are looked at in a part of it."""
        if self._depth >= _MOST_DEPTH or self.budget.left <= 0:
            return node.args
        return node.args[:1] if node.op in ("where", "and", "or") else node.args

    def _known(self, node: Expr, value: _Value) -> _Value:
        fact = self.facts.get(node)
        if fact is None or not isinstance(value, Interval):
            return value
        return iv.meet(value, fact) or value

    def _compute(self, node: Expr) -> _Value:
        op = node.op
        if op in _TRUE_AT:
            return self._comparison(node)
        match op:
            case "number":
                return iv.of_number(node.number)
            case "constant":
                return iv.CONSTANTS[node.name]
            case "symbol":
                return self.env[node.name]
            case "nan" | "undefined":
                return None
            case "true" | "false":
                return YES if op == "true" else NO
            case "not":
                inner = self.outcomes(node.args[0])
                return (inner & MAYBE_UNDEFINED) | (NO if inner & YES else 0) | (YES if inner & NO else 0)
            case "and" | "or":
                return self._junction(node)
            case "where":
                return self._branch(node)
        return self._operation(node)

    def _operation(self, node: Expr) -> Interval | None:
        args = [self.range(arg) for arg in node.args]
        ranges = [a for a in args if a is not None]
        if len(ranges) < len(args):
            return None
        found = _apply(node, ranges)
        if found is None and OPERATIONS[node.op].defined is not None:
            return self._rescued(node, ranges)
        return found

    def _rescued(self, node: Expr, ranges: list[Interval]) -> Interval | None:
        """Where ranges alone cannot tell that the operation is real, signs may."""
        defined = OPERATIONS[node.op].defined
        if defined is None or not self.thorough or self.holds(defined(*node.args)) is not True:
            return None
        function = FUNCTIONS[node.op]
        if isinstance(function, Monotone):
            inside = iv.meet(ranges[0], function.domain)
            return None if inside is None else function(inside)
        if node.op == "div":
            inside = iv.meet(ranges[1], iv.of_signs(self.signs(node.args[1])) or REAL)
            inside = None if inside is None else iv.meet(inside, iv.NONZERO)
            return None if inside is None else _apply(node, [ranges[0], inside])
        return REAL

    def _comparison(self, node: Expr) -> int:
        a, b = self.range(node.args[0]), self.range(node.args[1])
        if a is None or b is None:
            return YES | NO | MAYBE_UNDEFINED
        known = _difference_signs(a, b)
        if known.bit_count() > 1 and self.thorough:
            difference = node.args[0] - node.args[1]
            known &= self.signs(difference)
        true_at = _TRUE_AT[node.op]
        return (YES if known & true_at else 0) | (NO if known & ~true_at else 0)

    def _junction(self, node: Expr) -> int:
        """``and``, ``or``: the first decides where it can, so the second matters only where it does not."""
        deciding, other = (NO, YES) if node.op == "and" else (YES, NO)
        first = self.outcomes(node.args[0])
        if first == deciding:
            return deciding
        rest: Box | None = self
        if first & deciding:
            rest = self.refined(node.args[0] if node.op == "and" else negation(node.args[0]))
        if rest is None:
            return first
        second = rest.outcomes(node.args[1])
        return ((first | second) & (deciding | MAYBE_UNDEFINED)) | (first & second & other)

    def _branch(self, node: Expr) -> Interval | None:
        """The hull of the branches, each in the part of the box where it is taken."""
        total: Interval | None = None
        box: Box | None = self
        rest = node
        # A chain of ``else if`` is walked, not recursed into.
        while box is not None:
            if rest.op != "where":
                last = box.range(rest)
                return None if last is None else last if total is None else iv.join(total, last)
            condition, branch, otherwise = rest.args
            outcome = box.outcomes(condition)
            if outcome & MAYBE_UNDEFINED:
                return None
            taken = box if outcome == YES else box.refined(condition) if outcome & YES else None
            if taken is not None:
                found = taken.range(branch)
                if found is None:
                    return None
                total = found if total is None else iv.join(total, found)
            if outcome == YES:
                break
            if outcome & YES:
                box = box.refined(negation(condition), deeper=False)
            rest = otherwise
        return total


def _apply(node: Expr, ranges: list[Interval]) -> Interval | None:
    if node.op == "mul" and node.args[0] is node.args[1]:
        return iv.power(ranges[0], 2)
    if node.op == "pow" and node.args[1].is_number:
        exponent = node.args[1].number
        if exponent.denominator == 1:
            return iv.power(ranges[0], int(exponent))
        return rational_power(ranges[0], exponent)
    return FUNCTIONS[node.op](*ranges)


def _difference_signs(a: Interval, b: Interval) -> int:
    """The signs that a - b may have, without rounding."""
    found = 0
    if a.low < b.high:
        found |= NEGATIVE
    if a.high > b.low:
        found |= POSITIVE
    if iv.meet(a, b) is not None:
        found |= NULL
    return found
