"""The kinds of slips that one edit of a claim undoes: a sign, a power, a factor, a threshold, swapped branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from actc.calculus.differentiate import differentiate
from actc.calculus.sampling import Space
from actc.model.algebra import add, divide, folded, multiply, negate, power, subtract
from actc.model.expr import ONE, Expr, apply, constant, number, postorder, rebuild, size, symbol
from actc.model.operations import OPERATIONS
from actc.model.text import to_text

LONGEST = 56
"""Characters of what a message quotes."""

_LARGEST = 20  # nodes of a factor
_MOST_COUNTED = 12  # integers that may be one off
COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "min": "max", "max": "min"}
_EXCHANGED = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "tanh": "sigmoid", "sigmoid": "tanh"}
_TWO = number(2)
_PI = constant("pi")
_CONSTANTS = (
    2 / apply("sqrt", _PI),
    apply("sqrt", 2 / _PI),
    1 / apply("sqrt", 2 * _PI),
    _PI,
    apply("sqrt", _TWO),
    apply("log", _TWO),
)

Edit = tuple[Expr, str]
"""What stands there instead, and how to say it; "" to show the old and the new text."""

Kind = Callable[["Place"], Iterator[Edit]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is used: as the argument of a parent, or as the whole (no parent)."""

    node: Expr
    parent: Expr | None = None
    index: int = 0

    @property
    def within(self) -> str:
        """The parent's operation; "" where there is none."""
        return self.parent.op if self.parent is not None else ""

    def around(self, new: Expr) -> Expr:
        """The parent with another node at this place."""
        if self.parent is None:
            return new
        return folded(
            rebuild(self.parent, tuple(new if i == self.index else a for i, a in enumerate(self.parent.args)))
        )


def kinds(value: Expr, variable: str, within: Space) -> Iterator[Kind]:
    """The kinds of edits, the likeliest first."""
    names = [symbol(n) for n in (*within.defaults, *within.inputs)]
    literals = _literals(value)
    yield _Terms(conditional=False)
    yield _signs
    yield _lower_powers
    yield _squares
    yield _superfluous
    yield _sizes
    yield _integers
    yield _Factors([*names, _TWO, *literals])
    yield _Renamed(names)
    inner = _arguments(value, variable)
    chain = [d for d in (differentiate(u, variable) for u in inner) if not any(n.is_condition for n in postorder(d))]
    further = [number(3), *_slopes(value), *chain, *inner, *_CONSTANTS]
    yield _Factors([f for f in further if f is not ONE and size(f) < _LARGEST])
    yield _negatives
    yield _functions
    yield _roots
    yield _Arguments(variable, inner, value)


def _slopes(value: Expr) -> Iterator[Expr]:
    """What a function's derivative has besides the function."""
    for node in postorder(value):
        if node.op == "tanh":
            yield subtract(ONE, power(node, _TWO))
        elif node.op == "sigmoid":
            yield subtract(ONE, node)


def _branches(place: Place) -> Iterator[Edit]:
    node = place.node
    if node.op == "where":
        yield apply("where", node.args[0], node.args[2], node.args[1]), "the branches are swapped"
    elif node.op in _MIRRORED:
        yield apply(_MIRRORED[node.op], *node.args), ""


@dataclass(frozen=True, slots=True)
class _Terms:
    """A term too many; ``conditional`` ones only, or all."""

    conditional: bool

    def __call__(self, place: Place) -> Iterator[Edit]:
        node = place.node
        if node.op not in ("add", "sub"):
            return
        for kept, lost in (node.args, node.args[::-1]):
            text = to_text(lost)
            branches = any(n.op == "where" for n in postorder(lost))
            if (branches or not self.conditional) and not (node.op == "sub" and kept is node.args[1]):
                yield kept, f"right without the term `{text}`" if len(text) <= LONGEST else ""


@dataclass(frozen=True, slots=True)
class _Thresholds:
    """The numbers and parameters that the activation compares with."""

    value: Expr
    within: Space

    def __call__(self, place: Place) -> Iterator[Edit]:
        if place.within not in COMPARISONS or not (place.node.is_number or place.node.op == "symbol"):
            return
        if place.node.op == "symbol" and place.node.name in self.within.inputs:
            return
        found: dict[Expr, None] = {}
        for node in postorder(self.value):
            if node.op in COMPARISONS or node.op in ("min", "max"):
                found.update(dict.fromkeys(a for a in node.args if a.is_number or a.op == "symbol"))
        for bound in (number(0), *found):
            if bound.is_number or bound.name not in self.within.inputs:
                yield bound, ""
                yield negate(bound), ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A number that is a parameter's default."""

    within: Space

    def __call__(self, place: Place) -> Iterator[Edit]:
        if place.node.is_number and place.node.number:
            for name, default in self.within.defaults.items():
                if default == place.node.number:
                    yield symbol(name), ""
                elif default == -place.node.number:
                    yield negate(symbol(name)), ""


def _signs(place: Place) -> Iterator[Edit]:
    node = place.node
    if node.op == "add":
        yield subtract(*node.args), ""
        yield subtract(node.args[1], node.args[0]), ""
    elif node.op == "sub":
        yield add(*node.args), ""
        yield subtract(node.args[1], node.args[0]), ""
    elif node.op == "neg":
        yield node.args[0], ""


def _negatives(place: Place) -> Iterator[Edit]:
    if not place.node.is_condition:
        yield negate(place.node), ""


