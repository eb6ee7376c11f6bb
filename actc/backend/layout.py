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
    head = STEP * indent + before
    if len(head) + len(flat(node)) <= WIDTH:
        return [head + flat(node)]
    return _ended(head, node, indent) or [head + "(", *_lines(node, indent + 1), STEP * indent + ")"]


def listed(before: str, items: tuple[Node, ...], after: str, indent: int) -> list[str]:
    """``before`` items ``after`` where both end and begin with brackets: on one line, else opened."""
    text = f"{STEP * indent}{before}{', '.join(map(flat, items))}{after}"
    if len(text) <= WIDTH:
        return [text]
    return [STEP * indent + before, *_arguments(items, indent + 1), STEP * indent + after]


def _ended(head: str, node: Node, indent: int) -> list[str] | None:
    """The lines without parentheses of their own, by opening brackets at the ends; None where that does not help."""
    match node:
        case Atom():
            return [head + flat(node)]
        case Call() | Group():
            return _opened(head, node, indent)
        case Prefix(operator, operand):
            return _ended(head + operator, operand, indent)
        case Chain((left, right), (sign,)):
            between, last = _rightmost(right)
            if not isinstance(last, Call | Group):
                return None
            between = f" {sign} {between}"
            if len(head + flat(left) + between + _bracket(last)) <= WIDTH:
                return _opened(head + flat(left) + between, last, indent)
            if isinstance(left, Call | Group):
                return _ended_at_both(_opened(head, left, indent), f" {sign} {flat(right)}", between, last, indent)
    return None


def _ended_at_both(lines: list[str], rest: str, between: str, last: Call | Group, indent: int) -> list[str] | None:
    """An operation whose left operand has been opened: the right one on its last line, or opened as well."""
    if len(lines[-1] + rest) <= WIDTH:
        return [*lines[:-1], lines[-1] + rest]
    if len(lines[-1] + between + _bracket(last)) <= WIDTH:
        return [*lines[:-1], *_opened(lines[-1] + between, last, indent)]
    return None


def _rightmost(node: Node) -> tuple[str, Node]:
    """The operand at the right end, and the text before it."""
    match node:
        case Chain(operands, operators):
            head = flat(Chain(operands[:-1], operators[:-1])) if len(operators) > 1 else flat(operands[0])
            between, last = _rightmost(operands[-1])
            return f"{head} {operators[-1]} {between}", last
        case Prefix(operator, operand):
            between, last = _rightmost(operand)
            return operator + between, last
        case _:
            return "", node


def _bracket(node: Call | Group) -> str:
    return f"{node.function}(" if isinstance(node, Call) else "("


def _opened(head: str, node: Call | Group, indent: int) -> list[str]:
    """``head`` and the opened bracket, what is in it one step in, the closing bracket."""
    inside = _arguments(node.arguments, indent + 1) if isinstance(node, Call) else _lines(node.inner, indent + 1)
    return [head + _bracket(node), *inside, STEP * indent + ")"]


def _arguments(arguments: tuple[Node, ...], indent: int) -> list[str]:
    """What stands between opened brackets: all on one line, else one a line."""
    text = STEP * indent + ", ".join(map(flat, arguments))
    if len(text) <= WIDTH:
        return [text]
    if len(arguments) == 1:
        return _lines(arguments[0], indent)
    return [line for argument in arguments for line in _lines(argument, indent, after=",")]


def _lines(node: Node, indent: int, before: str = "", after: str = "") -> list[str]:
    """The expression on lines of its own, inside brackets that are there already."""
    margin = STEP * indent
    text = margin + before + flat(node) + after
    if len(text) <= WIDTH:
        return [text]
    match node:
        case Atom():
            return [text]
        case Call() | Group():
            lines = _opened(margin + before, node, indent)
            return [*lines[:-1], lines[-1] + after]
        case Prefix(operator, operand):
            return _lines(operand, indent, before + operator, after)
        case Chain(operands, operators):
            signs = (before, *(f"{sign} " for sign in operators))
            afters = ("",) * len(operators) + (after,)
            parts = zip(operands, signs, afters, strict=True)
            return [line for operand, sign, end in parts for line in _lines(operand, indent, sign, end)]
