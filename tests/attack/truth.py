"""What is true of a claim at a point: differences of the function itself, to hundreds of digits.

No rule of differentiation is used, so the truth of an example does not rest on those by which its claim was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mpmath import mp, mpf
from oracle_language import UndecidedError, UndefinedError

from attack.formulas import Formula, Number, Point, digits_for, numbers

DIGITS, STEP = 110, 35
SURE_DIGITS, SURE_STEP = 420, 130
FINE_DIGITS, FINE_LEAST = 1200, 480
_HUGE = mpf(10) ** 12


@dataclass(frozen=True)
class Sides:
    """The derivatives on both sides of a point, and between them where they are one."""

    left: Number
    right: Number
    middle: Number | None  # None at a kink

    @property
    def smooth(self) -> bool:
        return self.middle is not None

    @property
    def spread(self) -> Number:
        """How far the three differences are apart."""
        three = (self.left, self.right, self.middle)
        return max(three) - min(three)


def one_sided(f: Formula, by: str, point: Point, way: int) -> Sides | None:
    """The same from one side alone (``way`` is 1 or -1), at an end of a domain."""
    with mp.workdps(SURE_DIGITS):
        at = numbers(point)
        h, centre = mpf(10) ** -SURE_STEP * way, at[by]
        try:
            a, b, c = (f.at({**at, by: centre + k * h}) for k in (1, 2, 3))
        except (UndefinedError, UndecidedError):
            return None
        rough = (b - a) / h
        fine = rough - 3 * (c - 2 * b + a) / (2 * h)
        return Sides(rough, fine, fine)


def sides(f: Formula, by: str, point: Point, digits: int = DIGITS, step: int = STEP) -> Sides | None:
    """From differences of the function; None where it is not defined around the point, or too steep to tell."""
    with mp.workdps(digits):
        sizes = [mp.log10(abs(v)) for v in map(mp.mpmathify, numbers(point).values()) if v]
        step += max(0, -int(min(sizes)))
        digits += 4 * max(0, int(max(sizes)) - 4) + 3 * max(0, -int(min(sizes)))
    with mp.workdps(digits):
        at = numbers(point)
        h, centre = mpf(10) ** -step, at[by]
        try:
            f.at(at)
            values = [f.at({**at, by: centre + k * h}) for k in (-2, -1, 1, 2)]
        except (UndefinedError, UndecidedError):
            return None
        left, right = (values[1] - values[0]) / h, (values[3] - values[2]) / h
        middle = (values[2] - values[1]) / (2 * h)
        if max(abs(left), abs(right)) > _HUGE * (1 + abs(values[1]) + abs(values[2])) and not _is_steep(f, by, at, h):
            return None
        same = abs(left - right) <= mpf(10) ** -(step // 2) * max(abs(left), abs(right), mpf(10) ** -(step // 3))
        if not same:
            return Sides(left, right, None)
        # A jump divided by the step is out of all proportion; a second derivative is not.
        if abs(middle - left) <= mpf(10) ** -(step // 2) * max(1, abs(left)):
            return Sides(left, right, middle)
    # The differences of each side err by step times the second derivative: sign(x)/(1 + x**2) has it on both sides.
    ends = one_sided(f, by, point, -1), one_sided(f, by, point, 1)
    return None if None in ends else Sides(ends[0].right, ends[1].right, (ends[0].right + ends[1].right) / 2)


def _is_steep(f: Formula, by: str, at: dict[str, Number], h: Number) -> bool:
    """Whether differences are the same with a much smaller step: sqrt(x) at 1e-30, and not a jump."""
    centre = at[by]
    try:
        slopes = [
            (f.at({**at, by: centre + (k + 1) * step}) - f.at({**at, by: centre + k * step})) / step
            for k in (-2, 1)
            for step in (h, h / 10**12)
        ]
    except (UndefinedError, UndecidedError):
        return False
    return all(abs(a - b) <= mpf(10) ** -2 * abs(b) for a, b in (slopes[:2], slopes[2:]))


def claimed(claim: Formula, point: Point, digits: int = DIGITS) -> Number | None:
    """The claim's value; None where it is no real number. Raises UndecidedError."""
    with mp.workdps(digits):
        try:
            return claim.at(numbers(point))
        except UndefinedError:
            return None


