"""From the expression graph to JavaScript, one row of a table for every operation, for the live plots of the gallery.

Only names of our own stand in the text: an author's names become ``a0``, ``a1`` … in the order of the arguments. The
functions called are those of ``templates/gallery/functions.js``, or of ``Math`` where a browser's are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from actc.backend.printer import UnknownOperationError
from actc.model.expr import LEAVES, Expr, postorder

CONSTANTS = {
    "pi": "Math.PI",
    "E": "Math.E",
    "EulerGamma": "0.5772156649015329",
    "GoldenRatio": "1.618033988749895",
}

DIRECT = {
    "exp": "Math.exp", "log": "Math.log", "sqrt": "Math.sqrt", "cbrt": "Math.cbrt", "sin": "Math.sin",
    "cos": "Math.cos", "tan": "Math.tan", "asin": "Math.asin", "acos": "Math.acos", "atan": "Math.atan",
    "atan2": "Math.atan2", "sinh": "Math.sinh", "cosh": "Math.cosh", "tanh": "Math.tanh", "asinh": "Math.asinh",
    "acosh": "Math.acosh", "atanh": "Math.atanh", "log1p": "Math.log1p", "expm1": "Math.expm1", "abs": "Math.abs",
    "sign": "Math.sign", "min": "Math.min", "max": "Math.max", "floor": "Math.floor", "ceiling": "Math.ceil",
    "pow": "Math.pow",
}  # fmt: skip
"""What every browser has."""

HELPED = {
    "erf": "F.erf", "erfc": "F.erfc", "gamma": "F.gamma", "loggamma": "F.loggamma", "digamma": "F.digamma",
    "sinc": "F.sinc", "sigmoid": "F.sigmoid", "softplus": "F.softplus", "log_sigmoid": "F.logSigmoid",
    "normal_cdf": "F.normalCdf", "round": "F.round", "mod": "F.mod",
}  # fmt: skip
"""What ``functions.js`` has."""

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "===",
    "ne": "!==", "and": "&&", "or": "||",
}  # fmt: skip
_PREFIX = {"neg": "-", "not": "!"}
_LEAVES = {"true": "true", "false": "false", "nan": "NaN", "inf": "Infinity", "undefined": "NaN"}


def javascript_function(arguments: Sequence[str], results: Sequence[Expr]) -> str:
    """An arrow function from numbers to an array of the results; what is used twice is computed once.

    Raises UnknownOperationError for an operation without a row.
    """
    names = {name: f"a{i}" for i, name in enumerate(arguments)}
    uses: dict[Expr, int] = {}
    order = list(postorder(*results))
    for node in order:
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    known: dict[Expr, str] = {}
    lines: list[str] = []
    for node in order:
        text = _text(node, [known[arg] for arg in node.args], names)
        if uses.get(node, 0) > 1 and node.op not in LEAVES:
            lines.append(f"t{len(lines)}={text}")
            text = f"t{len(lines) - 1}"
        known[node] = text
    body = f"[{','.join(known[result] for result in results)}]"
    head = f"({','.join(names.values())})=>"
    return f"{head}{{const {','.join(lines)};return {body}}}" if lines else f"{head}{body}"


def _text(node: Expr, args: Sequence[str], names: dict[str, str]) -> str:
    op = node.op
    if op == "number":
        return _number(node.number)
    if op == "symbol":
        return names[node.name]
    if op == "constant":
        return CONSTANTS[node.name]
    if op in _LEAVES:
        return _LEAVES[op]
    if op in _INFIX:
        return f"({args[0]}{_INFIX[op]}{args[1]})"
    if op in _PREFIX:
        return f"({_PREFIX[op]}{args[0]})"
    if op == "where":
        return f"({args[0]}?{args[1]}:{args[2]})"
    if op == "polygamma" and node.args[0].is_number and node.args[0].number == 1:
        return f"F.trigamma({args[1]})"
    function = DIRECT.get(op) or HELPED.get(op)
    if function is None:
        raise UnknownOperationError(f"the JavaScript printer has no row for the operation {op!r}")
    return f"{function}({','.join(args)})"


def _number(value: Fraction) -> str:
    """The nearest double, in digits that JavaScript reads as Python does; infinite where it is beyond all doubles."""
    try:
        text = repr(value.numerator / value.denominator)
    except OverflowError:
        text = "Infinity" if value > 0 else "-Infinity"
    text = text.removesuffix(".0")
    return f"({text})" if text.startswith("-") else text
