"""Expressions as lists of steps, to be run at many points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, ctx, fmpq

from actc.calculus.ball_functions import FORMS, Form
from actc.calculus.ball_operations import MOST_EXACT, UNDEFINED, UNKNOWN, Cell, Marker, Scalar, compare, hull
from actc.model.expr import Expr, postorder

Number = Fraction | int | arb

_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})


class Tape:
    """Expressions that share their nodes, laid out as a list of steps to be run at many points.

    Both branches of a ``where`` are steps; what happens in the one that is not taken, poles included, is dropped.
    """

    __slots__ = ("_constants", "_fixed", "_roots", "_steps", "_symbols", "_width")

    def __init__(self, *roots: Expr) -> None:
        index: dict[Expr, int] = {}
        self._fixed: list[tuple[int, fmpq | Marker | bool]] = []
        self._constants: list[tuple[int, str]] = []
        self._symbols: list[tuple[int, str]] = []
        self._steps: list[tuple[int, str, Form | None, tuple[int, ...]]] = []
        for i, node in enumerate(postorder(*roots)):
            index[node] = i
            self._lay(i, node, tuple(index[a] for a in node.args))
        self._width = len(index)
        self._roots = tuple(index[root] for root in roots)

    def _lay(self, i: int, node: Expr, args: tuple[int, ...]) -> None:
        match node.op:
            case "number":
                self._fixed.append((i, exact(node.number)))
            case "true" | "false":
                self._fixed.append((i, node.op == "true"))
            case "nan" | "undefined":
                self._fixed.append((i, UNDEFINED))
            case "constant":
                self._constants.append((i, node.name))
            case "symbol":
                self._symbols.append((i, node.name))
            case "mul" if args[0] == args[1]:
                self._steps.append((i, "square", FORMS["square"], args[:1]))
            case _:
                self._steps.append((i, node.op, FORMS.get(node.op), args))

    def run(self, point: Mapping[str, Number], bits: int = 128, wide: bool = False) -> tuple[Cell | bool, ...]:
        """The value of every root, as flint's numbers; a condition's is a truth value or a marker.

        Raises KeyError where the point lacks a symbol.
        """
        with precision(bits):
            cells: list[Cell | bool] = [UNKNOWN] * self._width
            for i, value in self._fixed:
                cells[i] = value
            for i, name in self._constants:
                cells[i] = _constant(name, bits)
            for i, name in self._symbols:
                cells[i] = _coordinate(point[name])
            for i, op, form, args in self._steps:
                given = [cells[a] for a in args]
                if form is None:
                    cells[i] = _branch(op, given, wide)
                elif UNDEFINED in given:
                    cells[i] = UNDEFINED
                elif UNKNOWN in given:
                    cells[i] = UNKNOWN
                else:
                    cells[i] = _kept((form.wide if wide else form.narrow)(*given))
            return tuple(cells[i] for i in self._roots)


def _kept(cell: Cell) -> Cell:
    """The cell itself, unless it overflowed or grew too long to be kept exact."""
    if isinstance(cell, arb):
        return cell if cell.is_finite() else UNKNOWN
    if isinstance(cell, fmpq) and cell.height_bits() > MOST_EXACT:
        return arb(cell)
    return cell


def _branch(op: str, given: Sequence[Cell | bool], wide: bool) -> Cell | bool:
    if op in _COMPARISONS:
        a, b = given
        if isinstance(a, Marker | bool) or isinstance(b, Marker | bool):
            return UNDEFINED if UNDEFINED in given else UNKNOWN
        return compare(op, a, b)
    match op:
        case "where":
            condition, a, b = given
            if isinstance(condition, bool):
                return a if condition else b
            if condition is UNKNOWN and wide and not isinstance(a, bool) and not isinstance(b, bool):
                return hull(a, b)
            return UNDEFINED if condition is UNDEFINED else UNKNOWN
        case "not":
            return not given[0] if isinstance(given[0], bool) else given[0]
        case "and" | "or":
            # One that decides does so whatever the others are.
            decides = op == "or"
            if any(g is decides for g in given):
                return decides
            return UNDEFINED if UNDEFINED in given else UNKNOWN if UNKNOWN in given else not decides
    raise TypeError(f"{op} has no value")


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Run with flint's precision set, and set it back."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def exact(value: Fraction | int) -> fmpq:
    """The same number for flint."""
    return fmpq(value.numerator, value.denominator)


def _coordinate(value: Number) -> Scalar:
    if not isinstance(value, arb):
        return exact(value)
    # A ball of no width is a rational; one with a huge exponent would not fit.
    if value.is_exact() and value.is_finite() and abs(int(value.man_exp()[1])) < MOST_EXACT:
        return value.fmpq()
    return value


_NAMED: dict[str, Callable[[], arb]] = {
    "pi": arb.pi,
    "E": arb.const_e,
    "EulerGamma": arb.const_euler,
    "GoldenRatio": lambda: (1 + arb(5).sqrt()) / 2,
}
_constants: dict[tuple[str, int], arb] = {}


def _constant(name: str, bits: int) -> arb:
    known = _constants.get((name, bits))
    if known is None:
        known = _NAMED[name]()
        _constants[name, bits] = known
    return known
