"""Infinite inputs: the result there is the limit, where there is one.

x*sigmoid(x) is NaN at minus infinity, where it tends to 0: 0 times infinity. An input that is held at a bound beyond
which the function does not change any more gives the limit; where a function goes on changing, as 1/x does, only
infinite inputs are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import gmpy2
from flint import arb

from actc.calculus.limits import Limit, agree, one_sided_limit
from actc.calculus.tie_points import choose
from actc.model.activation import Activation
from actc.model.algebra import compare, conjunction, divide, multiply, negate, where
from actc.model.domain import Domain
from actc.model.expr import ONE, TRUE, ZERO, Expr, apply, fold, number, postorder, rebuild, substitute, symbol
from actc.numerics.accuracy import TARGET
from actc.numerics.arena import Found, loss
from actc.numerics.candidates import cost
from actc.numerics.formats import FLOAT32, FLOAT64, Float, Format, wide
from actc.numerics.points import Point, PointSet
from actc.numerics.preparation import outside_functions
from actc.numerics.regimes import BOUNDS
from actc.numerics.rounded_functions import from_ball
from actc.numerics.search import Search, peeled
from actc.numerics.simulate import Simulator
from actc.numerics.xla import ways

_FAR = Fraction(2) ** 200  # an input's domain that contains it, reaches to infinity
_PACES = (Fraction(1), Fraction(7, 5), Fraction(11, 7))
"""Factors of the sequences that a limit is read off; what oscillates does not agree on three of them."""

_TURNS = (2, 5)  # of other inputs' values
_NEAR = Fraction(1, 2**20)
_ASIDE = Fraction(67, 64)
_CHEAP = 2
_MOST_FACTORS = 3  # infinite ones of a product
_INSTEAD = tuple(Fraction(10) ** k for k in (30, 18, 9, 3))
_GROWN = Fraction(10) ** 9
_VARIABLE = "·t"


@dataclass(frozen=True, slots=True)
class End:
    """An infinite input at some values of the parameters and other inputs, and what the function tends to there."""

    expr: Expr
    name: str
    side: int
    others: Point
    limit: Limit
    rank: int  # 0 at the defaults, 1 elsewhere inside the domains, 2 with a parameter at an end of its domain
    known: dict[Format, Float] = field(default_factory=dict, compare=False, repr=False)

    def change(self, form: Format) -> Float:
        """How far a finite limit moves when the last bit of a parameter or other input changes."""
        if form not in self.known:
            self.known[form] = gmpy2.mpfr(0)
            for name in self.others.keys() & self.expr.free:
                moved = {**self.others, name: self.others[name] + form.ulp(self.others[name])}
                limit = _limit(self.expr, self.name, self.side, moved)
                if limit is not None and limit.value is not None and self.limit.value is not None:
                    with wide(160):
                        distance = abs(from_ball(limit.value) - from_ball(self.limit.value))
                        self.known[form] = max(self.known[form], distance)
        return self.known[form]


def ends(expr: Expr, name: str, activation: Activation, sets: Iterable[PointSet]) -> tuple[End, ...]:
    """The limits that exist, at infinite values of the input ``name`` that its domain reaches."""
    found = []
    domain = activation.domains[name]
    sides = [side for side in (1, -1) if domain.contains(side * _FAR)]
    if not sides or name not in expr.free:
        return ()
    for number_of, parameters in enumerate(_settings(activation, sets)):
        inside = all(_is_inside(p.domain, parameters[p.name]) for p in activation.parameters)
        rank = 0 if number_of == 0 else 1 if inside else 2
        for turn, side in product(_TURNS if len(activation.inputs) > 1 else _TURNS[:1], sides):
            given = [i for i in activation.inputs if i.name != name]
            others = {**parameters, **{i.name: _generic(i.domain, turn + k) for k, i in enumerate(given)}}
            limit = _limit(expr, name, side, others)
            if limit is not None:
                found.append(End(expr, name, side, others, limit, rank))
    return tuple(found)


def _generic(domain: Domain, turn: int) -> Fraction:
    """Another input's value, nowhere special: x*log(y) has the limit 0 at y = 1, where it has none along both."""
    value = choose(domain, turn)
    return near if domain.contains(near := (value or Fraction(1)) * _ASIDE) else value


def _settings(activation: Activation, sets: Iterable[PointSet]) -> list[Point]:
    """The values of the parameters that programs are judged at, the defaults first."""
    names = [p.name for p in activation.parameters]
    rows = [
        {name: point[name] for name in names} for points in sets if points.format is FLOAT32 for point in points.points
    ]
    return list({tuple(row.values()): row for row in rows}.values())


