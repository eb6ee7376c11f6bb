"""What is plain of a term's sign, and of comparisons."""

from __future__ import annotations

from fractions import Fraction

from attack.terms import ZERO, Term

_POSITIVE = frozenset({"exp", "cosh", "sigmoid", "softplus", "normal_pdf", "sech", "normal_cdf", "erfc"})
FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def positive(t: Term) -> bool:
    """Whether it is plainly positive wherever it is defined."""
    match t.op:
        case "num":
            return Fraction(t.name) > 0
        case "sym":
            return t.name in ("pi", "E", "GoldenRatio", "EulerGamma")
        case "+":
            return (positive(t.args[0]) and nonnegative(t.args[1])) or (nonnegative(t.args[0]) and positive(t.args[1]))
        case "*" | "/" | "Min":
            return all(map(positive, t.args))
        case "**" | "sqrt" | "cbrt":
            return positive(t.args[0])
        case "Max":
            return any(map(positive, t.args))
        case "if":
            return all(map(positive, t.args[1:]))
    return t.op in _POSITIVE


def nonnegative(t: Term) -> bool:
    """Whether it is plainly not negative wherever it is defined."""
    if t == ZERO or positive(t) or t.op in ("Abs", "abs", "relu", "sqrt", "step", "Heaviside", "hard_sigmoid"):
        return True
    if t.op in ("+", "*", "/", "Min"):
        return all(map(nonnegative, t.args))
    return t.op == "**" and t.args[1].op == "num" and t.args[1].name in ("2", "4")
