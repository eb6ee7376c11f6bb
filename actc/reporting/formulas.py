"""Formulas set for reading: what every notation has in common, which is when parentheses are needed.

A notation says how a sum, a fraction or a root looks; this module walks the expression. The result reads as the same
function: parentheses are left out only where the order of evaluation, or associativity over the reals, lets them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Generic, TypeVar

from actc.model.expr import TRUE, UNDEFINED, Expr, fold, number, postorder, rebuild
from actc.model.operations import OPERATIONS
from actc.model.text import number_text

T = TypeVar("T")

CASES, OR, AND, NOT, COMPARISON, SUM, PRODUCT, POWER, ATOM = range(9)
"""How tightly a part binds."""

RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_REVERSED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lam", "mu", "nu", "xi",
    "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
"""Names that are set as letters; `pi` is a constant and no name."""

MEANINGS = {
    "sigmoid": "the logistic sigmoid, 1/(1 + exp(-t))",
    "normal_cdf": "the standard normal distribution function",
    "digamma": "the digamma function",
    "polygamma": "the polygamma function",
}
"""What the functions are that are set as a letter."""


class Notation(ABC, Generic[T]):
    """A way to set formulas. Each part is given with how tightly it binds."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = frozenset(taken)  # names of inputs, parameters and let, which a function's letter may not be

    def set(self, root: Expr) -> T:
        """The whole formula."""
        return fold(root, self._visit)[0]

    # What a notation has to say.

    @abstractmethod
    def word(self, text: str) -> T:
        """Plain text, such as a digit string."""

    @abstractmethod
    def name(self, name: str) -> T:
        """An input, a parameter or a name of ``let``."""

    @abstractmethod
    def constant(self, name: str) -> T:
        """A constant of the language."""

    @abstractmethod
    def scientific(self, mantissa: str, exponent: int) -> T:
        """A number times a power of ten; the power alone where the number is empty."""

    @abstractmethod
    def infix(self, left: T, sign: str, right: T) -> T:
        """``sign`` is "+", "-", "*", "mod", "and", "or", or a relation as the language spells it."""

    @abstractmethod
    def negative(self, inner: T) -> T: ...

    @abstractmethod
    def denied(self, inner: T) -> T:
        """A condition's negation."""

    @abstractmethod
    def fraction(self, above: tuple[T, int], below: tuple[T, int]) -> tuple[T, int]: ...

    @abstractmethod
    def power(self, base: T, exponent: T, written: Expr) -> T: ...

    @abstractmethod
    def call(self, op: str, args: Sequence[T]) -> tuple[T, int]: ...

    @abstractmethod
    def group(self, inner: T) -> T:
        """In parentheses."""

    @abstractmethod
    def cases(self, rows: Sequence[tuple[T, T | None]]) -> T:
        """Values with their conditions; None is what holds otherwise."""

    # The walk.

    def _visit(self, node: Expr, args: tuple[tuple[T, int], ...]) -> tuple[T, int]:
        op = node.op
        if op == "number":
            return self._number(node.number)
        if op == "constant":
            return self.constant(node.name), ATOM
        if op == "symbol":
            return self.name(node.name), ATOM
        if op in ("true", "false", "nan", "inf", "undefined"):
            return self.word(op), ATOM
        if op in ("add", "sub"):
            right = SUM if op == "add" and not _leads_with_minus(node.args[1]) else PRODUCT
            return self.infix(self.at(args[0], SUM), "+" if op == "add" else "-", self.at(args[1], right)), SUM
        if op in ("mul", "div") and (opposite := _opposite(node)) is not None:
            return self.negative(self.at(fold(opposite, self._visit), PRODUCT)), SUM
        if op == "mul":
            return self.infix(self.at(args[0], PRODUCT), "*", self.at(args[1], PRODUCT)), PRODUCT
        if op == "div":
            return self.fraction(args[0], args[1])
        if op == "mod":
            return self.infix(self.at(args[0], POWER), "mod", self.at(args[1], POWER)), COMPARISON
        if op == "neg":
            return self.negative(self.at(args[0], PRODUCT)), SUM
        if op == "pow":
            return self.power(self.at(args[0], ATOM), args[1][0], node.args[1]), POWER
        if op in RELATIONS:
            return self.infix(self.at(args[0], SUM), RELATIONS[op], self.at(args[1], SUM)), COMPARISON
        if op == "and":
            return self._both(node, args)
        if op == "or":
            return self.infix(self.at(args[0], OR), "or", self.at(args[1], OR)), OR
        if op == "not":
            return self.denied(self.at(args[0], ATOM)), NOT
        if op == "where":
            return self.cases(self._rows(node)), CASES
        if op == "expm1":
            return self.infix(self.call("exp", [args[0][0]])[0], "-", self.word("1")), SUM
        if op == "log1p":
            one_more = self.infix(self.word("1"), "+", self.at(args[0], SUM))
            return self.call("log", [one_more])
        if op == "log_sigmoid":
            return self.call("log", [self.call("sigmoid", [args[0][0]])[0]])
        if op in ("min", "max"):
            return self.call(op, [self.set(part) for part in _chain(node)])
        return self.call(op, [part for part, _ in args])

    def at(self, part: tuple[T, int], level: int) -> T:
        """The part, in parentheses where it binds less tightly than its place asks for."""
        inner, binding = part
        return inner if binding >= level else self.group(inner)

    def _number(self, value: Fraction) -> tuple[T, int]:
        if value < 0:
            inner = self._number(-value)
            return self.negative(self.at(inner, PRODUCT)), SUM
        text = number_text(value)
        if "e" in text and "/" not in text:
            mantissa, _, exponent = text.partition("e")
            return self.scientific("" if mantissa == "1" else mantissa, int(exponent)), PRODUCT
        above, slash, below = text.partition("/")
        if slash:
            return self.fraction((self.word(above), ATOM), (self.word(below), ATOM))
        return self.word(text), ATOM

    def _rows(self, node: Expr) -> list[tuple[T, T | None]]:
        rows: list[tuple[T, T | None]] = []
        while node.op == "where":
            condition, value, node_after = node.args
            rows.append((self.set(value), self.set(condition)))
            node = node_after
        if node is not UNDEFINED:
            rows.append((self.set(node), None))
        return rows

    def _both(self, node: Expr, args: tuple[tuple[T, int], ...]) -> tuple[T, int]:
        """``-1 < x and x < 1`` is one chain."""
        chain = _between(*node.args)
        if chain is None:
            return self.infix(self.at(args[0], AND), "and", self.at(args[1], AND)), AND
        low, first, middle, second, high = chain
        a, b, c = (self.at(fold(part, self._visit), SUM) for part in (low, middle, high))
        return self.infix(self.infix(a, RELATIONS[first], b), RELATIONS[second], c), COMPARISON