def _is_inside(domain: Domain, value: Fraction) -> bool:
    """Whether numbers next to the value lie in the domain too."""
    step = max(abs(value), Fraction(1)) * _NEAR
    return domain.integer or (domain.contains(value - step) and domain.contains(value + step))


def _limit(expr: Expr, name: str, side: int, parameters: Mapping[str, Fraction]) -> Limit | None:
    """What the sequences agree on; None where there is no limit."""
    first: Limit | None = None
    for pace in _PACES:
        far = substitute(expr, {symbol(name): divide(number(pace), symbol(_VARIABLE))})
        found = one_sided_limit(far, _VARIABLE, Fraction(0), side, parameters)
        if found.value is None and not found.infinite:
            return None
        first = first or found
        if found.infinite != first.infinite:
            return None
        if first.value is not None and found.value is not None and not agree(first.value, found.value):
            return None
    return first


def missed(program: Expr, name: str, wanted: tuple[End, ...]) -> tuple[int, ...]:
    """Which of the limits a program does not come to, in float32 or float64."""
    found: set[int] = set()
    if not wanted:
        return ()
    for form, run in _runs(name, wanted):
        columns = [run.run(way) for way in ways(program)]
        for column in columns:
            found |= {k for k, end in enumerate(wanted) if not _is_limit(column[k], end, form)}
    return tuple(sorted(found))


def _runs(name: str, wanted: tuple[End, ...]) -> list[tuple[Format, Simulator]]:
    """Simulators at the infinite inputs."""
    found = []
    for form in (FLOAT32, FLOAT64):
        points = [
            {**{n: form.nearest(v) for n, v in end.others.items()}, name: gmpy2.inf() * end.side} for end in wanted
        ]
        found.append((form, Simulator(form, points, flush=form is FLOAT32)))
    return found


def _weight(missing: tuple[int, ...], wanted: tuple[End, ...]) -> tuple[int, ...]:
    """How many limits are missed at the defaults, inside the domains, and at their ends."""
    return tuple(sum(wanted[k].rank == rank for k in missing) for rank in range(3))


def _is_limit(computed: Float, end: End, form: Format) -> bool:
    """Whether a result is the limit, as exactly as other results have to be (see ``accuracy``)."""
    limit = end.limit
    if limit.infinite:
        return bool(gmpy2.is_infinite(computed) and gmpy2.sign(computed) == limit.infinite)
    value = limit.value
    with wide(160):
        exact = from_ball(value) if isinstance(value, Fraction | arb) else gmpy2.nan()
    with form.context:
        near = gmpy2.mpfr(exact)
    if gmpy2.is_infinite(near):
        return bool(computed == near)
    if not gmpy2.is_finite(computed):
        return False
    with wide(160):
        distance = abs(computed - exact) - gmpy2.mpfr(2) ** (form.least + 7)
        if distance <= TARGET * abs(exact) * gmpy2.mpfr(2) ** (1 - form.precision):
            return True
        # A difference of other inputs' products, say, which their own last bits move by more.
        return bool(distance <= TARGET * end.change(form))


def reaching(search: Search, found: Found, name: str, wanted: tuple[End, ...]) -> Found:
    """A program that comes to the limits and is as good elsewhere, if there is one; else the one that was found."""
    if not wanted or name not in found.program.free:
        return found
    missing = missed(found.program, name, wanted)
    if not missing:
        return found
    left = _weight(missing, wanted)
    ranked: list[tuple[tuple[int, ...], bool, int, int, int, Expr]] = []
    for candidate in dict.fromkeys(_candidates(found.program, name, missing, wanted)):
        still = _weight(missed(candidate, name, wanted), wanted)
        # Where a parameter is at the end of its domain only, a limit is worth two cheap operations, and no more.
        inside, dear = still[:2] < left[:2], cost(candidate) > cost(found.program) + _CHEAP
        if inside or (still < left and not dear):
            ranked.append((still[:2], inside and dear, still[2], cost(candidate), len(ranked), candidate))
    for *_, candidate in sorted(ranked):
        if search.fits(candidate):
            score = search.final.score(candidate)
            if score.meets or (not found.score.meets and loss(score) <= loss(found.score)):
                return Found(candidate, score)
    return found


def _candidates(program: Expr, name: str, missing: tuple[int, ...], wanted: tuple[End, ...]) -> Iterator[Expr]:
    """The input held at bounds; 0 for 0 times infinity; the input held where it is infinite; the limits themselves."""
    inner, wrap = peeled(program)
    sides = [
        frozenset(wanted[k].side for k in missing if wanted[k].rank <= most)
        for most in (2, 1, 0)
    ]  # fmt: skip
    chosen = [one for one in dict.fromkeys(sides) if one]
    zeros = inner
    for _ in range(_MOST_FACTORS):  # each time those that the last made 0 times infinity
        zeros = _with_zeros(zeros, name, missing, wanted)
    for some in chosen:
        yield from (wrap(held) for held in _held(inner, name, some))
    yield wrap(zeros)
    for some in chosen:
        yield from (wrap(other) for other in _apart(inner, name, some, missing, wanted))


