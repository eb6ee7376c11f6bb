"""Expressions as the language writes them: for messages, reports and docstrings."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from actc.model.expr import Expr, fold

_INFIX = {
    "or": (1, " or "),
    "and": (2, " and "),
    "lt": (4, " < "),
    "le": (4, " <= "),
    "gt": (4, " > "),
    "ge": (4, " >= "),
    "eq": (4, " == "),
    "ne": (4, " != "),
    "add": (5, " + "),
    "sub": (5, " - "),
    "mul": (6, "*"),
    "div": (6, "/"),
    "mod": (6, " % "),
}
_NEGATIVE, _POWER, _ATOM = 7, 8, 9
_MOST_PLACES = 60  # behind the point, of a number that is written out as a decimal
_LONGEST_COORDINATE = 24  # characters of a coordinate that is written out
_MOST_BITS = 10_000  # of a numerator or denominator that is written out


@lru_cache(maxsize=4096)
def number_text(value: Fraction) -> str:
    """The shortest exact spelling: 0.044715, 1/3, 12, 1e-06."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        return _approximate(value)
    if value.denominator == 1:
        text = str(value.numerator)
        return text if len(text) <= 22 else _scientific(value) or text
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    if value.denominator <= 8 and value.denominator != 5:
        return f"{value.numerator}/{value.denominator}"
    return _scientific(value) or _decimal(value)


def coordinate_text(value: Fraction) -> str:
    """A coordinate of a point as reports write it: a decimal where it is one of a few digits, 1/3 where it is none."""
    decimal = _scientific(value)
    if decimal is not None and len(decimal) <= _LONGEST_COORDINATE:
        return str(value.numerator) if value.denominator == 1 and "e" not in decimal else decimal
    text = number_text(value)
    if len(text) <= _LONGEST_COORDINATE:
        return text
    try:
        shown = float(value)
    except OverflowError:
        return text
    return f"{shown:.12g}" if shown else text


def point_text(point: Iterable[tuple[str, Fraction]]) -> str:
    """``x = 0.5, beta = 2``"""
    return ", ".join(f"{name} = {coordinate_text(value)}" for name, value in point)


def _approximate(value: Fraction) -> str:
    """Some digits of a number that has more of them than anybody reads, or Python writes."""
    power = (value.numerator.bit_length() - value.denominator.bit_length()) * 30103 // 100000
    return f"{float(value / Fraction(10) ** power):.12g}e{power}"


def _decimal(value: Fraction) -> str:
    """A decimal fraction with all of its digits, or as a quotient where that is shorter."""
    places = 0
    scaled = value
    while scaled.denominator != 1 and places <= _MOST_PLACES:
        scaled *= 10
        places += 1
    quotient = f"{value.numerator}/{value.denominator}"
    if scaled.denominator != 1:
        return quotient
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    text = f"{'-' if value < 0 else ''}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}"
    return min(text, quotient, key=len)


def _scientific(value: Fraction) -> str | None:
    text = repr(float(value)) if abs(value) < Fraction(10) ** 300 else ""
    return text if text and Fraction(text) == value else None


def to_text(root: Expr) -> str:
    """One line in the language's own syntax, with no parentheses that are not needed."""
    return fold(root, _spell)[0]


def _spell(node: Expr, args: tuple[tuple[str, int], ...]) -> tuple[str, int]:
    """The text and how tightly it binds."""
    op = node.op
    if op == "number":
        text = number_text(node.number)
        binding = 6 if "/" in text else _ATOM
        return (text, min(binding, _NEGATIVE) if node.number < 0 else binding)
    if op in ("constant", "symbol"):
        return node.name, _ATOM
    if op in ("true", "false"):
        return op.capitalize(), _ATOM
    if op in ("nan", "inf", "undefined"):
        return op, _ATOM
    if op in _INFIX:
        level, sign = _INFIX[op]
        right = level + 1 if op in ("sub", "div", "mod") or level == 4 else level  # a*(b/c) reads as a*b/c
        left = level + 1 if level == 4 else level
        # A remainder in a product needs parentheses: 2*x % 1 would be (2*x) % 1.
        return _wrap(args[0], left) + sign + _wrap(args[1], right), 5 if op == "mod" else level
    if op == "neg":
        return "-" + _wrap(args[0], 6), _NEGATIVE - 1
    if op == "not":
        return "not " + _wrap(args[0], 3), 3
    if op == "pow":
        return f"{_wrap(args[0], _ATOM)}**{_wrap(args[1], _POWER)}", _POWER
    if op == "where":
        return f"{_wrap(args[1], 1)} if {_wrap(args[0], 1)} else {_wrap(args[2], 0)}", 0
    from actc.model.operations import OPERATIONS

    name = OPERATIONS[op].spelling
    return f"{name}({', '.join(text for text, _ in args)})", _ATOM


def _wrap(part: tuple[str, int], level: int) -> str:
    text, binding = part
    return text if binding >= level else f"({text})"
