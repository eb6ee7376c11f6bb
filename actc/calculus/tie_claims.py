"""Whether a claim lies between the derivatives of the two sides wherever there is a kink, a jump or a gap.

Both sides are enclosed in ball arithmetic, and so is the claim: where they exclude it, that is a certificate. Only
where a side has no certain limit is its numerical limit taken, and then it is said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from actc.calculus.ball_operations import Marker
from actc.calculus.balls import Number, evaluate, sign_of
from actc.calculus.branches import guards, resolve, steps
from actc.calculus.crossings import Crossing, place, suspects
from actc.calculus.emit import at_defaults, meets
from actc.calculus.kinks import Sides, sides
from actc.calculus.limits import Limit, recognised
from actc.calculus.regions import Region
from actc.calculus.settle import at, same
from actc.calculus.special_points import MOST_AROUND, around
from actc.calculus.subgradients import Slope
from actc.calculus.tape import exact, precision
from actc.calculus.tie_points import parameter_points, rational_defaults, tie_points
from actc.calculus.tie_values import OnIt, is_untold, told, value_at
from actc.calculus.witness import Finder
from actc.calculus.work import Work
from actc.model.activation import Activation
from actc.model.expr import Expr

_BITS = (192, 2048)
_MOST_BITS = 20_000  # of a claim beside exact limits
_MOST_ZEROS = 3  # of a crossing without a closed form
_FINDING = 300_000  # operations to find points on borders
_EACH = 3  # points of a border


@dataclass(frozen=True, slots=True)
class Outside:
    """A point on a kink at which a claim is not between the derivatives of the two sides."""

    point: Mapping[str, Number]
    claimed: Slope
    around: Sides
    certain: bool  # shown in ball arithmetic; else from limits that are judged by how values converge


def judge_at_ties(
    activation: Activation,
    variable: str,
    derivative: Expr,
    claim: Expr,
    found: Sequence[Crossing],
    settings: Iterable[Mapping[str, Fraction]] | None = None,
    untold: list[Mapping[str, Number]] | None = None,
) -> Outside | None:
    """The first point on a crossing at which a claim is not between its neighbours; None where it always is.

    ``settings`` are values of all parameters to look at; by default those of ``parameter_points``. Exact points at
    which the claim may have a value, and none could be told, are added to ``untold``.
    """
    chosen = list(parameter_points(activation) if settings is None else settings)
    own = _own(activation, found)
    for crossing in found:
        on_it = OnIt(claim, crossing, activation)
        for point in tie_points(activation, crossing, chosen):
            # Kinks that fall together for special parameters are no kink of the claim's own.
            if not meets(crossing, point, own) or at_defaults(activation, point):
                stated = on_it.stated(point)
                if untold is not None and is_untold(stated, point):
                    untold.append(point)
                outside = _outside(activation, variable, derivative, point, stated, None)
                if outside is not None:
                    return outside
        if crossing.atoms and len(activation.inputs) == 1:
            for point in _irrational_points(crossing, chosen):
                outside = _outside(activation, variable, derivative, point, on_it.stated(point), crossing)
                if outside is not None:
                    return outside
    return None


def judge_on(
    activation: Activation,
    variable: str,
    derivative: Expr,
    claim: Expr,
    regions: Iterable[Region],
    found: Sequence[Crossing],
    untold: list[Mapping[str, Number]] | None = None,
    unseen: list[Region] | None = None,
) -> Outside | None:
    """The first point found on borders, given as regions, at which a claim is not between its neighbours.

    ``untold`` is as with ``judge_at_ties``; borders that may have points, and of which none was found, are added to
    ``unseen``.
    """
    inputs = [i.name for i in activation.inputs]
    finder = Finder(activation.domains, rational_defaults(activation), inputs, Work(_FINDING))
    for region in regions:
        zeros = [*region.vanishing, *(atom for atom, sign in region.signs if not sign)]
        on_it = resolve(claim, dict.fromkeys(zeros, 0), tidy=False)
        points = list(finder.points(region, _EACH))
        if not points and unseen is not None and not region.is_empty(activation.domains):
            unseen.append(region)
        for found_at in points:
            # A search for a border ends at a ball also where it is at 2.
            point = {n: recognised(v) if isinstance(v, arb) else v for n, v in found_at.items()}
            # What is equal here, balls alone need not tell: exp(x) == exp(3) at x = 3.
            stated = told((claim, on_it), point)
            if untold is not None and is_untold(stated, point):
                untold.append(point)
            outside = _judge(activation, variable, derivative, stated, point, found)
            if outside is not None:
                return outside
    return None


def judge_points(
    activation: Activation,
    variable: str,
    derivative: Expr,
    claim: Expr,
    points: Iterable[Mapping[str, Fraction]],
    found: Sequence[Crossing],
) -> Outside | None:
    """The first of the points at which a claim is not between its neighbours."""
    outsiders = (_judge(activation, variable, derivative, claim, point, found) for point in points)
    return next((outside for outside in outsiders if outside is not None), None)


def _judge(
    activation: Activation,
    variable: str,
    derivative: Expr,
    claim: Expr,
    point: Mapping[str, Number],
    found: Sequence[Crossing],
) -> Outside | None:
    inputs = [i.name for i in activation.inputs]
    if variable in inputs and 1 < len(inputs) <= MOST_AROUND:
        exact = all(isinstance(value, Fraction | int) for value in point.values())
        return _among(inputs, derivative, point, claim) if exact else None
    if sum(_passes(crossing, point) for crossing in _own(activation, found)) > 1 and not at_defaults(activation, point):
        return None
    return _outside(activation, variable, derivative, point, claim, None)


def _own(activation: Activation, found: Iterable[Crossing]) -> list[Crossing]:
    """The crossings at which something happens to the activation, and not to a claim alone."""
    value = activation.value.expr
    atoms, jumps = set(suspects(value)), set(steps(value))
    return [c for c in found if c.step in jumps or not atoms.isdisjoint(c.atoms)]


def _among(inputs: Sequence[str], derivative: Expr, point: Mapping[str, Number], claim: Expr) -> Outside | None:
    """Whether a claim of several inputs is not between the least and the greatest of the regions around the point."""
    value = at(claim, point)
    near = [values[0] for values in around([derivative], point, inputs)]
    if value is None or not near:
        return None
    low, high = min(near), max(near)
    own = at(derivative, point)
    if same(low, high) and own is not None and same(own, low):
        # Without a kink the derivative's own value at the point is what the claim has to be, to the last digit.
        apart = evaluate(claim - derivative, point, _BITS[-1])
        if isinstance(apart, Fraction | arb):
            return Outside(point, value, Sides(low, high, True, True), True) if apart != 0 else None
    inside = low <= value <= high or same(value, low) or same(value, high)
    return None if inside else Outside(point, value, Sides(low, high, True, True), False)


def _passes(crossing: Crossing, point: Mapping[str, Number]) -> bool:
    here, there = point[crossing.variable], place(crossing, point)
    if there is None or here != there:
        return False
    # Without a closed form a zero is known for the defaults alone.
    signs = [sign_of(atom, point) for atom in crossing.atoms]
    return not signs or not all(signs)


def _irrational_points(crossing: Crossing, settings: Iterable[Mapping[str, Fraction]]) -> Iterator[dict[str, Number]]:
    """Where the crossing is, as a ball: no float is there, but the claim speaks of all reals."""
    for index, setting in enumerate(settings):
        if crossing.variable in setting or (index and crossing.location is None):
            return
        point: dict[str, Number] = dict(setting)
        nearest = sorted(crossing.zeros, key=lambda zero: abs(float(zero)))[:_MOST_ZEROS]
        zeros = nearest if crossing.location is None else [place(crossing, point)]
        for zero in zeros:
            if isinstance(zero, arb):
                yield {**point, crossing.variable: zero}


def _outside(
    activation: Activation,
    variable: str,
    derivative: Expr,
    point: Mapping[str, Number],
    claim: Expr,
    crossing: Crossing | None,
) -> Outside | None:
    value = value_at(claim, point)
    if value is None:
        return None
    domain = activation.domains[variable]
    around = sides(derivative, variable, point, domain, crossing)
    if around.certain is not None and (crossing is None or _is_zero_of(crossing, point)):
        closed = all(limit.value is None or isinstance(limit.value, Fraction) for limit in around.certain)
        for bits in (*_BITS, _MOST_BITS) if closed else _BITS:
            finer = around if closed or bits == _BITS[0] else sides(derivative, variable, point, domain, crossing, bits)
            known = _compared(evaluate(claim, point, bits), finer.certain, bits)
            if known is not None:
                return Outside(point, value, around, True) if known else None
        if _is_apart(claim, derivative, point):
            return Outside(point, value, around, True)
        return None
    ends = [s for s in (around.left, around.right) if s is not None]
    if not ends or not around.complete:
        return None
    low, high = min(ends), max(ends)
    inside = low <= value <= high or same(value, low) or same(value, high)
    # Beside a point that only a ball describes there may be the next kink: without a certificate nothing is said of it.
    exact = all(isinstance(v, Fraction | int) for v in point.values())
    return Outside(point, value, around, False) if exact and not inside else None


def _is_apart(claim: Expr, derivative: Expr, point: Mapping[str, Number]) -> bool:
    """Whether a claim certainly is not the derivative at an exact point near which that has no branches.

    They may be as near to each other as 1 and 1 - exp(-5832).
    """
    if not all(isinstance(value, Fraction | int) for value in point.values()):
        return False
    if steps(derivative) or not all(sign_of(guard, point) for guard in guards(derivative)):
        return False
    apart = evaluate(claim - derivative, point, _MOST_BITS)
    return isinstance(apart, Fraction | arb) and apart != 0


def _is_zero_of(crossing: Crossing, point: Mapping[str, Number]) -> bool:
    """Whether a crossing's only atom certainly vanishes somewhere in a ball: it has different signs at its ends."""
    here = point[crossing.variable]
    if crossing.location is not None or not isinstance(here, arb):
        return True
    ends = [{**point, crossing.variable: end} for end in (here.lower(), here.upper())]
    signs = [sign_of(crossing.atoms[0], end) for end in ends]
    return None not in signs and sum(s or 0 for s in signs) == 0


def _compared(value: Fraction | arb | Marker, around: Sequence[Limit] | None, bits: int) -> bool | None:
    """Whether a value certainly lies outside of the sides; False where it certainly does not; None where not told."""
    if isinstance(value, Marker) or around is None:
        return None
    with precision(bits):  # of what an exact number that is no float becomes beside a ball
        orders = [_order(value, limit) for limit in around]
    if all(o == 1 for o in orders) or all(o == -1 for o in orders):
        return True
    if 0 in orders or (1 in orders and -1 in orders):
        return False
    return None


def _order(value: Fraction | arb, limit: Limit) -> int | None:
    """1 where the value is certainly greater than the limit, -1 where less, 0 where exactly it, None where not told."""
    if limit.value is None:
        return -limit.infinite or None
    if isinstance(value, Fraction) and isinstance(limit.value, Fraction):
        return (value > limit.value) - (value < limit.value)
    a, b = (arb(exact(v)) if isinstance(v, Fraction) else v for v in (value, limit.value))
    return 1 if a > b else -1 if a < b else None
