"""From the expression graph to TensorFlow's Python, one row of a table for every operation.

Rounding depends on the order of operations, so sums and products keep theirs: parentheses stand wherever Python would
group otherwise, and nowhere else. A Python number takes on the dtype of the tensor it meets; where it would meet none,
or come first (``tf.where(c, 0.0, x)`` fails under ``tf.function`` in float64), it is printed as a typed constant.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from actc.backend.layout import Atom, Call, Chain, Group, Node, Prefix, flat
from actc.model.expr import Expr, apply, fold, number, postorder

CONSTANTS = {
    "pi": "3.141592653589793",
    "E": "2.718281828459045",
    "EulerGamma": "0.5772156649015329",
    "GoldenRatio": "1.618033988749895",
}

DIRECT = {
    "exp": "tf.exp",
    "log": "tf.math.log",
    "sqrt": "tf.sqrt",
    "tan": "tf.tan",
    "asin": "tf.asin",
    "acos": "tf.acos",
    "atan": "tf.atan",
    "tanh": "tf.tanh",
    "asinh": "tf.asinh",
    "acosh": "tf.acosh",
    "digamma": "tf.math.digamma",
    "sigmoid": "tf.sigmoid",
    "abs": "tf.abs",
    "sign": "tf.sign",
    "floor": "tf.floor",
    "ceiling": "tf.math.ceil",
    "round": "tf.round",
    "min": "tf.minimum",
    "max": "tf.maximum",
    "eq": "tf.equal",
    "ne": "tf.not_equal",
}
"""What TensorFlow has under another name, right over the whole range."""

HELPED = {
    "cbrt": "cbrt",
    "sinh": "sinh",
    "cosh": "cosh",
    "atanh": "atanh",
    "atan2": "atan2",
    "erf": "erf",
    "erfc": "erfc",
    "gamma": "gamma",
    "loggamma": "loggamma",
    "sinc": "sinc",
    "log1p": "log1p",
    "log_sigmoid": "log_sigmoid",
    "softplus": "softplus",
    "sin": "sin",
    "cos": "cos",
    "expm1": "expm1",
    "normal_cdf": "normal_cdf",
}
"""What the support file has, because TensorFlow has nothing or nothing right."""

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%"}
_ORDER = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_LOGIC = {"and": "&", "or": "|"}

# How tightly Python binds.
_COMPARISON, _OR, _AND, _SUM, _PRODUCT, _SIGN, _ATOM = range(7)
_BINDING = {"add": _SUM, "sub": _SUM, "mul": _PRODUCT, "div": _PRODUCT, "mod": _PRODUCT, "and": _AND, "or": _OR}


class UnknownOperationError(Exception):
    """The printer was given an operation that it has no row for: a mistake in the compiler."""


class Kind(Enum):
    """What an expression is when the generated code runs."""

    TENSOR = "tensor"
    NUMBER = "number"  # a Python float, or arithmetic on such
    TRUTH = "truth"  # a tensor of truth values, or a Python bool


@dataclass(frozen=True, slots=True)
class Printed:
    """An expression's text as a tree, how tightly it binds, and what it is."""

    node: Node
    binding: int
    kind: Kind


def print_expression(expr: Expr, dtype: str = "dtype", paired: Container[Expr] = frozenset()) -> Printed:
    """The Python for an expression; ``dtype`` is the name that holds the computing dtype where it will stand.

    ``paired`` are the arguments of whose exponential the whole pass makes more than one use (``paired_arguments``).
    Raises UnknownOperationError for an operation without a row.
    """

    def visit(node: Expr, args: tuple[Printed, ...]) -> Printed:
        if node.op == "sigmoid":
            argument, falls = _rising(node.args[0])
            if argument in paired:
                name = "_support.falling_sigmoid" if falls else "_support.sigmoid"
                inner = print_expression(argument, dtype, paired) if falls else args[0]
                return Printed(Call(name, (typed(inner, dtype),)), _ATOM, Kind.TENSOR)
        return _print(node, args, dtype)

    return fold(expr, visit)


