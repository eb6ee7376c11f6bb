"""Numbers on the command line, in the language of activation files."""

from __future__ import annotations

from fractions import Fraction

from actc.calculus.balls import Marker, evaluate_sure
from actc.calculus.tape import rational
from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.expressions import Scope, parse_number
from actc.model.spec import Text

_BITS = 128


def read_number(text: str) -> Fraction | None:
    """The number that a constant expression is, to some forty digits; None where it is none."""
    log = DiagnosticLog()
    expr = parse_number(Text(text.strip(), Location("", 1, 1)), Scope(), log)
    if expr is None or log.has_errors or expr.free:
        return None
    value = evaluate_sure(expr, {}, _BITS)
    if isinstance(value, Marker):
        return None
    return value if isinstance(value, Fraction) else rational(value)
