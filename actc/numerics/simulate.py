"""Expressions evaluated as generated code evaluates them, in correctly rounded arithmetic of any format.

Deterministic on every machine: nothing depends on the host's floating point or its libm. Since equal expressions are
one object, candidates that differ in a few nodes share all other columns.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gmpy2

from actc.model.expr import Expr, postorder
from actc.numerics.formats import Float, Format
from actc.numerics.rounded_functions import BINARY, closed_value, power, unary

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}

Column = list[Any]
"""One value for each point: floats, or truth values."""


class Simulator:
    """Runs expressions at a fixed list of points, and remembers the column of every node.

    With ``flush`` results below the smallest normal number are flushed, as TensorFlow has the processor do.

    The inputs and parameters must be numbers of the format already. A constant is rounded to float64 first and to the
    format then, as a literal in generated code is.
    """

    __slots__ = ("_columns", "_context", "_length", "_symbols", "format")

    def __init__(self, form: Format, points: Sequence[Mapping[str, Float]], *, flush: bool = False) -> None:
        self.format = form
        self._context = form.flushing if flush else form.context
        self._length = len(points)
        names = sorted(points[0]) if points else []
        self._symbols: dict[str, Column] = {name: [p[name] for p in points] for name in names}
        self._columns: dict[Expr, Column] = {}

    def run(self, root: Expr) -> Column:
        """The result at every point. Raises KeyError where the points lack a symbol."""
        columns = self._columns
        if root not in columns:
            for node in self._missing(root):
                columns[node] = self._column(node)
        return columns[root]

    def _missing(self, root: Expr) -> list[Expr]:
        """The nodes whose columns are not known yet; a closed part is one constant, however it is made."""
        order: list[Expr] = []
        seen: set[Expr] = set()
        stack: list[tuple[Expr, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif node not in seen and node not in self._columns:
                seen.add(node)
                stack.append((node, True))
                if node.free or node.is_condition:
                    stack.extend((a, False) for a in reversed(node.args))
        return order

    def _column(self, node: Expr) -> Column:
        op = node.op
        if op == "symbol":
            return self._symbols[node.name]
        if op in ("true", "false"):
            return [op == "true"] * self._length
        if not node.free and not node.is_condition:
            return [self._constant(node)] * self._length
        args = [self._columns[a] for a in node.args]
        if op in _COMPARE:
            compare = _COMPARE[op]
            return [compare(a, b) for a, b in zip(*args, strict=True)]
        match op:
            case "where":
                return [a if c else b for c, a, b in zip(*args, strict=True)]
            case "not":
                return [not a for a in args[0]]
            case "and":
                return [a and b for a, b in zip(*args, strict=True)]
            case "or":
                return [a or b for a, b in zip(*args, strict=True)]
            case "polygamma":
                return unary(op, args[1], self._context)
            case "pow" if node.args[1].is_number and node.args[1].number.denominator == 1:
                return power(args[0], int(node.args[1].number), self._context)
        if len(args) == 1:
            return unary(op, args[0], self._context)
        function = BINARY[op]
        with self._context:
            return [function(a, b) for a, b in zip(*args, strict=True)]

    def _constant(self, node: Expr) -> Float:
        if node.op in ("nan", "undefined"):
            return gmpy2.nan()
        if node.op == "inf":
            return gmpy2.inf()
        if any(inner.op in ("nan", "inf", "undefined") for inner in postorder(node)):
            return -gmpy2.inf() if node.op == "neg" and node.args[0].op == "inf" else gmpy2.nan()
        near = closed_value(node)
        with self._context:
            return gmpy2.mpfr(near)


def simulate(expr: Expr, form: Format, points: Sequence[Mapping[str, Float]]) -> Column:
    """An expression at a few points, each coordinate a number of the format."""
    return Simulator(form, points).run(expr)