def paired_arguments(roots: Iterable[Expr]) -> frozenset[Expr]:
    """The v of which a pass computes several functions that take ``exp(-abs(v))`` where XLA compiles it.

    A sigmoid alone is computed as XLA does it, which is quicker.
    """
    found: dict[Expr, set[tuple[str, bool]]] = {}
    for node in postorder(*roots):
        if node.op == "sigmoid":
            argument, falls = _rising(node.args[0])
            found.setdefault(argument, set()).add(("sigmoid", falls))
        elif node.op in ("softplus", "log_sigmoid"):
            found.setdefault(node.args[0], set()).add((node.op, False))
    return frozenset(argument for argument, functions in found.items() if len(functions) > 1)


def _rising(argument: Expr) -> tuple[Expr, bool]:
    """The argument without a minus sign before it, and whether there is one."""
    if argument.op == "neg":
        return argument.args[0], True
    if argument.op == "mul" and argument.args[0].is_number and argument.args[0].number < 0:
        return apply("mul", number(-argument.args[0].number), argument.args[1]), True
    return argument, False


def print_text(expr: Expr, dtype: str = "dtype") -> str:
    """The same on one line."""
    return flat(print_expression(expr, dtype).node)


def print_number(value: Fraction) -> str:
    """The shortest digits that Python reads as the float64 nearest to the number, as formatters write them."""
    return repr(value.numerator / value.denominator).replace("e+", "e")


def typed(printed: Printed, dtype: str) -> Node:
    """The expression as a tensor of the computing dtype."""
    if printed.kind is Kind.NUMBER:
        return Call("tf.constant", (printed.node, Atom(dtype)))
    return printed.node


def wrapped(printed: Printed, binding: int) -> Node:
    """The expression as an operand of something that binds so tightly."""
    return printed.node if printed.binding >= binding else Group(printed.node)


def as_factor(printed: Printed) -> Node:
    """The expression as the right factor of a product."""
    return wrapped(printed, _SIGN)


def _print(expr: Expr, args: tuple[Printed, ...], dtype: str) -> Printed:
    op = expr.op
    if op in _LEAF_PRINTERS:
        return _LEAF_PRINTERS[op](expr)
    if op == "mul" and _is_slope_of_sigmoid(expr):
        inner = args[0].node
        if isinstance(inner, Call):
            return Printed(Call("_support.sigmoid_slope", inner.arguments), _ATOM, Kind.TENSOR)
    if op in _INFIX:
        return _chain(_INFIX[op], _BINDING[op], args, _numeric(args))
    if op in _LOGIC:
        return _chain(_LOGIC[op], _BINDING[op], args, Kind.TRUTH)
    if op in _ORDER:
        operands = (wrapped(_tensor_first(args, dtype), _COMPARISON + 1), wrapped(args[1], _COMPARISON + 1))
        return Printed(Chain(operands, (_ORDER[op],)), _COMPARISON, Kind.TRUTH)
    if op == "neg":
        return Printed(Prefix("-", wrapped(args[0], _SIGN)), _SIGN, args[0].kind)
    if op == "not":
        return Printed(Prefix("~", wrapped(args[0], _SIGN)), _SIGN, Kind.TRUTH)
    if op == "pow":
        return _power(expr, args, dtype)
    if op == "where":
        branches = (typed(args[1], dtype), args[2].node)
        return Printed(Call("tf.where", (args[0].node, *branches)), _ATOM, Kind.TENSOR)
    if op == "ne" and expr.args[0] is expr.args[1]:
        return Printed(Call("tf.math.is_nan", (typed(args[0], dtype),)), _ATOM, Kind.TRUTH)
    if op == "polygamma":
        return _polygamma(expr, args, dtype)
    if op in HELPED:
        return Printed(Call(f"_support.{HELPED[op]}", tuple(typed(a, dtype) for a in args)), _ATOM, Kind.TENSOR)
    if op in DIRECT:
        arguments = (typed(args[0], dtype), *(a.node for a in args[1:]))
        return Printed(Call(DIRECT[op], arguments), _ATOM, Kind.TRUTH if expr.is_condition else Kind.TENSOR)
    raise UnknownOperationError(f"the TensorFlow printer has no row for the operation {op!r}")


