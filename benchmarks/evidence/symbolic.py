"""SymPy's expressions in TensorFlow's operations, float32, as they stand.

Written here because ``sympy.lambdify(..., "tensorflow")`` prints what does not run (``maximum(0, x)`` with an integer,
a ``where`` between integers); the operations are the same, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import sympy
import tensorflow as tf

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{n: getattr(tf.math, n) for n in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")},
    **{n: getattr(tf.math, n) for n in ("asinh", "atan", "sign", "floor")},
    "Abs": tf.abs,
    "sech": lambda v: 1 / tf.cosh(v),
    "Heaviside": lambda v, at: tf.where(v > 0, 1.0, tf.where(v < 0, 0.0, at)),
    "DiracDelta": tf.zeros_like,  # 0 everywhere but at one point
}

_RELATIONS: dict[type, Callable[[Any, Any], Any]] = {
    sympy.StrictGreaterThan: tf.greater,
    sympy.GreaterThan: tf.greater_equal,
    sympy.StrictLessThan: tf.less,
    sympy.LessThan: tf.less_equal,
    sympy.Equality: tf.equal,
    sympy.Unequality: tf.not_equal,
}


def run(expr: Any, names: Mapping[str, Any]) -> Any:
    """The expression's value, a tensor."""
    if isinstance(expr, sympy.Symbol):
        return names[expr.name]
    if expr in (sympy.true, sympy.false):
        return tf.constant(bool(expr))
    if expr.is_Number or expr.is_NumberSymbol:
        return tf.constant(float(expr), tf.float32)
    args = expr.args
    if expr.is_Mul:
        return _product(args, names)
    if isinstance(expr, sympy.Piecewise):
        *first, (last, _) = args
        pairs = [(run(value, names), run(condition, names)) for value, condition in first]
        return reduce(lambda rest, pair: tf.where(pair[1], pair[0], rest), reversed(pairs), run(last, names))
    values = [run(arg, names) for arg in args]
    if expr.is_Add:
        return reduce(lambda a, b: a + b, values)
    if expr.is_Pow:
        return _power(expr.exp, *values)
    if type(expr) in _RELATIONS:
        return _RELATIONS[type(expr)](*values)
    several = {
        sympy.Max: tf.maximum,
        sympy.Min: tf.minimum,
        sympy.And: tf.logical_and,
        sympy.Or: tf.logical_or,
    }
    if type(expr) in several:
        return reduce(several[type(expr)], values)
    if isinstance(expr, sympy.Not):
        return tf.logical_not(values[0])
    return _FUNCTIONS[type(expr).__name__](*values)


def _power(exponent: Any, base: Any, value: Any) -> Any:
    if exponent == sympy.Rational(1, 2):
        return tf.sqrt(base)
    if exponent == -sympy.Rational(1, 2):
        return 1 / tf.sqrt(base)
    if exponent == -1:
        return 1 / base
    if exponent.is_Integer and exponent < 0:
        return 1 / base ** float(-exponent)
    return base**value


def _product(args: tuple[Any, ...], names: Mapping[str, Any]) -> Any:
    """Factors with negative exponents go below the line, as every printer of SymPy's writes them."""
    below = [arg for arg in args if arg.is_Pow and arg.exp.is_Rational and arg.exp < 0]
    above = [run(arg, names) for arg in args if arg not in below]
    top = reduce(lambda a, b: a * b, above) if above else tf.constant(1.0)
    if not below:
        return top
    return top / reduce(lambda a, b: a * b, [run(1 / arg, names) for arg in below])
