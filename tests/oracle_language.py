"""The language of expressions on mpmath: Python's own syntax tree, walked; shares nothing with the compiler.

Units: all numbers are pure reals (``mpmath.mpf``).
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mpmath import mp, mpf

Number: TypeAlias = Any  # an mpmath.mpf; mpmath has no types


class UndefinedError(ArithmeticError):
    """The expression has no real, finite value at the point."""


class BeyondError(UndefinedError):
    """A number too large to be computed with."""


class UndecidedError(ArithmeticError):
    """The oracle cannot tell at the precisions that it tries."""


def _exp(v: Number) -> Number:
    """What lies beyond exp(±1e400) would take mpmath hours; no precision that is used here tells the lower from 0."""
    if abs(v) < mpf(10) ** 400:
        return mp.exp(v)
    if v > 0:
        raise BeyondError("exp of more than 1e400")
    return mpf(0)


def _round_half_even(v: Number) -> Number:
    low = mp.floor(v)
    rest = v - low
    if rest != mpf(1) / 2:
        return low if rest < mpf(1) / 2 else low + 1
    return low if int(low) % 2 == 0 else low + 1


def _softplus(v: Number) -> Number:
    return mp.log1p(mp.exp(v)) if v <= 0 else v + mp.log1p(mp.exp(-v))


def _sigmoid(v: Number) -> Number:
    return 1 / (1 + mp.exp(-v)) if v >= 0 else mp.exp(v) / (1 + mp.exp(v))


def power(base: Number, exponent: Number) -> Number:
    if exponent == 0:
        return mpf(1)
    if base < 0 and exponent != mp.floor(exponent):
        raise UndefinedError("a negative base under a fractional power")
    return base ** (int(exponent) if exponent == mp.floor(exponent) else exponent)


def _log(v: Number, base: Number | None = None) -> Number:
    if v <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise UndefinedError("log outside its domain")
    return mp.log(v) if base is None else mp.log(v) / mp.log(base)


def _sqrt(v: Number) -> Number:
    if v < 0:
        raise UndefinedError("sqrt of a negative number")
    return mp.sqrt(v)


def _cbrt(v: Number) -> Number:
    return -mp.cbrt(-v) if v < 0 else mp.cbrt(v)


def _loggamma(v: Number) -> Number:
    return mp.log(abs(mp.gamma(v)))


def modulo(a: Number, b: Number) -> Number:
    return a - b * mp.floor(a / b)


def _clip(v: Number, low: Number, high: Number) -> Number:
    return min(max(v, low), high)


def _normal_pdf(v: Number) -> Number:
    return mp.exp(-(v**2) / 2) / mp.sqrt(2 * mp.pi)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "sec": mp.sec,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": lambda y, x: mpf(0) if x == 0 and y == 0 else mp.atan2(y, x),
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "sech": mp.sech,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "gamma": mp.gamma,
    "loggamma": _loggamma,
    "digamma": mp.digamma,
    "sinc": lambda v: mpf(1) if v == 0 else mp.sin(v) / v,
    "Abs": abs,
    "abs": abs,
    "sign": lambda v: mpf((v > 0) - (v < 0)),
    "Heaviside": lambda v: mpf((v > 0) - (v < 0)) / 2 + mpf(1) / 2,
    "floor": mp.floor,
    "ceiling": mp.ceil,
    "round": _round_half_even,
    "Min": min,
    "Max": max,
    "min": min,
    "max": max,
    "And": lambda *c: all(c),
    "Or": lambda *c: any(c),
    "Not": lambda c: not c,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda v: max(v, mpf(0)),
    "log1p": lambda v: _log(1 + v) if v <= mpf(-1) / 2 else mp.log1p(v),
    "expm1": mp.expm1,
    "log2": lambda v: _log(v, mpf(2)),
    "log_sigmoid": lambda v: -_softplus(-v),
    "step": lambda v: mpf(1) if v > 0 else mpf(0),
    "clip": _clip,
    "hard_sigmoid": lambda v: _clip(v / 6 + mpf(1) / 2, mpf(0), mpf(1)),
    "gelu": lambda v: v * mp.ncdf(v),
    "silu": lambda v: v * _sigmoid(v),
    "normal_cdf": mp.ncdf,
    "normal_pdf": _normal_pdf,
}

CONSTANTS: dict[str, Callable[[], Number]] = {
    "pi": lambda: +mp.pi,
    "E": lambda: +mp.e,
    "EulerGamma": lambda: +mp.euler,
    "GoldenRatio": lambda: +mp.phi,
}

_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def divide(a: Number, b: Number) -> Number:
    if b == 0:
        raise UndefinedError("division by zero")
    return a / b


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: divide,
    ast.Mod: modulo,
    ast.Pow: power,
    ast.BitAnd: lambda a, b: a and b,
    ast.BitOr: lambda a, b: a or b,
}


@dataclass(frozen=True)
class Formula:
    """One parsed expression."""

    text: str
    tree: ast.expr
    literals: dict[ast.Constant, str] = field(compare=False)  # the digits of each literal as they are written

    @classmethod
    def parse(cls, text: str) -> Formula:
        """Python's own parser; anything else than the language is refused when it is evaluated."""
        text = text.strip()
        tree = ast.parse(text, mode="eval").body
        numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        return cls(text, tree, {node: ast.get_source_segment(text, node) or "" for node in numbers})

    def at(self, names: Mapping[str, Any]) -> Any:
        """The value where the names have these values, at mpmath's present precision; a bool for a condition."""
        return self._walk(self.tree, names)

    def part(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        """The value of one node of ``tree``."""
        return self._walk(node, names)

    def _walk(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=bool() as truth):
                return truth
            case ast.Constant():
                # The literal's own digits: 0.1 is a tenth, not the float nearest to it.
                return mpf(self.literals[node])
            case ast.Name(id=name):
                if name in names:
                    return names[name]
                return CONSTANTS[name]()
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._walk(operand, names)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return not self._walk(operand, names)
            case ast.BinOp(left=left, op=op, right=right):
                return _BINARY[type(op)](self._walk(left, names), self._walk(right, names))
            case ast.BoolOp(op=op, values=values):
                parts = (self._walk(value, names) for value in values)
                return all(parts) if isinstance(op, ast.And) else any(parts)
            case ast.Compare(left=left, ops=ops, comparators=rest):
                values = [self._walk(item, names) for item in (left, *rest)]
                return all(_COMPARE[type(op)](a, b) for op, (a, b) in zip(ops, itertools.pairwise(values), strict=True))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._walk(body if self._walk(test, names) else orelse, names)
            case ast.Call(func=ast.Name(id="Piecewise"), args=pairs):
                for pair in pairs:
                    value, condition = pair.elts if isinstance(pair, ast.Tuple) else (pair, None)
                    if condition is None or self._walk(condition, names):
                        return self._walk(value, names)
                raise UndefinedError("no branch of the Piecewise applies")
            case ast.Call(func=ast.Name(id=name), args=args):
                return FUNCTIONS[name](*(self._walk(arg, names) for arg in args))
        raise SyntaxError(f"not in the language: {ast.dump(node)}")