def _print_number(expr: Expr) -> Printed:
    text = print_number(expr.number)
    if text.startswith("-"):
        return Printed(Prefix("-", Atom(text[1:])), _SIGN, Kind.NUMBER)
    return Printed(Atom(text), _ATOM, Kind.NUMBER)


_LEAF_PRINTERS: dict[str, Callable[[Expr], Printed]] = {
    "number": _print_number,
    "constant": lambda expr: Printed(Atom(CONSTANTS[expr.name]), _ATOM, Kind.NUMBER),
    "symbol": lambda expr: Printed(Atom(expr.name), _ATOM, Kind.TENSOR),
    "true": lambda expr: Printed(Atom("tf.constant(True)"), _ATOM, Kind.TRUTH),
    "false": lambda expr: Printed(Atom("tf.constant(False)"), _ATOM, Kind.TRUTH),
    "nan": lambda expr: Printed(Atom("_support.NAN"), _ATOM, Kind.NUMBER),
    "inf": lambda expr: Printed(Atom("_support.INFINITY"), _ATOM, Kind.NUMBER),
}


def _numeric(args: tuple[Printed, ...]) -> Kind:
    return Kind.NUMBER if all(a.kind is Kind.NUMBER for a in args) else Kind.TENSOR


def _is_slope_of_sigmoid(expr: Expr) -> bool:
    """Whether a product is ``sigmoid(v)*sigmoid(-v)``, which takes one exponential."""
    if not all(factor.op == "sigmoid" for factor in expr.args):
        return False
    a, b = (factor.args[0] for factor in expr.args)
    if a.op == b.op == "mul" and a.args[0].is_number and b.args[0].is_number:
        return a.args[1] is b.args[1] and a.args[0].number == -b.args[0].number
    return (b.op == "neg" and b.args[0] is a) or (a.op == "neg" and a.args[0] is b)


def _chain(sign: str, binding: int, args: tuple[Printed, ...], kind: Kind) -> Printed:
    """A binary operation; one on the left that groups the same way is joined, so that lines break evenly."""
    left, right = wrapped(args[0], binding), wrapped(args[1], binding + 1)
    if isinstance(left, Chain) and args[0].binding == binding:
        return Printed(Chain((*left.operands, right), (*left.operators, sign)), binding, kind)
    return Printed(Chain((left, right), (sign,)), binding, kind)


def _tensor_first(args: tuple[Printed, ...], dtype: str) -> Printed:
    """The left side of a comparison, a tensor where neither side would be one."""
    if _numeric(args) is Kind.NUMBER:
        return Printed(typed(args[0], dtype), _ATOM, Kind.TENSOR)
    return args[0]


def _power(expr: Expr, args: tuple[Printed, ...], dtype: str) -> Printed:
    exponent = expr.args[1]
    base = typed(args[0], dtype)
    if not (exponent.is_number and exponent.number.denominator == 1):
        return Printed(Call("tf.pow", (base, args[1].node)), _ATOM, Kind.TENSOR)
    whole = int(exponent.number)
    if whole < 0:
        below = _whole_power(base, -whole)
        return Printed(Chain((Atom("1.0"), below), ("/",)), _PRODUCT, Kind.TENSOR)
    return Printed(_whole_power(base, whole), _ATOM, Kind.TENSOR)


def _whole_power(base: Node, exponent: int) -> Node:
    if exponent == 0:
        return Call("tf.ones_like", (base,))
    if exponent == 1:
        return base if isinstance(base, Atom | Call) else Group(base)
    if exponent == 2:
        return Call("tf.square", (base,))
    return Call("_support.integer_power", (base, Atom(str(exponent))))


def _polygamma(expr: Expr, args: tuple[Printed, ...], dtype: str) -> Printed:
    if not (expr.args[0].is_number and expr.args[0].number == 1):
        raise UnknownOperationError("the TensorFlow printer knows polygamma of order 1 alone")
    return Printed(Call("_support.trigamma", (typed(args[1], dtype),)), _ATOM, Kind.TENSOR)
