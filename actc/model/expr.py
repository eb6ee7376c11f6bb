"""The expression language of the compiler: immutable, shared nodes over the reals.

An expression is a directed acyclic graph. Equal expressions are one object, so identity is equality, common
subexpressions are found for nothing, and a fold over a graph costs one visit a node. The graph keeps the order in which
the author wrote sums and products, because rounding depends on it; algebra that reorders happens in the calculus, on
normal forms of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TypeVar
from weakref import WeakValueDictionary

_T = TypeVar("_T")

CONDITIONS = frozenset({"true", "false", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})
"""Operations whose value is a truth value; all others are numbers."""

LEAVES = frozenset({"number", "constant", "symbol", "true", "false", "nan", "inf", "undefined"})


class Expr:
    """One node: an operation of the table (or a leaf) and its arguments.

    ``value`` is the ``Fraction`` of a number, the name of a constant or symbol, else None. ``undefined`` is the value
    of a ``Piecewise`` where no branch holds; no activation may reach it. ``nan`` and ``inf`` are only ever emitted:
    outside a domain, and as an infinite slope.
    """

    __slots__ = ("__weakref__", "args", "free", "op", "value")

    op: str
    args: tuple[Expr, ...]
    value: Fraction | str | None
    free: frozenset[str]  # names of the symbols in it

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as a list of nodes, so that depth and sharing do not matter."""
        order = list(postorder(self))
        index = {node: i for i, node in enumerate(order)}
        rows = tuple((node.op, tuple(index[a] for a in node.args), node.value) for node in order)
        return (_rebuild, (rows,))

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    @property
    def is_condition(self) -> bool:
        return self.op in CONDITIONS

    @property
    def is_number(self) -> bool:
        return self.op == "number"

    @property
    def number(self) -> Fraction:
        """The exact value of a number. Raises TypeError for anything else."""
        if not isinstance(self.value, Fraction):
            raise TypeError(f"{self.op} is not a number")
        return self.value

    @property
    def name(self) -> str:
        """The name of a symbol or constant. Raises TypeError for anything else."""
        if not isinstance(self.value, str):
            raise TypeError(f"{self.op} has no name")
        return self.value

    def __repr__(self) -> str:
        from actc.model.text import to_text

        return f"<{to_text(self)}>"

    def __add__(self, other: Expr | int) -> Expr:
        from actc.model import algebra

        return algebra.add(self, lift(other))

    def __radd__(self, other: int) -> Expr:
        return lift(other) + self

    def __sub__(self, other: Expr | int) -> Expr:
        from actc.model import algebra

        return algebra.subtract(self, lift(other))

    def __rsub__(self, other: int) -> Expr:
        return lift(other) - self

    def __mul__(self, other: Expr | int) -> Expr:
        from actc.model import algebra

        return algebra.multiply(self, lift(other))

    def __rmul__(self, other: int) -> Expr:
        return lift(other) * self

    def __truediv__(self, other: Expr | int) -> Expr:
        from actc.model import algebra

        return algebra.divide(self, lift(other))

    def __rtruediv__(self, other: int) -> Expr:
        return lift(other) / self

    def __pow__(self, other: Expr | int) -> Expr:
        from actc.model import algebra

        return algebra.power(self, lift(other))

    def __neg__(self) -> Expr:
        from actc.model import algebra

        return algebra.negate(self)


_interned: WeakValueDictionary[tuple[str, tuple[Expr, ...], Fraction | str | None], Expr] = WeakValueDictionary()


def _node(op: str, args: tuple[Expr, ...], value: Fraction | str | None) -> Expr:
    key = (op, args, value)
    found = _interned.get(key)
    if found is not None:
        return found
    node = object.__new__(Expr)
    node.op = op
    node.args = args
    node.value = value
    if op == "symbol":
        node.free = frozenset((str(value),))
    elif len(args) == 1:
        node.free = args[0].free
    else:
        node.free = frozenset().union(*(a.free for a in args))
    _interned[key] = node
    return node


def _rebuild(rows: tuple[tuple[str, tuple[int, ...], Fraction | str | None], ...]) -> Expr:
    nodes: list[Expr] = []
    for op, args, value in rows:
        nodes.append(_node(op, tuple(nodes[i] for i in args), value))
    return nodes[-1]


def number(value: Fraction | int) -> Expr:
    """The exact rational."""
    return _node("number", (), Fraction(value))


def constant(name: str) -> Expr:
    """A named real: ``pi``, ``E``, ``EulerGamma``, ``GoldenRatio``."""
    return _node("constant", (), name)


def symbol(name: str) -> Expr:
    """An input, a parameter, or a name that an earlier stage gave to a subexpression."""
    return _node("symbol", (), name)


def apply(op: str, *args: Expr) -> Expr:
    """The node itself, nothing folded.

    Raises KeyError for an operation that is not in the table, ValueError for a wrong number of arguments.
    """
    if op in LEAVES:
        if args or op in ("number", "constant", "symbol"):
            raise ValueError(f"{op} is no operation")
        return _node(op, (), None)
    from actc.model.operations import OPERATIONS

    row = OPERATIONS[op]
    if not row.takes(len(args)):
        raise ValueError(f"{op} does not take {len(args)} arguments")
    return _node(op, args, None)


TRUE = _node("true", (), None)
FALSE = _node("false", (), None)
NAN = _node("nan", (), None)
INFINITY = _node("inf", (), None)
UNDEFINED = _node("undefined", (), None)
ZERO = number(0)
ONE = number(1)


def lift(value: Expr | int | Fraction) -> Expr:
    """A Python number as an expression."""
    return value if isinstance(value, Expr) else number(value)


def postorder(*roots: Expr) -> Iterator[Expr]:
    """Every node once, arguments before what uses them, in an order that depends on the graph alone."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args) if arg not in seen)


def fold(root: Expr, visit: Callable[[Expr, tuple[_T, ...]], _T], memo: dict[Expr, _T] | None = None) -> _T:
    """Compute a value for every node from the values of its arguments and return the root's. No recursion."""
    known: dict[Expr, _T] = {} if memo is None else memo
    if root not in known:
        for node in postorder(root):
            if node not in known:
                known[node] = visit(node, tuple(known[a] for a in node.args))
    return known[root]


def rebuild(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same operation on other arguments; the node itself where they are the same."""
    return node if args == node.args else _node(node.op, args, node.value)


def substitute(root: Expr, replacements: Mapping[Expr, Expr]) -> Expr:
    """Replace nodes by others, all at once. What is put in is not searched again."""
    known = dict(replacements)
    return fold(root, lambda node, args: rebuild(node, args), known)


def size(root: Expr) -> int:
    """How many distinct nodes there are."""
    return sum(1 for _ in postorder(root))
