"""Whether a NaN in an input surely comes out again, so that a check for it is emitted only where it would be lost."""

from __future__ import annotations

from actc.model.algebra import where
from actc.model.expr import NAN, Expr, apply, fold, symbol

_Fate = tuple[bool, bool | None]
"""For a number: whether it surely is NaN. For a condition: its truth value, None where that is not known."""


def passes_nan(root: Expr, name: str) -> bool:
    """True where the result surely is NaN when the input is."""

    def visit(node: Expr, args: tuple[_Fate, ...]) -> _Fate:
        op = node.op
        if op == "symbol":
            return node.value == name, None
        if op == "nan":
            return True, None
        if op in ("true", "false"):
            return False, op == "true"
        if op in ("lt", "le", "gt", "ge", "eq", "ne"):
            return False, (op == "ne") if args[0][0] or args[1][0] else None
        if op == "and":
            known = [a[1] for a in args]
            return False, False if False in known else (True if known == [True, True] else None)
        if op == "or":
            known = [a[1] for a in args]
            return False, True if True in known else (False if known == [False, False] else None)
        if op == "not":
            return False, None if args[0][1] is None else not args[0][1]
        if op == "where":
            condition = args[0][1]
            if condition is None:
                return args[1][0] and args[2][0], None
            return args[1][0] if condition else args[2][0], None
        if op == "pow":  # of a NaN, the power 0 is 1; of 1, the power NaN is 1
            exponent = node.args[1]
            return args[0][0] and (exponent.number != 0 if exponent.is_number else args[1][0]), None
        return any(a[0] for a in args), None

    return fold(root, visit)[0]


def keep_nan(root: Expr, names: tuple[str, ...]) -> Expr:
    """The expression with a check for every input whose NaN it would lose."""
    for name in names:
        if not passes_nan(root, name):
            x = symbol(name)
            root = where(apply("ne", x, x), NAN, root)
    return root
