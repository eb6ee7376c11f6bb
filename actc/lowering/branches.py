"""Branches that cannot hurt: what is not chosen is computed at a harmless input.

``where`` computes both of its sides. A side that overflows where it is not chosen leaves the value alone, but not a
derivative taken through it: 0 times infinity is NaN. So a side with a slope that may be infinite outside its own region
gets, there, a constant in place of the input. What both sides have in common is computed once, and the derivative is
taken through it either way: it needs no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from flint import arb

from actc.calculus.balls import Number, evaluate
from actc.calculus.intervals import Interval, meet
from actc.calculus.ranges import Box
from actc.model.algebra import negation, where
from actc.model.expr import Expr, apply, fold, number, postorder, rebuild, substitute, symbol
from actc.model.operations import OPERATIONS

# Functions that neither overflow nor leave the reals, nor do their derivatives, for any argument of float's range.
_TAME = frozenset(
    {
        *("add", "sub", "neg", "abs", "sign", "min", "max", "where", "floor", "ceiling", "round"),
        *("sin", "cos", "atan", "tanh", "erf", "erfc", "sigmoid", "softplus", "log_sigmoid", "normal_cdf"),
        *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "true", "false"),
        *("number", "constant", "symbol", "nan", "inf"),
    }
)

_HARMLESS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-1, 2), Fraction(2), Fraction(-2))

_LARGEST = 3.4e38  # of float32, in which the half types are computed too
_FINITE = Interval(-_LARGEST, _LARGEST)


def guard_branches(
    root: Expr, inputs: tuple[str, ...], defaults: Mapping[str, Number], ranges: Mapping[str, Interval] | None = None
) -> Expr:
    """Give each side of a ``where`` that needs it a safe input. ``ranges`` are those of the parameters."""
    box = Box({name: meet((ranges or {}).get(name, _FINITE), _FINITE) or _FINITE for name in root.free})

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op != "where":
            return here
        condition, a, b = here.args
        common = frozenset(_differentiated(a)) & frozenset(_differentiated(b))
        safe_a = _guarded(a, condition, True, inputs, defaults, box, common)
        safe_b = _guarded(b, condition, False, inputs, defaults, box, common)
        if not common <= {*postorder(safe_a)} & {*postorder(safe_b)}:  # they were rewritten
            safe_a = _guarded(a, condition, True, inputs, defaults, box, frozenset())
            safe_b = _guarded(b, condition, False, inputs, defaults, box, frozenset())
        return where(condition, safe_a, safe_b)

    return fold(root, visit)


def _guarded(
    side: Expr,
    condition: Expr,
    chosen: bool,
    inputs: tuple[str, ...],
    defaults: Mapping[str, Number],
    box: Box,
    common: frozenset[Expr],
) -> Expr:
    shared = frozenset(name for name in inputs if name in side.free and name in condition.free)
    if not shared or not any(_is_wild(node, shared) for node in postorder(side)):
        return side
    elsewhere = box.refined(negation(condition) if chosen else condition)
    if elsewhere is None:
        return side
    steep = [node for node in _differentiated(side, common) if _is_steep(node, shared, elsewhere)]
    if not steep:
        return side
    if len(steep) == 1 and any(node.args for node in common):
        (node,) = steep
        masked = _masked(node, condition, chosen, shared, elsewhere)
        if masked is not None:  # what is in common stays so
            return fold(side, rebuild, {node: masked})
    for value in _HARMLESS:
        point = {**{name: Fraction(1, 2) for name in inputs}, **defaults, **dict.fromkeys(shared, value)}
        found = evaluate(side, point)
        if isinstance(found, Fraction) or (isinstance(found, arb) and found.is_finite()):
            constant = number(value)
            replacements = {
                symbol(name): where(condition, symbol(name), constant)
                if chosen
                else where(condition, constant, symbol(name))
                for name in inputs
                if name in shared
            }
            return substitute(side, replacements)
    return side


def _masked(node: Expr, condition: Expr, chosen: bool, shared: frozenset[str], box: Box) -> Expr | None:
    """A steep operation with its last argument held at a harmless number elsewhere; None where that does not help."""
    *before, last = node.args
    if not last.free & shared:
        return None
    for value in _HARMLESS:
        constant = number(value)
        if not _has_steep_slope(apply(node.op, *before, constant), shared, box):
            safe = where(condition, last, constant) if chosen else where(condition, constant, last)
            return apply(node.op, *before, safe)
    return None


def _differentiated(root: Expr, common: frozenset[Expr] = frozenset()) -> Iterator[Expr]:
    """The nodes that a derivative is taken through: no conditions, and nothing of what is in common."""
    seen: set[Expr] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node in seen or node in common:
            continue
        seen.add(node)
        yield node
        stack.extend(arg for arg in node.args if not arg.is_condition)


def _is_wild(node: Expr, shared: frozenset[str]) -> bool:
    """Whether a slope of an operation may be infinite for some arguments."""
    if node.op in _TAME or not node.free & shared:
        return False
    if node.op in ("mul", "div") and any(a.is_number and a.number != 0 for a in node.args[-1:]):
        return False
    return not (node.op == "mul" and any(not a.free or a.op == "symbol" for a in node.args))


def _is_steep(node: Expr, shared: frozenset[str], box: Box) -> bool:
    """Whether a slope of an operation by one of its arguments may be infinite in the box, as far as can be told."""
    return _is_wild(node, shared) and _has_steep_slope(node, shared, box)


def _has_steep_slope(node: Expr, shared: frozenset[str], box: Box) -> bool:
    partials = OPERATIONS[node.op].partials
    if partials is None:
        return True
    for argument, partial in zip(node.args, partials, strict=True):
        if partial is not None and (argument.free & shared or not argument.free):
            found = box.range(partial(*node.args))
            if found is None or max(abs(found.low), abs(found.high)) > _LARGEST:
                return True
    return False