def _leads_with_minus(node: Expr) -> bool:
    while node.op in ("add", "sub", "mul", "div"):
        node = node.args[0]
    return _is_negative(node)


def _is_negative(node: Expr) -> bool:
    return node.op == "neg" or (node.is_number and node.number < 0)


def _opposite(node: Expr) -> Expr | None:
    """A product or quotient that leads with a minus, without it: a/b for -a/b."""
    above: list[Expr] = []
    while node.op in ("mul", "div"):
        above.append(node)
        node = node.args[0]
    if not _is_negative(node):
        return None
    result = node.args[0] if node.op == "neg" else number(-node.number)
    for part in reversed(above):
        result = rebuild(part, (result, part.args[1]))
    return result


def functions_in(*roots: Expr) -> list[str]:
    """The operations that are set as a letter and have to be explained, in their order."""
    found = dict.fromkeys(node.op for node in postorder(*roots))
    if "log_sigmoid" in found:
        found.setdefault("sigmoid")
    return [op for op in MEANINGS if op in found]


def function_name(op: str) -> str:
    """How the language spells the operation."""
    return OPERATIONS[op].spelling


def letter(op: str, letters: Mapping[str, str], names: Mapping[str, str], taken: frozenset[str]) -> str | None:
    """The letter of a function, unless one of the names would be set as the same letter."""
    chosen = letters.get(op)
    if chosen is None or any(names.get(name, name) == chosen for name in taken):
        return None
    return chosen


def _chain(node: Expr) -> list[Expr]:
    """max(a, max(b, c)) is max(a, b, c)."""
    parts: list[Expr] = []
    todo = [node]
    while todo:
        part = todo.pop()
        if part.op == node.op:
            todo += reversed(part.args)
        else:
            parts.append(part)
    return parts


def _between(a: Expr, b: Expr) -> tuple[Expr, str, Expr, str, Expr] | None:
    """(low, "<", middle, "<", high) where the conditions bound one expression from two sides."""
    if a.op not in _REVERSED or b.op not in _REVERSED or TRUE in (a, b):
        return None
    for first in _both_ways(a):
        for second in _both_ways(b):
            for (low, sign, x), (other, sign_2, high) in ((first, second), (second, first)):
                if x is other and not x.is_number and sign in ("lt", "le") and sign_2 in ("lt", "le"):
                    return low, sign, x, sign_2, high
    return None


def _both_ways(node: Expr) -> tuple[tuple[Expr, str, Expr], tuple[Expr, str, Expr]]:
    left, right = node.args
    return (left, node.op, right), (right, _REVERSED[node.op], left)