def _gap_is_isolated(
    f: Formula, claim: Formula, along: Iterable[str], point: Point, value: Callable[[Formula, Point], Number | None]
) -> bool:
    """Whether a claim without a value has values next to the point, wherever the function has: its limit is meant.

    That is so if it has them along one of these directions, or along a line that is none of them: where x*a is 0,
    both x and a may be.
    """

    def valued(direction: Mapping[str, int], k: int) -> bool:
        near = {**point, **{n: point[n] + Fraction(k * scale, 10**9) for n, scale in direction.items()}}
        try:
            return value(claim, near) is not None or value(f, near) is None
        except UndecidedError:
            return True

    names = list(dict.fromkeys(along))
    ways = [{name: 1} for name in names] + [{name: 1 + 2 * i for i, name in enumerate(names)}]
    return any(valued(way, 1) and valued(way, -1) for way in ways)


def wrong_at(
    f: Formula,
    claim: Formula,
    by: str,
    point: Point,
    around: Sides | None = None,
    along: Iterable[str] = (),
    strict: bool = True,
) -> str:
    """How a claim fails at an exact point: ``differs``, ``undefined`` or ``outside`` a kink's sides; "" if it does not.

    What is undefined at points that are isolated along ``by``, or one of the names ``along``, is no failure.
    Without ``strict`` it is believed although some digits may be lost: for points that somebody has a certificate for.
    Anything found with few digits is looked at again with many. "?" where nothing can be told.
    """
    around = around or sides(f, by, point)
    if around is None:
        return "?"
    try:
        first = fits(around, claimed(claim, point), DIGITS)
        if first == "":
            return ""
        if first == "undefined":
            if (
                not around.smooth
                or _gap_is_isolated(f, claim, (by, *along), point, claimed)
                or at_tie(claim, point) is not None
            ):
                return "?"
            if claimed(claim, point, digits_for(claim, point, strict)) is not None:
                return ""
            return "undefined"
        again = sides(f, by, point, max(SURE_DIGITS, digits_for(f, point, strict)), SURE_STEP)
        value = settled(claim, point, strict)
        if again is None or value is None or is_rounding(claim, point, value):
            return "?"
        return fits(again, value, SURE_DIGITS)
    except UndecidedError:
        return "?"


def at_tie(claim: Formula, point: Point) -> Number | None:
    """The claim's value if what is next to a tie is the tie; None where it has none. Raises UndecidedError."""
    with mp.workdps(max(SURE_DIGITS, mp.dps)):
        try:
            return claim.at(numbers(point), ties=True)
        except UndefinedError:
            return None


def undefined_at_ties(f: Formula, claim: Formula, along: Iterable[str], point: Point) -> bool:
    """Whether a claim has no value, nor along a line through the point, if what is next to a tie is the tie."""
    try:
        if at_tie(claim, point) is not None or at_tie(f, point) is None:
            return False
    except UndecidedError:
        return False
    return not _gap_is_isolated(f, claim, along, point, at_tie)


def differ_at_ties(a: Formula, b: Formula, point: Point) -> bool:
    """Whether two formulas differ, however little, if what is next to a tie is the tie: 1e-200 where a == 3*x."""
    with mp.workdps(4 * FINE_DIGITS):
        try:
            first, second = at_tie(a, point), at_tie(b, point)
        except UndecidedError:
            return False
        if first is None or second is None:
            return False
        return bool(abs(first - second) > mpf(10) ** -(2 * FINE_DIGITS) * (1 + abs(second)))


