"""One-sided limits with a certificate: the germ of an expression next to a point, node by node.

Branches are decided by the sign that their guard certainly has on that side, for all small distances. Where the germ
of a derivative tends to a number, so does the difference quotient, by the mean value theorem: the limit is the
function's one-sided derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import fmpq

from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import HALF, UNDEFINED, UNKNOWN, Marker, Scalar, compare
from actc.calculus.balls import evaluate
from actc.calculus.germ_functions import Functions, floor, scalar
from actc.calculus.germs import (
    CONSTANT,
    Arithmetic,
    Germ,
    LostError,
    NotRealError,
    add,
    beside,
    constant,
    divergence,
    limit,
    negate,
    sign_of,
)
from actc.calculus.limits import NOT_REAL, Limit, Location
from actc.calculus.tape import Number, exact, precision
from actc.model.expr import Expr, postorder, substitute, symbol
from actc.model.operations import OPERATIONS

_WINDOWS = (2, 5, 9)  # terms that are kept: more only where fewer do not tell
_MOST_NODES = 4000
_INNER = symbol("·")  # stands for a function's argument; no author can write it
_ORDERS = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1)}

Value = Germ | bool | Marker


def certain_limit(
    expr: Expr, variable: str, at: Location, side: int, point: Mapping[str, Location], bits: int = 192
) -> Limit | None:
    """What the expression certainly tends to from the right (``side`` 1) or the left (-1); None where that is not told.

    ``point`` gives the other symbols. Finite limits are exact rationals where all that makes them is, else balls.
    """
    closed = {symbol(n): v for n, v in point.items() if isinstance(v, Expr) and n != variable}
    if closed:
        expr = substitute(expr, closed)
        at = substitute(at, closed) if isinstance(at, Expr) else at
    order = list(postorder(expr))
    if len(order) > _MOST_NODES:
        return None
    with precision(bits):
        values = {n: scalar(v) for n, v in point.items() if n != variable and not isinstance(v, Expr)}
        open_point = {n: v for n, v in point.items() if not isinstance(v, Expr)}
        here = evaluate(at, open_point, bits) if isinstance(at, Expr) else at
        if isinstance(here, Marker):
            return None
        for window in _WINDOWS:
            walk = _Walk(Arithmetic(window), variable, beside(scalar(here), side), values, bits)
            found = walk.of(order)
            if found is UNDEFINED:
                return NOT_REAL
            if isinstance(found, Germ):
                known = _limit(found)
                if known is not None:
                    return known
    return None


def certain_sign(
    expr: Expr, variable: str, at: Number, side: int, point: Mapping[str, Number], is_zero: bool, bits: int = 192
) -> int | None:
    """The sign that the expression has for all small distances on that side; None where that is not told.

    ``is_zero`` says that it is certainly 0 at the point, which no ball could tell.
    """
    order = list(postorder(expr))
    with precision(bits):
        values = {n: scalar(v) for n, v in point.items() if n != variable}
        for window in _WINDOWS:
            found = _Walk(Arithmetic(window), variable, beside(scalar(at), side), values, bits).of(order)
            if not isinstance(found, Germ):
                return None
            if is_zero:
                found = Germ({k: v for k, v in found.terms.items() if k != CONSTANT}, found.order)
            try:
                return sign_of(found)
            except LostError:
                continue
    return None


def _limit(germ: Germ) -> Limit | None:
    try:
        infinite = divergence(germ)
    except LostError:
        return None
    if infinite:
        return Limit(infinite=infinite)
    value = limit(germ)
    return Limit(Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else value)


class _Walk:
    """From the variable's germ to the expression's."""

    def __init__(
        self, arithmetic: Arithmetic, variable: str, moving: Germ, values: Mapping[str, Scalar], bits: int
    ) -> None:
        self.on = arithmetic
        self.functions = Functions(arithmetic, bits)
        self.variable = variable
        self.moving = moving
        self.values = values
        self.bits = bits

    def of(self, order: list[Expr]) -> Value:
        known: dict[Expr, Value] = {}
        for node in order:
            try:
                known[node] = self.node(node, [known[a] for a in node.args])
            except LostError:
                known[node] = UNKNOWN
            except NotRealError:
                known[node] = UNDEFINED
        return known[order[-1]]

    def node(self, node: Expr, args: list[Value]) -> Value:
        op = node.op
        match op:
            case "number":
                return constant(exact(node.number))
            case "symbol":
                return self.moving if node.name == self.variable else constant(self.values[node.name])
            case "constant":
                value = evaluate(node, {}, self.bits)
                return UNKNOWN if isinstance(value, Marker) else constant(scalar(value))
            case "true" | "false":
                return op == "true"
            case "nan" | "inf" | "undefined":
                return UNDEFINED
            case "where" | "and" | "or" | "not":
                return _branch(op, args)
        if UNDEFINED in args:
            return UNDEFINED
        germs = [a for a in args if isinstance(a, Germ)]
        if len(germs) < len(args):
            return UNKNOWN
        if op in _ORDERS:
            return _compared(op, germs[0], germs[1])
        fixed = [g.constant for g in germs]
        if op in FORMS and all(c is not None for c in fixed):
            found = FORMS[op].narrow(*fixed)
            return found if isinstance(found, Marker) else constant(found)
        return self.number(node, germs)

    def number(self, node: Expr, g: list[Germ]) -> Germ:
        """The germ of a numeric operation on germs."""
        on = self.on
        match node.op:
            case "add":
                return add(g[0], g[1])
            case "sub":
                return Germ() if node.args[0] is node.args[1] else add(g[0], negate(g[1]))
            case "neg":
                return negate(g[0])
            case "mul":
                return on.multiply(g[0], g[1])
            case "div":
                if g[1].is_zero:
                    raise NotRealError
                return on.quotient(g[0], g[1])
            case "pow":
                return self.functions.power(g[0], g[1])
            case "sqrt":
                return on.power(g[0], HALF)
            case "cbrt":
                below = sign_of(g[0]) < 0
                root = on.power(negate(g[0]) if below else g[0], fmpq(1, 3))
                return negate(root) if below else root
            case "abs":
                return negate(g[0]) if sign_of(g[0]) < 0 else g[0]
            case "sign":
                return constant(fmpq(sign_of(g[0])))
            case "max":
                return g[0] if sign_of(add(g[0], negate(g[1]))) >= 0 else g[1]
            case "min":
                return g[0] if sign_of(add(g[0], negate(g[1]))) <= 0 else g[1]
            case "floor":
                return floor(g[0])
            case "ceiling":
                return negate(floor(negate(g[0])))
            case "round":
                return floor(add(g[0], constant(HALF)))  # what is no constant is never exactly between two integers
            case "mod":
                return add(g[0], negate(on.multiply(g[1], floor(on.quotient(g[0], g[1])))))
            case "atan2":
                return self.functions.angle(g[0], g[1])
            case "polygamma":
                return self.functions.polygamma(g[0], g[1])
        if node.op not in OPERATIONS or not OPERATIONS[node.op].is_smooth or len(g) != 1:
            raise LostError
        return self.functions.function(node.op, g[0])


def _branch(op: str, given: list[Value]) -> Value:
    match op:
        case "where":
            condition, a, b = given
            return (a if condition else b) if isinstance(condition, bool) else _unknown(condition)
        case "not":
            return not given[0] if isinstance(given[0], bool) else _unknown(given[0])
    decides = op == "or"
    if any(g is decides for g in given):
        return decides
    markers = [g for g in given if isinstance(g, Marker)]
    return (UNDEFINED if UNDEFINED in markers else UNKNOWN) if markers else not decides


def _unknown(value: Value) -> Marker:
    return value if isinstance(value, Marker) else UNKNOWN


def _compared(op: str, a: Germ, b: Germ) -> bool | Marker:
    left, right = a.constant, b.constant
    if left is not None and right is not None:
        return compare(op, left, right)
    return sign_of(add(a, negate(b))) in _ORDERS[op]
