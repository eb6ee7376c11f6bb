"""Expressions of the language as small trees of the attack's own, and how they are written.

Nothing of the compiler is used: what it reads is the text that ``text`` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random


@dataclass(frozen=True, slots=True)
class Term:
    """An operation and its arguments.

    ``op`` is ``num`` or ``sym`` (then ``name`` is the literal or the name), an operator of the language, ``neg``,
    ``if`` (condition, value, other value), ``Piecewise`` (value, condition, …, last value) or a function's name.
    """

    op: str
    args: tuple[Term, ...] = ()
    name: str = ""

    def __add__(self, other: Term | int) -> Term:
        return add(self, lift(other))

    def __sub__(self, other: Term | int) -> Term:
        return sub(self, lift(other))

    def __mul__(self, other: Term | int) -> Term:
        return mul(self, lift(other))

    def __rmul__(self, other: int) -> Term:
        return mul(lift(other), self)

    def __radd__(self, other: int) -> Term:
        return add(lift(other), self)

    def __rsub__(self, other: int) -> Term:
        return sub(lift(other), self)

    def __truediv__(self, other: Term | int) -> Term:
        return div(self, lift(other))

    def __rtruediv__(self, other: int) -> Term:
        return div(lift(other), self)

    def __neg__(self) -> Term:
        return neg(self)

    def __pow__(self, other: Term | int) -> Term:
        return Term("**", (self, lift(other)))


CONDITIONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "True", "False"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "**", "%", "neg"})


def num(value: int | Fraction | str) -> Term:
    """A literal as written, or an exact number: a whole one, or a quotient of two."""
    if isinstance(value, str):
        return Term("num", (), value)
    value = Fraction(value)
    if value < 0:
        return Term("neg", (num(-value),))
    if value.denominator == 1:
        return Term("num", (), str(value.numerator))
    return Term("/", (num(value.numerator), num(value.denominator)))


def sym(name: str) -> Term:
    """An input, a parameter, a ``let``, a constant or ``y``."""
    return Term("sym", (), name)


def lift(value: Term | int) -> Term:
    """A whole number as a term."""
    return num(value) if isinstance(value, int) else value


ZERO, ONE, TWO, HALF = num(0), num(1), num(2), num(Fraction(1, 2))


def add(a: Term, b: Term) -> Term:
    """A sum, without zeros."""
    if a == ZERO:
        return b
    return a if b == ZERO else Term("+", (a, b))


def sub(a: Term, b: Term) -> Term:
    """A difference, without zeros."""
    if b == ZERO:
        return a
    return neg(b) if a == ZERO else Term("-", (a, b))


def mul(a: Term, b: Term) -> Term:
    """A product, without zeros and ones."""
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    return a if b == ONE else Term("*", (a, b))


def div(a: Term, b: Term) -> Term:
    """A quotient; 0/b is 0."""
    if a == ZERO:
        return ZERO
    return a if b == ONE else Term("/", (a, b))


def neg(a: Term) -> Term:
    """The opposite; of an opposite, what is in it."""
    if a == ZERO:
        return ZERO
    return a.args[0] if a.op == "neg" else Term("neg", (a,))


def call(name: str, *args: Term) -> Term:
    """A function of the language."""
    return Term(name, args)


def choose(condition: Term, a: Term, b: Term) -> Term:
    """``a if condition else b``."""
    return a if a == b else Term("if", (condition, a, b))


def compare(op: str, a: Term, b: Term | int) -> Term:
    """A comparison."""
    return Term(op, (a, lift(b)))


# --- walking ----------------------------------------------------------------------------------------------------------


def walk(term: Term) -> Iterator[Term]:
    """Every part, itself first."""
    yield term
    for arg in term.args:
        yield from walk(arg)


def size(term: Term) -> int:
    """How many parts it has."""
    return sum(1 for _ in walk(term))


def names(term: Term) -> frozenset[str]:
    """The names in it."""
    return frozenset(part.name for part in walk(term) if part.op == "sym")


def is_condition(term: Term) -> bool:
    """Whether it is true or false rather than a number."""
    return term.op in CONDITIONS


def places(term: Term, wanted: Callable[[Term], bool]) -> list[tuple[int, ...]]:
    """Where parts of this kind are, as paths of argument numbers."""
    found: list[tuple[int, ...]] = []

    def visit(part: Term, path: tuple[int, ...]) -> None:
        if wanted(part):
            found.append(path)
        for i, arg in enumerate(part.args):
            visit(arg, (*path, i))

    visit(term, ())
    return found


def part_at(term: Term, path: Sequence[int]) -> Term:
    """The part at a place."""
    for i in path:
        term = term.args[i]
    return term


def put(term: Term, path: Sequence[int], new: Term) -> Term:
    """The term with another part at a place."""
    if not path:
        return new
    args = list(term.args)
    args[path[0]] = put(args[path[0]], path[1:], new)
    return replace(term, args=tuple(args))


def substitute(term: Term, old: Term, new: Term) -> Term:
    """The term with every occurrence of a part replaced."""
    if term == old:
        return new
    return replace(term, args=tuple(substitute(a, old, new) for a in term.args)) if term.args else term


# --- writing ----------------------------------------------------------------------------------------------------------

_LEVEL = {"if": 0, "or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "neg": 7, "**": 8}
_LEVEL |= dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4)
_ATOM = 9


def text(term: Term, random: Random | None = None) -> str:
    """As an author writes it, with the parentheses that are needed, or now and then a pair more."""
    op, args = term.op, term.args
    if op in ("num", "sym"):
        return term.name
    if op in ("True", "False"):
        return op

    def inner(part: Term, least: int) -> str:
        written = text(part, random)
        spare = random is not None and random.random() < 0.03
        return f"({written})" if _level(part) < least or spare else written

    match op:
        case "if":
            return f"{inner(args[1], 1)} if {inner(args[0], 1)} else {inner(args[2], 0)}"
        case "Piecewise":
            pairs = [f"({inner(v, 0)}, {inner(c, 0)})" for v, c in zip(args[:-1:2], args[1::2], strict=True)]
            return f"Piecewise({', '.join(pairs)}, ({inner(args[-1], 0)}, True))"
        case "or" | "and":
            return f"{inner(args[0], _LEVEL[op])} {op} {inner(args[1], _LEVEL[op] + 1)}"
        case "not":
            return f"not {inner(args[0], 4)}"
        case "neg":
            return f"-{inner(args[0], 7)}"
        case "**":
            return f"{inner(args[0], _ATOM)}**{inner(args[1], 7)}"
        case "+" | "*":
            return f"{inner(args[0], _LEVEL[op])}{_spaced(op)}{inner(args[1], _LEVEL[op] + (args[1].op != op))}"
        case "-" | "/" | "%":
            return f"{inner(args[0], _LEVEL[op])}{_spaced(op)}{inner(args[1], _LEVEL[op] + 1)}"
    if op in CONDITIONS:
        return f"{inner(args[0], 5)} {op} {inner(args[1], 5)}"
    return f"{op}({', '.join(inner(a, 0) for a in args)})"


def _level(term: Term) -> int:
    return _LEVEL.get(term.op, _ATOM)


def _spaced(op: str) -> str:
    return op if op in ("*", "/") else f" {op} "