def _lower_powers(place: Place) -> Iterator[Edit]:
    """A root or a power too many, or one power more or less."""
    node = place.node
    if node.op == "sqrt":
        yield node.args[0], ""
    elif node.op == "pow" and node.args[1].is_number:
        base, exponent = node.args
        yield base, ""
        for step in (-1, 1):
            yield power(base, number(exponent.number + step)), ""


def _squares(place: Place) -> Iterator[Edit]:
    # Of 1/u it is u that is to be squared.
    if _is_base(place) and not (place.node.op == "div" and place.node.args[0].is_number):
        yield power(place.node, _TWO), ""


def _roots(place: Place) -> Iterator[Edit]:
    if _is_base(place):
        yield power(place.node, number(3)), ""
        yield apply("sqrt", place.node), ""


def _is_base(place: Place) -> bool:
    is_exponent = place.within == "pow" and place.index == 1
    return not (place.node.is_condition or place.node.is_number or is_exponent)


def _sizes(place: Place) -> Iterator[Edit]:
    if place.node.op != "symbol" or place.within == "abs":
        return
    others = place.parent.args if place.parent is not None and place.within in COMPARISONS else ()
    if not any(a.is_number and a.number <= 0 for a in others):
        yield apply("abs", place.node), ""


def _integers(place: Place) -> Iterator[Edit]:
    """A small integer that is another."""
    node = place.node
    if node.is_number and node.number.denominator == 1 and abs(node.number) <= _MOST_COUNTED:
        for other in (node.number + 1, node.number - 1, 2 * node.number, node.number / 2):
            yield number(other), ""


@dataclass(frozen=True, slots=True)
class _Renamed:
    """One name for another."""

    names: Sequence[Expr]

    def __call__(self, place: Place) -> Iterator[Edit]:
        if place.node.op == "symbol":
            yield from ((name, "") for name in self.names if name is not place.node)


@dataclass(frozen=True, slots=True)
class _Factors:
    """A factor is missing, or a divisor."""

    factors: Sequence[Expr]

    def __call__(self, place: Place) -> Iterator[Edit]:
        node = place.node
        if node.is_condition or node.is_number:
            return
        is_term = place.within in ("add", "sub", "where")
        for factor in self.factors:
            if factor.is_number and not factor.number:
                continue  # what does not depend on the variable has slope 0
            quoted = f" from `{to_text(node)}`" if is_term else ""
            for new, missing in ((multiply(factor, node), factor), (divide(node, factor), apply("div", ONE, factor))):
                text = f"a factor {to_text(missing)} is missing{quoted}"
                said = (is_term or place.parent is None) and factor is not node and len(text) <= 2 * LONGEST
                yield new, text if said else ""


def _superfluous(place: Place) -> Iterator[Edit]:
    """One factor too many."""
    node = place.node
    if node.op == "mul":
        for kept, lost in (node.args, node.args[::-1]):
            yield kept, _without(lost, node)
    elif node.op == "div":
        yield node.args[0], _without(divide(ONE, node.args[1]), node)


def _without(lost: Expr, node: Expr) -> str:
    text, quoted = to_text(lost), to_text(node)
    return f"right without the factor {text} of `{quoted}`" if len(text) + len(quoted) <= LONGEST else ""


def _functions(place: Place) -> Iterator[Edit]:
    """Another function of the same argument."""
    node = place.node
    if node.op in _EXCHANGED:
        yield apply(_EXCHANGED[node.op], *node.args), ""
    if node.op == "exp":
        yield apply("exp", negate(node.args[0])), ""
    if node.op in OPERATIONS and OPERATIONS[node.op].is_smooth and OPERATIONS[node.op].callable and len(node.args) == 1:
        yield node.args[0], ""
        yield subtract(ONE, node), ""


@dataclass(frozen=True, slots=True)
class _Arguments:
    """A function's argument, or the output, for the variable, and the other way round."""

    variable: str
    inner: Sequence[Expr]
    value: Expr

    def __call__(self, place: Place) -> Iterator[Edit]:
        x = symbol(self.variable)
        if place.node is x:
            yield from ((u, "") for u in self.inner)
            if self.value is not x:
                yield self.value, ""
        elif place.node in self.inner or place.node is self.value:
            yield x, ""


def _literals(value: Expr) -> list[Expr]:
    """The numbers in an activation that are no small integers or halves."""
    return [n for n in postorder(value) if n.is_number and abs(n.number) not in (0, 1, 2, Fraction(1, 2))][:6]


def _arguments(value: Expr, variable: str) -> list[Expr]:
    """The arguments of functions and the bases of powers that are more than the variable itself."""
    found: dict[Expr, None] = {}
    for node in postorder(value):
        row = OPERATIONS.get(node.op)
        if row is not None and row.is_smooth and (row.callable or node.op in ("pow", "div")):
            found.update(dict.fromkeys(a for a in node.args if variable in a.free and a.args and size(a) < _LARGEST))
    return list(found)[:6]


def swaps(value: Expr, within: Space) -> tuple[Kind, ...]:
    """The kinds that say most: exchanged branches, a default for its parameter, moved thresholds."""
    return (_branches, _Named(within), _Terms(conditional=True), _Thresholds(value, within))


def may_change_conditions(kind: Kind) -> bool:
    """Whether edits of the kind make sense inside a condition."""
    return kind in (_branches, _sizes) or isinstance(kind, _Thresholds | _Named)
