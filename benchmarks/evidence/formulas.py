"""A formula as its author wrote it, in TensorFlow's operations or as SymPy's expression: term by term, nothing changed.

The text is Python's own syntax, read with ``ast``. What TensorFlow has a function for (``softplus``, ``expm1``) is that
function; SymPy has only elementary ones, so there they are their textbook definitions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy
import tensorflow as tf
from oracle import Activation
from oracle_language import Formula


@dataclass(frozen=True)
class Language:
    """What the names of the language mean somewhere."""

    functions: Mapping[str, Callable[..., Any]]
    number: Callable[[str], Any]  # from the digits of a literal
    constants: Mapping[str, Any]
    where: Callable[[Any, Any, Any], Any]
    both: Callable[[Any, Any], Any]
    either: Callable[[Any, Any], Any]
    negated: Callable[[Any], Any]


def evaluated(activation: Activation, formula: Formula, names: Mapping[str, Any], language: Language) -> Any:
    """The formula with these inputs and parameters; shared names and ``y`` are put in where it uses them."""
    known = dict(names)
    used = _names(formula, activation)
    for name, shared in activation.let.items():
        if name in used:
            known[name] = _walk(shared, shared.tree, known, language)
    if "y" in used:
        known["y"] = _walk(activation.expression, activation.expression.tree, known, language)
    return _walk(formula, formula.tree, known, language)


def _names(formula: Formula, activation: Activation) -> set[str]:
    used: set[str] = set()
    left = [formula]
    while left:
        for node in ast.walk(left.pop().tree):
            if isinstance(node, ast.Name) and node.id not in used:
                used.add(node.id)
                shared = activation.expression if node.id == "y" else activation.let.get(node.id)
                if shared is not None:
                    left.append(shared)
    return used


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Mod: lambda a, b: a % b,
}

_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def _walk(formula: Formula, node: ast.expr, names: Mapping[str, Any], language: Language) -> Any:
    def walk(inner: ast.expr) -> Any:
        return _walk(formula, inner, names, language)

    match node:
        case ast.Constant(value=bool() as truth):
            return truth
        case ast.Constant():
            return language.number(formula.literals[node])
        case ast.Name(id=name):
            return names[name] if name in names else language.constants[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -walk(operand)
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            return language.negated(walk(operand))
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return language.both(walk(left), walk(right))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return language.either(walk(left), walk(right))
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](walk(left), walk(right))
        case ast.BoolOp(op=op, values=values):
            return reduce(language.both if isinstance(op, ast.And) else language.either, map(walk, values))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            values = [walk(item) for item in (left, *rest)]
            parts = [_COMPARE[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False)]
            return reduce(language.both, parts)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return language.where(walk(test), walk(body), walk(orelse))
        case ast.Call(func=ast.Name(id="Piecewise"), args=pairs):
            values = [(walk(p.elts[0]), walk(p.elts[1])) for p in pairs if isinstance(p, ast.Tuple)]
            *first, (last, _) = values
            return reduce(lambda rest, pair: language.where(pair[1], pair[0], rest), reversed(first), last)
        case ast.Call(func=ast.Name(id=name), args=args):
            return language.functions[name](*map(walk, args))
    raise SyntaxError(f"not in the language: {ast.dump(node)}")


def _tf_where(condition: Any, a: Any, b: Any) -> Any:
    return tf.where(condition, tf.convert_to_tensor(a, tf.float32), tf.convert_to_tensor(b, tf.float32))


_ROOT_TWO, _ROOT_TWO_PI = 2**0.5, 2.5066282746310002

_BOTH_WAYS = {"Max": "max", "Min": "min", "abs": "Abs"}

_TF: dict[str, Callable[..., Any]] = {
    **{n: getattr(tf.math, n) for n in ("exp", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")},
    **{n: getattr(tf.math, n) for n in ("asinh", "atan", "log1p", "expm1", "softplus", "sign", "floor", "sigmoid")},
    "Abs": tf.abs,
    "log": lambda v: tf.math.log(v),
    "max": tf.maximum,
    "min": tf.minimum,
    "relu": tf.nn.relu,
    "silu": tf.nn.silu,
    "gelu": tf.nn.gelu,
    "log_sigmoid": tf.math.log_sigmoid,
    "sech": lambda v: 1 / tf.cosh(v),
    "step": lambda v: _tf_where(v > 0, 1.0, 0.0),
    "clip": tf.clip_by_value,
    "hard_sigmoid": lambda v: tf.clip_by_value(v / 6 + 0.5, 0.0, 1.0),
    "normal_cdf": lambda v: (1 + tf.math.erf(v / _ROOT_TWO)) / 2,
    "normal_pdf": lambda v: tf.exp(-(v**2) / 2) / _ROOT_TWO_PI,
}
_TF |= {other: _TF[name] for other, name in _BOTH_WAYS.items()}

TENSORS = Language(
    functions=_TF,
    number=float,
    constants={"pi": 3.141592653589793, "E": 2.718281828459045},
    where=_tf_where,
    both=tf.logical_and,
    either=tf.logical_or,
    negated=tf.logical_not,
)


def _sp_where(condition: Any, a: Any, b: Any) -> Any:
    return sympy.Piecewise((a, condition), (b, True))


def _sp_cdf(v: Any) -> Any:
    return (1 + sympy.erf(v / sympy.sqrt(2))) / 2


def _sp_sigmoid(v: Any) -> Any:
    return 1 / (1 + sympy.exp(-v))


_SYMPY: dict[str, Callable[..., Any]] = {
    **{n: getattr(sympy, n) for n in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf")},
    **{n: getattr(sympy, n) for n in ("erfc", "asinh", "atan", "sech", "sign", "floor", "Abs")},
    "max": sympy.Max,
    "min": sympy.Min,
    "relu": lambda v: sympy.Max(v, 0),
    "sigmoid": _sp_sigmoid,
    "silu": lambda v: v * _sp_sigmoid(v),
    "softplus": lambda v: sympy.log(1 + sympy.exp(v)),
    "log_sigmoid": lambda v: sympy.log(_sp_sigmoid(v)),
    "log1p": lambda v: sympy.log(1 + v),
    "expm1": lambda v: sympy.exp(v) - 1,
    "step": lambda v: _sp_where(v > 0, 1, 0),
    "clip": lambda v, low, high: sympy.Min(sympy.Max(v, low), high),
    "hard_sigmoid": lambda v: sympy.Min(sympy.Max(v / 6 + sympy.Rational(1, 2), 0), 1),
    "normal_cdf": _sp_cdf,
    "normal_pdf": lambda v: sympy.exp(-(v**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "gelu": lambda v: v * _sp_cdf(v),
}
_SYMPY |= {other: _SYMPY[name] for other, name in _BOTH_WAYS.items()}

SYMBOLS = Language(
    functions=_SYMPY,
    number=sympy.Rational,
    constants={"pi": sympy.pi, "E": sympy.E},
    where=_sp_where,
    both=sympy.And,
    either=sympy.Or,
    negated=sympy.Not,
)
