"""The chain rule over the table's partial derivatives."""

from __future__ import annotations

from collections.abc import Mapping

from actc.calculus.branches import guards, orient, resolve
from actc.calculus.cells import feasible_signs
from actc.calculus.work import GaveUp, Work
from actc.model.algebra import compare, where
from actc.model.domain import Domain
from actc.model.expr import NAN, ONE, UNDEFINED, ZERO, Expr, apply, postorder
from actc.model.operations import OPERATIONS

_WORK = 100_000  # counted, to see which signs cannot be


def differentiate(root: Expr, variable: str) -> Expr:
    """The partial derivative away from kinks and jumps; what it is at one is decided elsewhere (``gradients``).

    The result shares the nodes of the expression and stays in its vocabulary: ``sigmoid`` gives ``sigmoid``.
    """
    slopes: dict[Expr, Expr] = {}
    for node in postorder(root):
        if variable not in node.free or node.is_condition:
            slopes[node] = node if node in (NAN, UNDEFINED) else ZERO
        elif node.op == "symbol":
            slopes[node] = ONE
        else:
            slopes[node] = _slope(node, tuple(slopes[a] for a in node.args))
    return slopes[root]


def differentiate_by_regions(root: Expr, variable: str, domains: Mapping[str, Domain]) -> Expr:
    """The partial derivative, region by region.

    The chain rule's result may be undefined where a part is constant: that of ``cbrt(Max(x, 0))`` is 0 times infinity
    for negative ``x``. Resolving the branches first gives 0.
    """
    return _by_regions(root, variable, {}, domains)


def _by_regions(root: Expr, variable: str, signs: dict[Expr, int], domains: Mapping[str, Domain]) -> Expr:
    # Max(x/a, 0) goes by the sign of a as well, which the domain may tell.
    asked = (orient(guard).atoms for guard in guards(root) if variable in guard.free)
    atom = next((a for some in asked for a in some if a not in signs), None)
    if atom is None:
        return differentiate(root, variable)
    ways = [{**signs, atom: side} for side in (1, -1)]
    ways = [way for way in ways if _may_be(way, domains)] or ways
    slopes = [_by_regions(resolve(root, way), variable, way, domains) for way in ways]
    return slopes[0] if len(slopes) == 1 else where(compare("gt", atom, ZERO), *slopes)


def _may_be(signs: Mapping[Expr, int], domains: Mapping[str, Domain]) -> bool:
    try:
        return feasible_signs(signs, domains, Work(_WORK))
    except GaveUp:
        return True


def _slope(node: Expr, inner: tuple[Expr, ...]) -> Expr:
    a = node.args
    match node.op:
        case "abs":
            return apply("sign", a[0]) * inner[0]
        case "max":
            return where(compare("gt", a[0], a[1]), inner[0], inner[1])
        case "min":
            return where(compare("lt", a[0], a[1]), inner[0], inner[1])
        case "where":
            return where(a[0], inner[1], inner[2])
        case "sign" | "floor" | "ceiling" | "round":
            return ZERO
        case "div" if inner[1] is ZERO:
            return inner[0] / a[1]
        case "pow" if inner[1] is not ZERO and inner[0] is not ZERO:
            return _slope_of_general_power(a[0], a[1], inner)
    partials = OPERATIONS[node.op].partials
    if partials is None:
        raise TypeError(f"no derivative is known for {node.op}")
    total = ZERO
    for partial, slope in zip(partials, inner, strict=True):
        if slope is not ZERO and partial is not None:
            total = total + partial(*a) * slope
    return total


def _slope_of_general_power(u: Expr, v: Expr, inner: tuple[Expr, ...]) -> Expr:
    by_base, by_exponent = OPERATIONS["pow"].partials or (None, None)
    if by_base is None or by_exponent is None:
        raise TypeError("the table has no derivative of a power")
    return by_base(u, v) * inner[0] + by_exponent(u, v) * inner[1]
