"""Constructors that fold what is plain: zeros, ones, exact numbers, double negation.

They never reorder, expand or cancel: a derivative built with them reads as the chain rule wrote it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from actc.model.expr import FALSE, ONE, TRUE, ZERO, Expr, apply, number

_LARGEST = 4096  # bits of a folded power; beyond, the power stays as it is written


def add(a: Expr, b: Expr) -> Expr:
    """a + b"""
    if a is ZERO:
        return b
    if b is ZERO:
        return a
    if a.is_number and b.is_number:
        return number(a.number + b.number)
    if b.op == "neg":
        return subtract(a, b.args[0])
    if b.is_number and b.number < 0:
        return apply("sub", a, number(-b.number))
    return apply("add", a, b)


def subtract(a: Expr, b: Expr) -> Expr:
    """a - b"""
    if b is ZERO:
        return a
    if a is ZERO:
        return negate(b)
    if a is b:
        return ZERO
    if a.is_number and b.is_number:
        return number(a.number - b.number)
    if b.op == "neg":
        return apply("add", a, b.args[0])
    if b.is_number and b.number < 0:
        return apply("add", a, number(-b.number))
    return apply("sub", a, b)


def negate(a: Expr) -> Expr:
    """-a"""
    if a.is_number:
        return number(-a.number)
    if a.op == "neg":
        return a.args[0]
    if a.op == "sub":
        return apply("sub", a.args[1], a.args[0])
    if a.op == "mul" and a.args[0].is_number:
        return multiply(number(-a.args[0].number), a.args[1])
    return apply("neg", a)


def multiply(a: Expr, b: Expr) -> Expr:
    """a * b; a numeric factor goes to the front."""
    if a is ZERO or b is ZERO:
        return ZERO
    if a.is_number and b.is_number:
        return number(a.number * b.number)
    if b.is_number or (b.op == "neg" and a.op != "neg"):
        a, b = b, a
    if a is ONE:
        return b
    if a.is_number and a.number == -1:
        return negate(b)
    if a.op == "neg":
        return negate(multiply(a.args[0], b))
    if b.op == "mul" and b.args[0].is_number:
        if a.is_number:
            return multiply(number(a.number * b.args[0].number), b.args[1])
        return multiply(b.args[0], multiply(a, b.args[1]))
    if b.op == "div" and b.args[0] is ONE:
        return divide(a, b.args[1])
    if a.op == "div" and a.args[0] is ONE:
        return divide(b, a.args[1])
    return apply("mul", a, b)


def divide(a: Expr, b: Expr) -> Expr:
    """a / b"""
    if b is ONE:
        return a
    if b.is_number and b.number != 0:
        if a.is_number:
            return number(a.number / b.number)
        if b.number < 0:
            return negate(divide(a, number(-b.number)))
        if b.number.numerator == 1:
            return multiply(number(b.number.denominator), a)
        if a.op == "mul" and a.args[0].is_number:
            return multiply(number(a.args[0].number / b.number), a.args[1])
    if a is ZERO and not b.is_number:
        return ZERO
    if a.op == "neg":
        return negate(divide(a.args[0], b))
    if b.op == "div" and b.args[0] is ONE:
        return multiply(a, b.args[1])
    return apply("div", a, b)


def power(a: Expr, b: Expr) -> Expr:
    """a ** b"""
    if b is ZERO:
        return ONE
    if b is ONE:
        return a
    if a is ONE:
        return ONE
    if a.is_number and b.is_number and b.number.denominator == 1 and (a is not ZERO or b.number > 0):
        exponent = int(b.number)
        bits = max(a.number.numerator.bit_length(), a.number.denominator.bit_length())
        if bits * abs(exponent) <= _LARGEST:
            return number(Fraction(a.number) ** exponent)
    return apply("pow", a, b)


def where(condition: Expr, a: Expr, b: Expr) -> Expr:
    """a where the condition holds, else b."""
    if condition is TRUE or a is b:
        return a
    if condition is FALSE:
        return b
    if b.op == "where" and b.args[0] is condition:
        return where(condition, a, b.args[2])
    return apply("where", condition, a, b)


_NUMERIC: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}


def compare(op: str, a: Expr, b: Expr) -> Expr:
    """A comparison by the table's name (lt, le, gt, ge, eq, ne)."""
    if a.is_number and b.is_number:
        return TRUE if _NUMERIC[op](a.number, b.number) else FALSE
    if a is b:
        return TRUE if op in ("le", "ge", "eq") else FALSE
    return apply(op, a, b)


def conjunction(a: Expr, b: Expr) -> Expr:
    """a and b"""
    if a is TRUE or a is b:
        return b
    if b is TRUE:
        return a
    if a is FALSE or b is FALSE:
        return FALSE
    return apply("and", a, b)


def disjunction(a: Expr, b: Expr) -> Expr:
    """a or b"""
    if a is FALSE or a is b:
        return b
    if b is FALSE:
        return a
    if a is TRUE or b is TRUE:
        return TRUE
    return apply("or", a, b)


_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


def negation(a: Expr) -> Expr:
    """not a"""
    if a is TRUE:
        return FALSE
    if a is FALSE:
        return TRUE
    if a.op == "not":
        return a.args[0]
    if a.op in _OPPOSITE:
        return apply(_OPPOSITE[a.op], *a.args)
    return apply("not", a)


def lesser(a: Expr, b: Expr) -> Expr:
    """min(a, b)"""
    if a.is_number and b.is_number:
        return a if a.number <= b.number else b
    return a if a is b else apply("min", a, b)


def greater(a: Expr, b: Expr) -> Expr:
    """max(a, b)"""
    if a.is_number and b.is_number:
        return a if a.number >= b.number else b
    return a if a is b else apply("max", a, b)


def folded(node: Expr) -> Expr:
    """The node by these constructors, where it is one of theirs."""
    constructor = _CONSTRUCTORS.get(node.op)
    return node if constructor is None else constructor(*node.args)


ARITHMETIC: dict[str, Callable[..., Expr]] = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "div": divide,
    "neg": negate,
    "pow": power,
}
"""The constructors of arithmetic by the table's names."""

_CONSTRUCTORS: dict[str, Callable[..., Expr]] = {
    **ARITHMETIC,
    "min": lesser,
    "max": greater,
    "where": where,
    "and": conjunction,
    "or": disjunction,
    "not": negation,
    **{op: partial(compare, op) for op in _OPPOSITE},
}
