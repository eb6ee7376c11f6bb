"""Why an expression has no value at a point: the innermost operation that is to blame, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, Cell
from actc.calculus.balls import decimal_text
from actc.calculus.tape import Number, Tape
from actc.model.expr import Expr, postorder

NO_BRANCH = "no branch of Piecewise holds"
_GAMMAS = frozenset({"gamma", "loggamma", "digamma", "polygamma"})


def blamed(root: Expr, point: Mapping[str, Number], bits: int = 256) -> tuple[Expr, str] | None:
    """The node that is certainly undefined at the point although its arguments are numbers, and why.

    Only what is reached counts: a branch that is not taken is not blamed. None where nothing is certainly undefined.
    """
    nodes = list(postorder(root))
    cells = dict(zip(nodes, Tape(*nodes).run(point, bits), strict=True))
    node = root
    if cells[node] is not UNDEFINED:
        return None
    while True:
        guilty = next((arg for arg in _reached(node, cells) if cells[arg] is UNDEFINED), None)
        if guilty is None:
            return node, reason(node, [cells[arg] for arg in node.args])
        node = guilty


def _reached(node: Expr, cells: Mapping[Expr, Cell | bool]) -> tuple[Expr, ...]:
    if node.op != "where" or not isinstance(cells[node.args[0]], bool):
        return node.args
    return (node.args[1] if cells[node.args[0]] else node.args[2],)


def reason(node: Expr, args: list[Cell | bool]) -> str:
    """A terse phrase: "division by zero", "`log` of -1"."""
    match node.op:
        case "undefined":
            return NO_BRANCH
        case "div" | "mod":
            return "division by zero"
        case "sqrt":
            return "the square root of a negative number"
        case "pow":
            base = args[0]
            if isinstance(base, fmpq | arb) and base < 0:
                return "a fractional power of a negative number"
            return "0 to a negative power"
    if not node.args:
        return "not a number"
    argument = args[-1]
    text = decimal_text(_number(argument), 4) if isinstance(argument, fmpq | arb) else "?"
    if node.op == "tan" or (node.op in _GAMMAS and text == "?"):
        return f"a pole of `{node.op}`"
    return f"`{node.op}` of {text}"


def _number(cell: fmpq | arb) -> Fraction | arb:
    return cell if isinstance(cell, arb) else Fraction(int(cell.p), int(cell.q))
