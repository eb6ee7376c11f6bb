"""Certain values of expressions: exact rationals, balls that surely hold the value, or why there is none.

Every number that the calculus rests on comes from here. Precision is raised until a question is answered or a counted
limit is reached; nothing depends on the machine's libm or on time.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from weakref import WeakKeyDictionary

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, UNKNOWN, Cell, Marker, sign, span
from actc.calculus.tape import Number, Tape, exact, precision, rational
from actc.model.expr import Expr

__all__ = [
    "UNDEFINED",
    "UNKNOWN",
    "Marker",
    "Number",
    "Value",
    "decimal_text",
    "enclose",
    "evaluate",
    "evaluate_sure",
    "evaluate_zero",
    "holds",
    "interval",
    "rational",
    "sign_of",
]

Value = Fraction | arb | Marker
"""An exact rational, a ball, or UNDEFINED (certainly not real) or UNKNOWN (not to be told at this precision)."""

_GOOD = 64  # bits of relative accuracy that make a value sure
_FINE = 1024  # bits at which what cannot be told from 0 is taken for 0

_tapes: WeakKeyDictionary[Expr, Tape] = WeakKeyDictionary()


def _tape(expr: Expr) -> Tape:
    known = _tapes.get(expr)
    if known is None:
        known = Tape(expr)
        _tapes[expr] = known
    return known


def _value(cell: Cell | bool) -> Value:
    if isinstance(cell, bool):
        raise TypeError("a condition has no number")
    return Fraction(int(cell.p), int(cell.q)) if isinstance(cell, fmpq) else cell


def evaluate(expr: Expr, point: Mapping[str, Number], bits: int = 128) -> Value:
    """The value at a point, computed once with ``bits`` of precision.

    Exact as long as every operation on the way is. Raises TypeError for a condition (see ``holds``) and KeyError where
    the point lacks a symbol.
    """
    return _value(_tape(expr).run(point, bits)[0])


def evaluate_sure(
    expr: Expr, point: Mapping[str, Number], bits: int = 128, most: int = 4096, good: int = _GOOD
) -> Value:
    """The value with at least ``good`` bits of relative accuracy; UNKNOWN where ``most`` bits do not give them."""
    tape = _tape(expr)
    while bits <= most:
        value = _value(tape.run(point, bits)[0])
        if value is not UNKNOWN and (not isinstance(value, arb) or value.rel_accuracy_bits() >= good):
            return value
        bits *= 2
    return UNKNOWN


def evaluate_zero(expr: Expr, point: Mapping[str, Number], bits: int = 256, good: int = _GOOD) -> Value:
    """``evaluate_sure``, but exactly 0 where hundreds of digits show nothing else, as of ``sin(pi)``."""
    value = evaluate_sure(expr, point, bits, good=good)
    if value is UNKNOWN:
        near = evaluate(expr, point, _FINE)
        if isinstance(near, arb) and abs(near) < arb(2) ** -(_FINE // 2):
            return Fraction(0)
    return value


def holds(condition: Expr, point: Mapping[str, Number], bits: int = 128, most: int = 4096) -> bool | None:
    """Whether the condition certainly holds; None where that is not to be told, or it asks for what is undefined."""
    tape = _tape(condition)
    while bits <= most:
        cell = tape.run(point, bits)[0]
        if isinstance(cell, bool):
            return cell
        if cell is UNDEFINED:
            return None
        bits *= 2
    return None


def sign_of(expr: Expr, point: Mapping[str, Number], bits: int = 128, most: int = 4096) -> int | None:
    """The certain sign, -1, 0 or 1; None where there is no value or ``most`` bits do not tell."""
    tape = _tape(expr)
    while bits <= most:
        cell = tape.run(point, bits)[0]
        if isinstance(cell, fmpq | arb):
            known = sign(cell)
            if known is not None:
                return known
        elif cell is UNDEFINED:
            return None
        bits *= 2
    return None


def enclose(expr: Expr, box: Mapping[str, Number], bits: int = 128) -> arb | Marker:
    """A ball that holds the value at every point of the box.

    UNDEFINED where there is a value nowhere in it, UNKNOWN where there may be none somewhere or it is unbounded.
    """
    cell = _tape(expr).run(box, bits, wide=True)[0]
    if isinstance(cell, bool):
        raise TypeError("a condition has no number")
    with precision(bits):
        return arb(cell) if isinstance(cell, fmpq) else cell


def interval(low: Number, high: Number, bits: int = 128) -> arb:
    """The least ball with everything from ``low`` to ``high`` in it; an end at 0 is kept exactly."""
    with precision(bits):
        ends = [a if isinstance(a, arb) else arb(exact(a)) for a in (low, high)]
        return span(ends[0].lower(), ends[1].upper())


def decimal_text(value: Value | int, digits: int = 6) -> str:
    """Decimal digits, correctly rounded (half to even), as few as tell the value up to ``digits`` significant ones.

    A ball gives as many digits as it is sure of. "nan" where there is no value, "?" where a ball tells no digit.
    """
    if isinstance(value, Marker):
        return "nan"
    with precision(64 + 4 * digits if not isinstance(value, arb) else max(64 + 4 * digits, value.bits() + 64)):
        for wanted in range(digits, 0, -1):
            found = _digits(value, wanted)
            if found is not None:
                return _written(*found)
    return "0" if isinstance(value, arb) and value.is_zero() else "?"


def _digits(value: Fraction | int | arb, digits: int) -> tuple[int, int] | None:
    """An integer and the power of ten that it is multiplied by; None where the ball leaves the last digit open."""
    if isinstance(value, arb):
        if value.contains(0):
            return (0, 0) if value.is_zero() else None
        # A first guess of the exponent may be one off, so the integer has one digit more or less.
        leading = (abs(value.mid()).log() / arb.const_log10()).floor().unique_fmpz()
        if leading is None:
            return None
        for exponent in (int(leading) - digits + 1, int(leading) - digits + 2):
            rounded = (value * arb(10) ** -exponent + fmpq(1, 2)).floor().unique_fmpz()
            if rounded is None:
                return None
            if abs(int(rounded)) < 10**digits:
                return int(rounded), exponent
        return None
    if value == 0:
        return 0, 0
    size = abs(Fraction(value))
    # At most two too small, and never from the digits themselves: there may be more than Python writes out.
    bits = size.numerator.bit_length() - size.denominator.bit_length()
    exponent = bits * 30103 // 100000 - digits - 1
    while True:
        # Exact, so that a tie is seen as one.
        scaled = round(size / Fraction(10) ** exponent)
        if scaled < 10**digits:
            return (scaled if value > 0 else -scaled), exponent
        exponent += 1


def _written(mantissa: int, exponent: int) -> str:
    """The number as Python writes floats: positional between 1e-4 and 1e16, without needless zeros."""
    text = str(abs(mantissa)).rstrip("0") or "0"
    exponent += len(str(abs(mantissa))) - len(text)
    leading = exponent + len(text) - 1
    minus = "-" if mantissa < 0 else ""
    if mantissa == 0:
        return "0"
    if not -5 < leading < 16:
        fraction = "." + text[1:] if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{leading:+03d}"
    if exponent >= 0:
        return minus + text + "0" * exponent
    if leading < 0:
        return f"{minus}0.{'0' * (-leading - 1)}{text}"
    return f"{minus}{text[: leading + 1]}.{text[leading + 1 :]}"