def _held(inner: Expr, name: str, sides: frozenset[int]) -> Iterator[Expr]:
    x = symbol(name)
    for bound in BOUNDS:
        held = x
        if 1 in sides:
            held = apply("min", held, number(bound))
        if -1 in sides:
            held = apply("max", held, number(-bound))
        # A function has its limit at an infinite argument: left alone, it is shared with other programs.
        if (outside := outside_functions(inner, x, held)) is not inner:
            yield outside
        yield substitute(inner, {x: held})


def _with_zeros(inner: Expr, name: str, missing: tuple[int, ...], wanted: tuple[End, ...]) -> Expr:
    """Products that are 0 times infinity at the limits that are missed are 0 wherever that factor is 0."""
    zeros: dict[Expr, int] = {}
    guarded = {n.args[2] for n in postorder(inner) if n.op == "where" and n.args[0].op == "eq" and n.args[1] is ZERO}
    for _, run in _runs(name, tuple(wanted[k] for k in missing)):
        for node in postorder(inner):
            if node.op == "mul" and node not in guarded:
                for pair in zip(*(run.run(a) for a in node.args), strict=True):
                    for k in (0, 1):
                        if pair[k] == 0 and gmpy2.is_infinite(pair[1 - k]):
                            zeros.setdefault(node, k)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node not in zeros:
            return here
        factor, other = args[zeros[node]], args[1 - zeros[node]]
        if factor.op == "where" and ZERO in factor.args[1:]:
            return where(factor.args[0], *(a if a is ZERO else multiply(a, other) for a in factor.args[1:]))
        return where(compare("eq", factor, ZERO), ZERO, here)

    return fold(inner, visit)


def _apart(
    inner: Expr, name: str, sides: frozenset[int], missing: tuple[int, ...], wanted: tuple[End, ...]
) -> Iterator[Expr]:
    """The input held where it is infinite, and nowhere else; the same times infinity; then the limits as constants."""
    x = symbol(name)
    # An infinity alone is its half and not 0. XLA and TensorFlow leave that as it is.
    side = "ne" if len(sides) == 2 else "gt" if 1 in sides else "lt"
    infinite = conjunction(compare("eq", x, divide(x, number(2))), compare(side, x, ZERO))
    for bound in _INSTEAD:
        far = multiply(number(bound), apply("sign", x)) if len(sides) == 2 else number(bound * max(sides))
        yield substitute(inner, {x: where(infinite, far, x)})
    limits = {one: [wanted[k].limit.infinite for k in missing if wanted[k].side == one] for one in sides}
    growing = [one for one in (1, -1) if all(limits.get(one, [0]))]
    if growing:
        grows = x if growing == [1] else negate(x) if growing == [-1] else apply("abs", x)
        kept = compare("gt", grows, ZERO) if len(growing) == 1 else TRUE
        for bound in _INSTEAD:
            far = multiply(number(bound), apply("sign", x)) if len(sides) == 2 else number(bound * max(sides))
            held = substitute(inner, {x: where(infinite, far, x)})
            yield multiply(held, where(conjunction(infinite, kept), apply("abs", x), ONE))
    for bound in _INSTEAD[:2]:  # for parameters at which it grows and others at which it does not
        far = multiply(number(bound), apply("sign", x)) if len(sides) == 2 else number(bound * max(sides))
        held = substitute(inner, {x: where(infinite, far, x)})
        grown = conjunction(infinite, compare("gt", apply("abs", held), number(_GROWN)))
        yield multiply(held, where(grown, apply("abs", x), ONE))
    values = [_constant([end.limit for end in wanted if end.side == one], x) for one in (1, -1) if one in sides]
    if None not in values:
        known = [value for value in values if value is not None]
        chosen = where(compare("gt", x, ZERO), *known) if len(known) == 2 else known[0]
        yield where(infinite, chosen, inner)


def _constant(limits: list[Limit], x: Expr) -> Expr | None:
    """What is the limit whatever the parameters are; None where they change it."""
    first = limits[0]
    if any(other != first for other in limits):
        return None
    if first.infinite:
        size = apply("abs", x)
        return size if first.infinite > 0 else -size
    return number(first.value) if isinstance(first.value, Fraction) else None
