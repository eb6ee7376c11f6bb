"""Where a claim is wrong, in the author's own words: the conditions that the expressions are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from actc.calculus.branches import orient
from actc.calculus.compare import Judged
from actc.calculus.hint_checks import Probes, inside
from actc.calculus.roots import solve
from actc.calculus.sampling import Space, constants
from actc.calculus.sampling_borders import Borders, border_atoms
from actc.calculus.sampling_values import line
from actc.calculus.tape import Tape
from actc.model.expr import ONE, ZERO, Expr, apply, number, postorder, symbol
from actc.model.text import coordinate_text, number_text, to_text

_MOST_OTHERS = 3  # right points for each wrong one in a region that is called wrong, or the reverse
_OUTSIDE = 5  # points of the other kind that must lie outside of a region
_GROUP = 5  # points that a setting must have to say something
_MOST_CONDITIONS = 40
_MOST_VALUES = 3  # of parameters at which a claim is said to be true
_MOST_FOUND = 8  # of those that are tried
_MOST_ZEROS = 6
_SHORT = 10  # characters of a number that is quoted
_LONGEST = 60  # characters of a condition
_SIGNS = {"lt": "<", "gt": ">", "eq": "=="}
_COMPARED = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "min", "max"})


@dataclass(frozen=True, slots=True)
class _Condition:
    """left < right (or > or ==), and at which points it holds."""

    left: Expr
    right: Expr
    op: str
    others: frozenset[int]  # indices of the points of the other kind that it holds at as well
    is_general: bool  # asks for a number that the expressions do not name

    @property
    def text(self) -> str:
        return f"{to_text(self.left)} {_SIGNS[self.op]} {to_text(self.right)}"

    @property
    def expr(self) -> Expr:
        """The condition itself."""
        return apply(self.op, self.left, self.right)


_Question = tuple[Expr, Expr, bool]
"""What is compared with what, and whether that is asked of every claim."""


def region(
    claimed: Expr,
    actual: Expr,
    within: Space,
    wrong: Sequence[Judged],
    right: Sequence[Judged],
    probes: Probes,
    true: Sequence[tuple[str, Fraction]] = (),
) -> str:
    """The smallest region that all wrong points lie in, or all right ones; "" where there is none worth saying.

    ``probes`` have to bear it out, but where one of the parameters has a value at which the claim is ``true``.
    """
    conditions = _conditions(claimed, actual, within)
    bad, good = [*wrong, *probes.wrong], [*right, *probes.moderate]
    told = _smallest(conditions, within, bad, good)
    if told is not None:
        # Right points inside would have to be explained: it is all of the region that is called wrong.
        agreeing = [j for j in inside(told[1], probes.moderate) if all(j.sample.point[n] != v for n, v in true)]
        return "" if agreeing else f"wrong only where {told[0]}"
    told = _smallest(conditions, within, good, bad, most=0) if len(right) >= _OUTSIDE else None
    return f"right only where {told[0]}" if told is not None and "==" not in told[0] else ""


def _smallest(
    conditions: Sequence[_Question],
    within: Space,
    ones: Sequence[Judged],
    others: Sequence[Judged],
    most: int = _MOST_OTHERS,
) -> tuple[str, Expr] | None:
    """The region with all of the ones in it and the fewest of the others, ``most`` for each of them.

    Its text and its condition; None where there is none.
    """
    around = [c for c in _containing(conditions, within, ones, others) if len(c.others) <= len(others) - _OUTSIDE]
    if not around:
        return None
    around.sort(key=lambda c: (len(c.others), c.is_general, len(c.text)))
    least, text, whole = len(around[0].others), around[0].text, around[0].expr
    pairs = [
        (len(a.others & b.others), a.is_general + b.is_general, len(a.text) + len(b.text), i, j)
        for i, a in enumerate(around)
        for j, b in enumerate(around[:i])
    ]
    if pairs:
        both, _, _, i, j = min(pairs)
        if 2 * both < least:
            least, text = both, _joined(around[j], around[i])
            whole = apply("and", around[j].expr, around[i].expr)
    # A region where the others are nearly all would lead astray.
    return (text, whole) if least <= most * len(ones) else None


def _joined(a: _Condition, b: _Condition) -> str:
    if a.left is b.left and {a.op, b.op} == {"lt", "gt"}:
        low, high = (a, b) if a.op == "gt" else (b, a)
        return f"{to_text(low.right)} < {to_text(low.left)} < {to_text(high.right)}"
    return f"{a.text} and {b.text}"


def _conditions(claimed: Expr, actual: Expr, within: Space) -> list[_Question]:
    """What is compared with what, the side with an input to the left; also solved for an input."""
    found: dict[tuple[Expr, Expr], None] = {}
    inputs = frozenset(within.inputs)
    for node in postorder(claimed, actual):
        if node.op in _COMPARED:
            a, b = node.args
        elif node.op in ("abs", "sign"):
            a, b = node.args[0], ZERO
        else:
            continue
        if not a.free & inputs and b.free:
            a, b = b, a
        if a.free and len(to_text(a)) + len(to_text(b)) <= _LONGEST:
            found[a, b] = None
        if a.op != "symbol":
            found.update(dict.fromkeys(_solved(a, b, within)))
        elif b.is_number and b.number and a.name in inputs:
            found[apply("abs", a), number(abs(b.number))] = None
    general = [(symbol(name), ZERO) for name in (*within.inputs, *within.defaults)]
    for name, default in within.defaults.items():
        general += [(symbol(name), number(n)) for n in (1, -1, default) if len(number_text(Fraction(n))) <= _SHORT]
    asked = [(a, b, False) for a, b in found][:_MOST_CONDITIONS]
    return [*asked, *((a, b, True) for a, b in dict.fromkeys(general) if (a, b) not in found)]


def _solved(a: Expr, b: Expr, within: Space) -> Iterator[tuple[Expr, Expr]]:
    """The places where two sides meet, where they are numbers or parameters: Max(x, 0) < 6 asks for x and 6, too."""
    apart = apply("sub", a, b)
    for name in (*within.inputs, *within.defaults):
        if apart.free == {name}:
            zeros = Borders(border_atoms(apply("sign", apart))).zeros(
                {name: ONE.number}, name, line(within.domains[name]), _MOST_ZEROS
            )
            short = [z for z in zeros if len(number_text(z)) <= _SHORT]
            yield from ((symbol(name), number(z)) for z in short)
            yield from ((apply("abs", symbol(name)), number(z)) for z in short if z > 0)
        elif name in apart.free:
            for atom in orient(apart).atoms:
                solutions = solve(atom, name) if name in atom.free else None
                yield from ((symbol(name), s) for s in solutions or () if s.free and len(to_text(s)) <= _SHORT)


def _containing(
    conditions: Sequence[_Question], within: Space, ones: Sequence[Judged], others: Sequence[Judged]
) -> Iterator[_Condition]:
    """The conditions that hold at every one of the points."""
    inputs = frozenset(within.inputs)
    for left, right, is_general in conditions:
        # Inputs are equal to something at single points, which are no region.
        for op in ("lt", "gt") if (left.free | right.free) & inputs else _SIGNS:
            tape = Tape(apply(op, left, right))
            if all(tape.run(j.sample.point)[0] is True for j in ones):
                others_in = frozenset(i for i, j in enumerate(others) if tape.run(j.sample.point)[0] is not False)
                yield _Condition(left, right, op, others_in, is_general)


def only_parameters(
    within: Space, wrong: Sequence[Judged], right: Sequence[Judged], probes: Probes
) -> tuple[tuple[str, Fraction], ...]:
    """The parameters with the values at which the claim is true, where it is so at no others that were tried."""
    names = tuple(within.defaults)
    settings = _groups(names, wrong, right)
    found = [
        (i, key[0])
        for i, name in enumerate(names)
        for key, (bad, good) in _groups((name,), wrong, right).items()
        if not bad and good >= _GROUP
    ]
    # All settings without one of these values must have a wrong point, unless there is hardly a point.
    others = [counts for key, counts in settings.items() if not any(key[i] == value for i, value in found)]
    if not 0 < len(found) <= _MOST_FOUND or not others or not all(bad or good < _GROUP for bad, good in others):
        return ()
    true = [(names[i], value) for i, value in found if probes.true_at(names[i], value)]
    if not 0 < len(true) <= _MOST_VALUES or not all(_is_simple(value, name, within) for name, value in true):
        return ()
    for name in names:
        if probes.true_elsewhere(name, [value for n, value in true if n == name], true):
            return ()
    return tuple(true)


def only_text(true: Sequence[tuple[str, Fraction]]) -> str:
    """``true only at a = 1 or b = 0``; "" where there are none."""
    return f"true only at {' or '.join(f'{name} = {coordinate_text(value)}' for name, value in true)}" if true else ""


def _is_simple(value: Fraction, name: str, within: Space) -> bool:
    """Whether somebody would name it: an integer, a half, a default, or a number of the formulas."""
    named = [abs(n) for n in constants(within.roots)]
    return value.denominator <= 2 or value == within.defaults[name] or abs(value) in named


def _groups(
    names: Sequence[str], wrong: Sequence[Judged], right: Sequence[Judged]
) -> Mapping[tuple[Fraction, ...], tuple[int, int]]:
    """How many points are wrong and right for each value of the parameters."""
    counts: dict[tuple[Fraction, ...], list[int]] = {}
    for which, points in enumerate((wrong, right)):
        for one in points:
            counts.setdefault(tuple(one.sample.point[n] for n in names), [0, 0])[which] += 1
    return {key: (bad, good) for key, (bad, good) in counts.items()}
