"""Which number of a wrong claim was rounded or mistyped, and what it should be.

The number is taken for an unknown, and Newton's method finds the value at which the claim is right at a point. If the
claim is right with that value at all other points too, the number was meant to be it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, fmpq

from actc.calculus.ball_operations import Marker, ball
from actc.calculus.balls import decimal_text, evaluate, rational
from actc.calculus.compare import Judged
from actc.calculus.differentiate import differentiate
from actc.calculus.sampling_values import rounded
from actc.calculus.tape import Tape, exact, precision
from actc.model.algebra import divide, multiply
from actc.model.expr import Expr, apply, constant, number, postorder, rebuild, size, substitute, symbol
from actc.model.text import number_text, to_text

_MOST_NODES = 400
_MOST_NUMBERS = 6
_MOST_TOGETHER = 4
_STRIDES = (1, 3, 7, 17)
_PLAIN = 10  # denominators of numbers that nobody rounds
_STEPS = 9  # of Newton's method: the start is right to two digits
_BITS = 512
_EQUAL = arb(10) ** -60  # relative
_UNCHANGED = arb(10) ** -16
_NEAR = Fraction(1, 10)  # how far off a mistyped number is at most
_PLACES = 120  # digits of a number that is not recognized: more than the check at other points looks at
_OUTPUT = "0output"
_MIDDLING = 20  # far out a small error may grow
_MOST_POINTS, _LEAST_POINTS = 40, 5
_SURE = 16  # bits of a difference that count
_ROUNDING = Fraction(1, 100)  # how far off a rounded number is at most
_ALIKE = Fraction(1, 20)  # relative differences of changes that are the same, to first order
_DIGITS, _MORE = 10, 3  # of it in a message
_SIMPLE, _FEW = 1000, 12
_PI, _TWO = constant("pi"), number(2)
_UNITS = (
    _PI,
    apply("sqrt", _PI),
    apply("sqrt", _TWO),
    apply("sqrt", number(3)),
    apply("sqrt", multiply(_TWO, _PI)),
    apply("sqrt", divide(_TWO, _PI)),
    apply("log", _TWO),
    apply("log", number(10)),
    constant("E"),
)


@dataclass(frozen=True, slots=True)
class _Meant:
    """A number of a claim with what it should be."""

    written: Fraction
    meant: Expr
    is_recognized: bool

    @property
    def text(self) -> str:
        value = evaluate(self.meant, {}, _BITS)
        # Some more digits than were written, so that the difference is seen.
        digits = decimal_text(value, max(_DIGITS, len(number_text(self.written)) + _MORE))
        spelled = to_text(self.meant)
        if self.meant.is_number and (not self.is_recognized or self.meant.number.denominator > _SIMPLE):
            spelled = min(number_text(self.meant.number), digits, key=lambda t: ("/" in t, len(t)))
        also = f" = {digits}" if self.meant.args else ""
        return f"{number_text(self.written)} should be {spelled}{also}"


def constants(claimed: Expr, actual: Expr, value: Expr | None, points: Sequence[Judged]) -> Iterator[tuple[Expr, str]]:
    """Claims in which numbers are replaced by what makes them right at the first points, with a text; best first."""
    if size(claimed) > _MOST_NODES or size(actual) > _MOST_NODES:
        return
    given = () if value is None else tuple(n for n in postorder(value) if n.is_number)
    given_odd = [n for n in given if n.number.denominator > _PLAIN][:_MOST_TOGETHER]
    suspects = [n for n in postorder(claimed) if n.is_number and _is_measured(n.number)][:_MOST_NUMBERS]
    units = [*_UNITS, *(multiply(n, u) for n in given_odd for u in _UNITS)]
    suspects.sort(key=lambda n: n in given)
    found: list[tuple[tuple[bool, bool], Expr, str]] = []
    for suspect in suspects:
        for replaced in _replaced(claimed, suspect):
            meant = _solved(replaced, actual, {_name(0): suspect.number}, points, units)
            if meant is not None:
                repaired = substitute(replaced, {symbol(_name(0)): meant[0].meant})
                found.append(((not meant[0].is_recognized, suspect in given), repaired, meant[0].text))
    for _, repaired, text in sorted(found, key=lambda f: f[0]):
        yield repaired, text
    several = [n for n in suspects if n not in given]
    if 2 <= len(several) <= _MOST_TOGETHER:
        names = {n: symbol(_name(i)) for i, n in enumerate(several)}
        starts = {names[n].name: n.number for n in several}
        replaced = substitute(claimed, dict(names))
        for chosen in _choices(points):
            together = _solved(replaced, actual, starts, chosen, units)
            if together is None:
                continue
            repaired = substitute(claimed, {n: m.meant for n, m in zip(several, together, strict=True)})
            yield repaired, ", ".join(m.text for m in together if m.meant is not number(m.written))
            return


def explains(claimed: Expr, value: Expr | None, points: Sequence[Judged]) -> bool:
    """Whether one number of the claim, were it a little different, would account for the differences at all points.

    To first order: a change of the number moves the claim by the change times the slope, so claim minus derivative
    divided by the slope is the same everywhere.
    """
    output = None if value is None or not value.args else value
    outside = claimed if output is None else substitute(claimed, {output: symbol(_OUTPUT)})
    differing = [p for p in points if all(abs(v) <= _MIDDLING for v in p.sample.point.values())][:_MOST_POINTS]
    for suspect in [n for n in postorder(outside) if n.is_number and _is_measured(n.number)][:_MOST_NUMBERS]:
        replaced = substitute(outside, {suspect: symbol(_name(0))})
        if output is not None:
            replaced = substitute(replaced, {symbol(_OUTPUT): output})
        tape = Tape(differentiate(replaced, _name(0)))
        changes: list[arb] = []
        with precision(_BITS):
            for one in differing:
                if one.claimed is None or one.actual is None:
                    continue
                slope = tape.run({**one.sample.point, _name(0): suspect.number}, _BITS)[0]
                if isinstance(slope, Marker | bool) or ball(slope).contains(0):
                    changes = []
                    break
                changes.append((ball(one.claimed) - ball(one.actual)) / ball(slope))
            known = [c for c in changes if c.rel_accuracy_bits() > _SURE]
            if len(known) < _LEAST_POINTS:
                continue
            first = known[0]
            small = abs(first) < abs(exact(suspect.number)) * exact(_ROUNDING)
            if small and all(abs(c - first) <= abs(first) * exact(_ALIKE) for c in known):
                return True
    return False


def _is_measured(value: Fraction) -> bool:
    """Whether it is written as a decimal, or with many digits."""
    text = number_text(abs(value))
    return len(text) > 2 and not ("/" in text and value.denominator <= _PLAIN)


def _choices(points: Sequence[Judged]) -> Iterator[Sequence[Judged]]:
    """Points mirroring one another may say the same, those of one region nothing of a number in another."""
    apart = list({tuple(map(abs, p.sample.point.values())): p for p in reversed(points)}.values())[::-1]
    for stride in _STRIDES:
        yield apart[::stride]
        yield points[::stride]


def _name(index: int) -> str:
    return f"{index}number"  # no symbol of the language begins with a digit


def _replaced(claimed: Expr, suspect: Expr) -> Iterator[Expr]:
    """The claim with an unknown for the number: everywhere, then at each place by itself."""
    unknown = symbol(_name(0))
    yield substitute(claimed, {suspect: unknown})
    places = [(node, i) for node in postorder(claimed) for i, arg in enumerate(node.args) if arg is suspect]
    if 1 < len(places) <= _MOST_NUMBERS:
        for parent, index in places:
            args = tuple(unknown if i == index else a for i, a in enumerate(parent.args))
            yield substitute(claimed, {parent: rebuild(parent, args)})


def _solved(
    claimed: Expr, actual: Expr, starts: Mapping[str, Fraction], points: Sequence[Judged], units: Sequence[Expr]
) -> list[_Meant] | None:
    """The unknowns' values for which the claim is right at as many points; None where there are none near the start."""
    names = list(starts)
    if len(points) < len(names):
        return None
    tape = Tape(claimed, *(differentiate(claimed, name) for name in names))
    with precision(_BITS):
        known = {name: arb(exact(start)) for name, start in starts.items()}
        targets = [Tape(actual).run(p.sample.point, _BITS)[0] for p in points[: len(names)]]
        step = None
        for _ in range(_STEPS):
            rows, rest = [], []
            for point, target in zip(points, targets, strict=False):
                cells = tape.run({**point.sample.point, **known}, _BITS)
                if isinstance(target, Marker | bool) or any(isinstance(c, Marker | bool) for c in cells):
                    return None
                value, *slopes = (ball(c).mid() for c in cells if not isinstance(c, Marker | bool))
                rows.append(slopes)
                rest.append([value - ball(target).mid()])
            try:
                step = arb_mat(rows).solve(arb_mat(rest))
            except ZeroDivisionError:
                return None
            known = {name: (known[name] - step[i, 0]).mid() for i, name in enumerate(names)}
            if not all(
                known[name].is_finite() and abs(known[name] - exact(start)) <= abs(exact(start)) * exact(_NEAR)
                for name, start in starts.items()
            ):
                return None
        if step is None or not all(abs(step[i, 0]) <= _EQUAL * abs(known[n]) for i, n in enumerate(names)):
            return None
        if all(abs(known[name] - exact(start)) <= _UNCHANGED * abs(exact(start)) for name, start in starts.items()):
            return None
        return [_recognized(starts[name], known[name], units) for name in names]