def is_rounding(claim: Formula, point: Point, value: Number, digits: int = 90) -> bool:
    """Whether the value depends on the sign of a rounding error: that of sqrt(x**4) - x**2, which is 0.

    That is so if it is another, to so many digits, where what is next to a tie is the tie.
    """
    tied = at_tie(claim, point)
    with mp.workdps(max(SURE_DIGITS, mp.dps)):
        return tied is not None and bool(abs(tied - value) > mpf(10) ** -digits * abs(value))


def settled(claim: Formula, point: Point, strict: bool = True) -> Number | None:
    """The claim's value, where two precisions agree on it. Raises UndecidedError."""
    digits = max(SURE_DIGITS, digits_for(claim, point, strict))
    value, again = claimed(claim, point, digits), claimed(claim, point, digits + digits // 4)
    with mp.workdps(SURE_DIGITS):
        if value is None or again is None:
            return None
        # What shrinks with the rounding errors is one: exp(log(1 + q)) - 1 - q.
        if abs(value) < mpf(10) ** -(4 * digits // 5) and abs(again) < mpf(10) ** -digits:
            return mpf(0)
        if abs(value - again) > mpf(10) ** -90 * abs(again):
            return None
    return again


def fits(around: Sides, value: Number | None, digits: int) -> str:
    """How a value fails to be the derivative; "" if it does not, given numbers of so many digits."""
    if value is None:
        return "undefined"
    with mp.workdps(digits):
        relative, absolute = mpf(10) ** -(digits // 6), mpf(10) ** -(digits // 2)
        if around.middle is not None:
            # Differences err by step times the second derivative, which may jump: x*Abs(x).
            room = relative * max(abs(value), abs(around.middle)) + absolute + 4 * around.spread
            return "" if abs(value - around.middle) <= room else "differs"
        low, high = sorted((around.left, around.right))
        room = relative * max(abs(value), abs(low), abs(high)) + absolute
        return "" if low - room <= value <= high + room else "outside"


def sticks_out(right: Formula, claim: Formula, by: str, point: Point, around: Sides) -> bool:
    """Whether a claim is beyond both sides of a kink by less than differences show: by 1e-200, say.

    The sides are those of the right claim next to the point, which have to be what differences say they are.
    """
    with mp.workdps(4 * FINE_DIGITS):
        at = numbers(point)
        h, room = mpf(10) ** -(3 * FINE_DIGITS), mpf(10) ** -(2 * FINE_DIGITS)
        try:
            left, end, value = (*(right.at({**at, by: at[by] + k * h}) for k in (-1, 1)), claim.at(at))
        except (UndefinedError, UndecidedError):
            return False
        if any(abs(a - b) > mpf(10) ** -10 * (1 + abs(b)) for a, b in ((left, around.left), (end, around.right))):
            return False
        room *= 1 + abs(value)
        outside = value < min(left, end) - room or value > max(left, end) + room
    return outside and not is_rounding(claim, point, value)


def finely_differ(
    a: Formula, b: Formula, point: Point, digits: int = FINE_DIGITS, least: int = FINE_LEAST, strict: bool = True
) -> bool:
    """Whether two formulas have different values at a point, by 10 to the power of minus ``least`` or more.

    A difference is believed if it is the same with twice the digits, and if no tie is decided by a rounding error.
    """
    found: list[Number] = []
    try:
        digits = max(digits, digits_for(a, point, strict), digits_for(b, point, strict))
    except UndecidedError:
        return False
    for many in (digits, 2 * digits):
        with mp.workdps(many):
            try:
                at = numbers(point)
                values = a.at(at), b.at(at)
                found.append(values[0] - values[1])
                if abs(found[-1]) < mpf(10) ** -least:
                    return False
                if any(is_rounding(f, point, v, 9 * many // 10) for f, v in zip((a, b), values, strict=True)):
                    return False
            except (UndefinedError, UndecidedError):
                return False
    return bool(abs(found[0] - found[1]) <= mpf(10) ** -15 * abs(found[1]))
