"""Formulas as Python code, with the meanings of the tests' oracle: tens of points cost milliseconds."""

from __future__ import annotations

import ast
import contextlib
import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import oracle_language
from mpmath import mp, mpf
from oracle_language import UndecidedError as UndecidedError
from oracle_language import UndefinedError as UndefinedError

Number: TypeAlias = Any  # an mpmath.mpf; mpmath has no types
Point: TypeAlias = Mapping[str, Any]


_MOST_DIGITS, _FEWER_DIGITS = 16_000, 3_000
_GAMMA_BITS = 9_000


def _tie() -> Number:
    """What is smaller counts as 0, where ties are looked at."""
    return mpf(2) ** -(mp.prec * 9 // 20)


def _within(name: str, good: Callable[[Number], bool]) -> Callable[[Number], Number]:
    inner = oracle_language.FUNCTIONS[name]

    def guarded(v: Number) -> Number:
        if not good(v):
            raise UndefinedError(name)
        return inner(v)

    return guarded


def _waving(name: str) -> Callable[[Number], Number]:
    inner = oracle_language.FUNCTIONS[name]

    def guarded(v: Number) -> Number:
        if mp.mag(v) > mp.prec // 2:
            raise UndecidedError(name)
        return inner(v)

    return guarded


class _Reach:
    """How many bits lie between the largest and the smallest number that an evaluation met, roughly.

    1 - sigmoid(5000) is 0 with fewer than 7,200 bits, and so are cosh(u)**2 - sinh(u)**2 - 1 and many others. What
    is found with fewer is not believed.
    """

    bits = 0

    @classmethod
    def note(cls, bits: float) -> None:
        """A number of this size, or its inverse, was met."""
        cls.bits = max(cls.bits, int(min(bits, 1e9)))


def _growing(name: str, exponent: Callable[[Number], Number], most: float) -> Callable[[Number], Number]:
    inner = oracle_language.FUNCTIONS[name]

    def guarded(v: Number) -> Number:
        if abs(v) > most:
            raise UndecidedError(name)
        _Reach.note(float(abs(exponent(v))) * 1.45)
        return inner(v)

    return guarded


def _gamma_like(name: str) -> Callable[[Number], Number]:
    inner = _growing(name, lambda v: v * mp.log(2 + abs(v)), 1e4)

    def guarded(v: Number) -> Number:
        if mp.prec > _GAMMA_BITS:
            raise UndecidedError(name)  # mpmath would take minutes
        return inner(v)

    return guarded


def _power(base: Number, exponent: Number) -> Number:
    if base == 0 and exponent < 0:
        raise UndefinedError("a negative power of 0")
    bits = abs(exponent) * (1 + abs(mp.mag(base) if base else 0))
    if bits > 10**60:
        raise UndecidedError("power")
    _Reach.note(float(bits))
    return oracle_language.power(base, exponent)


def _modulo(a: Number, b: Number) -> Number:
    if b == 0:
        raise UndefinedError("modulo 0")
    return oracle_language.modulo(a, b)


_EXPONENTIAL = ("exp", "sinh", "cosh", "expm1", "sech", "sigmoid", "softplus", "log_sigmoid")
_EXACT: dict[str, Any] = {
    **oracle_language.FUNCTIONS,
    "asin": _within("asin", lambda v: abs(v) <= 1),
    "acos": _within("acos", lambda v: abs(v) <= 1),
    "acosh": _within("acosh", lambda v: v >= 1),
    "atanh": _within("atanh", lambda v: abs(v) < 1),
    "log1p": _within("log1p", lambda v: v > -1),
    **{name: _growing(name, lambda v: v, 1e60) for name in _EXPONENTIAL},
    **{name: _growing(name, lambda v: 2 * v, 1e60) for name in ("tanh", "silu")},
    **{name: _growing(name, lambda v: v**2, 1e30) for name in ("erf", "erfc")},
    **{name: _growing(name, lambda v: v**2 / 2, 1e30) for name in ("gelu", "normal_cdf", "normal_pdf")},
    **{name: _gamma_like(name) for name in ("gamma", "loggamma", "digamma")},
    **{name: _waving(name) for name in ("sin", "cos", "tan", "sec", "sinc")},
    "POW": _power,
    "DIV": oracle_language.divide,
    "MOD": _modulo,
    "Lt": lambda a, b: a < b,
    "LtE": lambda a, b: a <= b,
    "Gt": lambda a, b: a > b,
    "GtE": lambda a, b: a >= b,
    "Eq": lambda a, b: a == b,
    "NotEq": lambda a, b: a != b,
    "NO": UndefinedError,
}


def _snapped(f: Callable[..., Number]) -> Callable[..., Number]:
    def at_tie(v: Number) -> Number:
        near = mp.floor(v * 2 + mpf(1) / 2) / 2
        return f(near if abs(v - near) < _tie() else v)

    return at_tie


def _by_difference(f: Callable[[Number, Number], bool]) -> Callable[[Number, Number], bool]:
    def at_tie(a: Number, b: Number) -> bool:
        return f(mpf(0), mpf(0)) if abs(a - b) < _tie() else f(a, b)

    return at_tie


_STEPPING = ("sign", "step", "Heaviside", "floor", "ceiling", "round", "sinc")
_AT_TIES: dict[str, Any] = {
    **_EXACT,
    **{
        n: _snapped(oracle_language.FUNCTIONS[n])
        for n in ("sign", "step", "Heaviside", "floor", "ceiling", "round", "sinc")
    },
    **{name: _by_difference(_EXACT[name]) for name in ("Lt", "LtE", "Gt", "GtE", "Eq", "NotEq")},
    "POW": lambda a, b: _power(a, _snapped(lambda v: v)(b)),
    "MOD": lambda a, b: a - b * _snapped(mp.floor)(_EXACT["DIV"](a, b)),
    "DIV": lambda a, b: _EXACT["DIV"](a, mpf(0) if abs(b) < _tie() else b),
}
"""The same, where a number next to a tie stands for an irrational tie."""


class _Coder(ast.NodeTransformer):
    """Python's arithmetic replaced by calls, literals by exact numbers."""

    def __init__(self, source: str) -> None:
        self.source, self.literals = source, list[str]()

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return node
        self.literals.append(ast.get_source_segment(self.source, node) or "")
        return ast.parse(f"K[{len(self.literals) - 1}]", mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.parse(f"n[{node.id!r}]", mode="eval").body

    def _call(self, name: str, *args: Any) -> ast.AST:
        return ast.Call(ast.Name(name, ast.Load()), [self.visit(a) for a in args], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        for kind, name in ((ast.Pow, "POW"), (ast.Div, "DIV"), (ast.Mod, "MOD")):
            if isinstance(node.op, kind):
                return self._call(name, node.left, node.right)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        assert len(node.ops) == 1
        return self._call(type(node.ops[0]).__name__, node.left, node.comparators[0])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        assert isinstance(node.func, ast.Name)
        if node.func.id != "Piecewise":
            return self._call(node.func.id, *node.args)
        result: ast.expr = ast.Name("UNREACHED", ast.Load())
        for pair in reversed(node.args):
            assert isinstance(pair, ast.Tuple)
            value, condition = (self.visit(part) for part in pair.elts)
            result = ast.IfExp(test=condition, body=value, orelse=result)
        return result


class Formula:
    """A text of the language as a function of named numbers."""

    def __init__(self, text: str) -> None:
        self.text = text
        tree = ast.parse(text, mode="eval")
        coder = _Coder(text)
        body = coder.visit(tree.body)
        self._literals = coder.literals
        self._code = compile(ast.fix_missing_locations(ast.Expression(body)), "<formula>", "eval")
        self._constants: dict[int, list[Number]] = {}

    def at(self, names: dict[str, Number], ties: bool = False) -> Number:
        """The value at the present precision. Raises UndefinedError, or UndecidedError where it would take too long."""
        constants = self._constants.get(mp.prec)
        if constants is None:
            constants = self._constants[mp.prec] = [mpf(literal) for literal in self._literals]
        scope = _AT_TIES if ties else _EXACT
        try:
            value = eval(self._code, scope, {"n": names, "K": constants})  # noqa: S307 - made from parsed arithmetic
        except (ZeroDivisionError, ValueError) as error:
            raise UndefinedError(str(error)) from error
        except (OverflowError, MemoryError) as error:
            raise UndecidedError(str(error)) from error
        if not isinstance(value, mpf) or not mp.isfinite(value):
            raise UndefinedError(self.text)
        return value


def digits_for(formula: Formula, point: Point, strict: bool = True) -> int:
    """With how many digits what the formula gives at a point can be believed.

    Raises UndecidedError for too many; without ``strict`` it makes do with fewer.
    """
    with mp.workdps(200):
        _Reach.bits = 0
        with contextlib.suppress(UndefinedError):
            formula.at(numbers(point))
        digits = int(_Reach.bits * 0.7) + 100
    if strict and digits > _MOST_DIGITS:
        raise UndecidedError(formula.text)
    return min(digits, _FEWER_DIGITS if digits > _MOST_DIGITS else _MOST_DIGITS)


@functools.lru_cache(maxsize=64)
def _named_constants(prec: int) -> dict[str, Number]:
    assert prec == mp.prec
    return {name: value() for name, value in oracle_language.CONSTANTS.items()}


def numbers(point: Point) -> dict[str, Number]:
    """The point's exact numbers, and the language's constants, at the present precision."""
    found = dict(_named_constants(mp.prec))
    found |= {k: mpf(v.numerator) / v.denominator if isinstance(v, Fraction | int) else v for k, v in point.items()}
    return found