def _recognized(written: Fraction, value: arb, units: Sequence[Expr]) -> _Meant:
    """The simplest of a rational, a decimal, and a rational multiple of a well-known constant."""
    around = value * arb(1, _EQUAL)
    near = rational(value)
    for simple in (near.limit_denominator(_SIMPLE), rounded(near, _FEW)):
        if around.contains(exact(simple)):
            return _Meant(written, number(simple), True)
    named: list[Expr] = []
    for unit in units:
        size_of = evaluate(unit, {}, _BITS)
        if isinstance(size_of, arb):
            for is_inverse, share in ((False, value / size_of), (True, value * size_of)):
                ratio = rational(share).limit_denominator(_SIMPLE)
                if ratio and (share * arb(1, _EQUAL)).contains(fmpq(ratio.numerator, ratio.denominator)):
                    top, bottom = number(ratio.numerator), number(ratio.denominator)
                    whole = divide(top, multiply(bottom, unit)) if is_inverse else divide(multiply(top, unit), bottom)
                    named.append(whole)
    if named:
        return _Meant(written, min(named, key=lambda e: len(to_text(e))), True)
    long = near.limit_denominator(10**12)
    if around.contains(exact(long)):
        return _Meant(written, number(long), True)
    return _Meant(written, number(rounded(near, _PLACES)), False)
