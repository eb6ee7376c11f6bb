"""Expressions as lists of steps, to be run at many points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, ctx, fmpq

from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import MOST_EXACT, UNDEFINED, UNKNOWN, Cell, Marker, Scalar, compare, hull
from actc.model.expr import Expr, postorder

Number = Fraction | int | arb

_WRITTEN = 2**16  # bits before and after the point of a number that is written out

_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})

_Function = Callable[..., Cell]
_Step = tuple[int, _Function | None, _Function | None, int, int, tuple[str, tuple[int, ...]]]
# Where the result goes, the function on points and over intervals (None for conditions and ``where``), where its one or
# two arguments are (-1 for none), and all there is to know otherwise.


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
        self._steps: list[_Step] = []
        for i, node in enumerate(postorder(*roots)):
            index[node] = i
            self._lay(i, node, tuple(index[a] for a in node.args))
        self._width = len(index)
        self._roots = tuple(index[root] for root in roots)

    def __len__(self) -> int:
        return len(self._roots)

    @property
    def steps(self) -> int:
        """How many operations there are: the work of one point."""
        return len(self._steps)

    def _lay(self, i: int, node: Expr, args: tuple[int, ...]) -> None:
        match node.op:
            case "number":
                self._fixed.append((i, exact(node.number)))
            case "true" | "false":
                self._fixed.append((i, node.op == "true"))
            case "nan" | "inf" | "undefined":
                self._fixed.append((i, UNDEFINED))
            case "constant":
                self._constants.append((i, node.name))
            case "symbol":
                self._symbols.append((i, node.name))
            case "mul" if args[0] == args[1]:
                square = FORMS["square"]
                self._steps.append((i, square.narrow, square.wide, args[0], -1, ("square", args)))
            case op if op in FORMS:
                form = FORMS[op]
                second = args[1] if len(args) > 1 else -1
                self._steps.append((i, form.narrow, form.wide, args[0], second, (op, args)))
            case op:
                self._steps.append((i, None, None, -1, -1, (op, args)))

    def run(self, point: Mapping[str, Number], bits: int = 128, wide: bool = False) -> tuple[Cell | bool, ...]:
        """The value of every root, as flint's numbers; a condition's is a truth value or a marker.

        Raises KeyError where the point lacks a symbol.
        """
        before, ctx.prec = ctx.prec, bits
        try:
            cells: list[Cell | bool] = [UNKNOWN] * self._width
            for i, value in self._fixed:
                cells[i] = value
            for i, name in self._constants:
                cells[i] = _constant(name, bits)
            for i, name in self._symbols:
                cells[i] = _coordinate(point[name])
            # The innermost loop of the whole calculus, so it is spelled out.
            for i, narrow, broad, first, second, rest in self._steps:
                if narrow is None or broad is None:
                    cells[i] = _branch(rest[0], [cells[a] for a in rest[1]], wide)
                    continue
                a = cells[first]
                if second < 0:
                    if a.__class__ is Marker:
                        cells[i] = a
                        continue
                    result = (broad if wide else narrow)(a)
                else:
                    b = cells[second]
                    if a.__class__ is Marker or b.__class__ is Marker:
                        cells[i] = UNDEFINED if a is UNDEFINED or b is UNDEFINED else UNKNOWN
                        continue
                    result = (broad if wide else narrow)(a, b)
                if result.__class__ is arb:
                    cells[i] = result if result.is_finite() else UNKNOWN
                elif result.__class__ is fmpq and result.height_bits() > MOST_EXACT:
                    cells[i] = arb(result)
                else:
                    cells[i] = result
            return tuple(cells[i] for i in self._roots)
        finally:
            ctx.prec = before


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


def rational(value: arb) -> Fraction:
    """The middle of a finite ball; 0 or a power of two beyond all floats where it is too small or large to write out.

    flint ends the process where it is asked for a rational with a huge exponent.
    """
    mantissa, exponent = (int(part) for part in value.mid().man_exp())
    size = exponent + mantissa.bit_length()
    if size < -_WRITTEN:
        return Fraction(0)
    if size > _WRITTEN:
        return Fraction(2**_WRITTEN if mantissa > 0 else -(2**_WRITTEN))
    return Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)


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
