"""Line breaking: Python expressions as trees, laid out within 88 columns as the usual formatters do.

A tree knows operators, calls and atoms, and nothing of what they mean. Statements that fit stay on one line; a call
that does not is opened after its parenthesis, an operation is put into parentheses and broken before its operators.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88
STEP = "    "


@dataclass(frozen=True, slots=True)
class Atom:
    """A name, a literal, an attribute: what is never broken."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """``function(a, b)``"""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands with operators of one precedence between them, grouped from the left: ``a * b / c``."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]  # one fewer


@dataclass(frozen=True, slots=True)
class Prefix:
    """``-a`` or ``~a``"""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Group:
    """``(a)``"""

    inner: Node


Node = Atom | Call | Chain | Prefix | Group


def flat(node: Node) -> str:
    """The expression on one line."""
    match node:
        case Atom(text):
            return text
        case Call(function, arguments):
            return f"{function}({', '.join(map(flat, arguments))})"
        case Chain(operands, operators):
            rest = (f" {sign} {flat(operand)}" for sign, operand in zip(operators, operands[1:], strict=True))
            return flat(operands[0]) + "".join(rest)
        case Prefix(operator, operand):
            return operator + flat(operand)
        case Group(inner):
            return f"({flat(inner)})"


def statement(before: str, node: Node, indent: int) -> list[str]:
    """The lines of ``before`` followed by the expression: ``statement("t = ", ...)``.

    ``indent`` counts steps of four columns; every line that comes back has its indentation.
    """
    lines = _open(node, indent, len(before))
    if lines is None:
        lines = ["(", *_broken(node, indent + 1), STEP * indent + ")"]
    lines[0] = STEP * indent + before + lines[0]
    return lines


def listed(before: str, items: tuple[Node, ...], after: str, indent: int) -> list[str]:
    """``before`` items ``after`` where both end and begin with brackets: on one line, else opened."""
    text = f"{STEP * indent}{before}{', '.join(map(flat, items))}{after}"
    if len(text) <= WIDTH:
        return [text]
    return [STEP * indent + before, *_arguments(items, indent + 1), STEP * indent + after]


def _fits(text: str, indent: int, used: int = 0) -> bool:
    return len(STEP) * indent + used + len(text) <= WIDTH


def _open(node: Node, indent: int, used: int, after: int = 0) -> list[str] | None:
    """Lines that need no further parentheses, the first without indentation; None where there are none."""
    text = flat(node)
    if _fits(text, indent, used + after):
        return [text]
    match node:
        case Call(function, arguments):
            return [f"{function}(", *_arguments(arguments, indent + 1), STEP * indent + ")"]
        case Group(inner):
            return ["(", *_broken(inner, indent + 1), STEP * indent + ")"]
        case Prefix(operator, operand):
            lines = _open(operand, indent, used + len(operator), after)
            return None if lines is None else [operator + lines[0], *lines[1:]]
        case Chain(operands, (_,)) if isinstance(operands[-1], Call | Group):
            # One operator, and brackets at the end: they alone are opened, where the line up to them fits.
            head = f"{flat(operands[0])} {node.operators[0]} "
            name = operands[-1].function if isinstance(operands[-1], Call) else ""
            if not isinstance(operands[0], Call | Group) and _fits(f"{head}{name}(", indent, used):
                lines = _open(operands[-1], indent, used + len(head), after)
                return None if lines is None else [head + lines[0], *lines[1:]]
            return None
        case _:
            return [text] if isinstance(node, Atom) else None


def _arguments(arguments: tuple[Node, ...], indent: int) -> list[str]:
    """What stands between opened brackets: all on one line, else one a line."""
    text = ", ".join(map(flat, arguments))
    if _fits(text, indent):
        return [STEP * indent + text]
    if len(arguments) == 1:
        return _broken(arguments[0], indent)
    lines = []
    for argument in arguments:
        lines += _broken(argument, indent, ",")
    return lines


def _broken(node: Node, indent: int, after: str = "") -> list[str]:
    """The expression on lines of its own, inside brackets that are there."""
    text = flat(node) + after
    if _fits(text, indent):
        return [STEP * indent + text]
    if not isinstance(node, Chain):
        lines = _open(node, indent, 0, len(after)) or [text]
        return [STEP * indent + lines[0], *lines[1:-1], lines[-1] + after] if len(lines) > 1 else [STEP * indent + text]
    lines = []
    last = len(node.operands) - 1
    for i, operand in enumerate(node.operands):
        sign = f"{node.operators[i - 1]} " if i else ""
        tail = after if i == last else ""
        part = _open(operand, indent, len(sign), len(tail)) or [flat(operand)]
        part[0] = STEP * indent + sign + part[0]
        part[-1] += tail
        lines += part
    return lines
