"""A point where several linear inequalities hold, by Fourier and Motzkin's elimination with the bounds put back in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from actc.calculus.atoms import polynomial
from actc.calculus.sampling_values import between
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import Expr

_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A linear form that is to be positive."""

    factors: Mapping[str, Fraction]
    constant: Fraction


def linear_rows(
    apart: Sequence[tuple[Expr, int]], names: Sequence[str], domains: Mapping[str, Domain]
) -> tuple[Row, ...]:
    """The conditions that are linear in the symbols, atoms with their signs, and the ends of the domains."""
    rows: list[Row] = []
    for atom, sign in apart:
        factors: dict[str, Fraction] = {}
        constant = Fraction(0)
        for term, coefficient in (polynomial(atom) or {}).items():
            if not term:
                constant = coefficient * sign
            elif len(term) == 1 and term[0][1] == 1 and term[0][0].op == "symbol":
                factors[term[0][0].name] = coefficient * sign
            else:
                break
        else:
            if factors:
                rows.append(Row(factors, constant))
    for name in names:
        domain = domains.get(name, Domain())
        if domain.low is not None:
            rows.append(Row({name: Fraction(1)}, -domain.low))
        if domain.high is not None:
            rows.append(Row({name: Fraction(-1)}, domain.high))
    return tuple(rows)


def nearest(
    rows: Sequence[Row], start: Mapping[str, Fraction], domains: Mapping[str, Domain], work: Work
) -> dict[str, Fraction]:
    """The start, moved to where all rows are positive; each coordinate is moved only where it has to be.

    If there is no such place, or it is too much work, some are left not positive. Raises GaveUp where the work is used
    up.
    """
    stages: list[tuple[str, list[Row]]] = []
    current = list(rows)
    for name in reversed(list(start)):
        own = [row for row in current if row.factors.get(name)]
        stages.append((name, own))
        above = [row for row in own if row.factors[name] > 0]
        below = [row for row in own if row.factors[name] < 0]
        work.spend(len(current) + len(above) * len(below))
        current = [row for row in current if not row.factors.get(name)]
        if len(above) * len(below) + len(current) <= _MOST_ROWS:
            current += [_joined(up, down, name) for up in above for down in below]
    point: dict[str, Fraction] = {}
    for name, own in reversed(stages):
        low: Fraction | None = None
        high: Fraction | None = None
        for row in own:
            rest = row.constant + sum(f * point[n] for n, f in row.factors.items() if n != name and n in point)
            bound = -rest / row.factors[name]
            if row.factors[name] > 0:
                low = bound if low is None else max(low, bound)
            else:
                high = bound if high is None else min(high, bound)
        point[name] = _inside(start[name], low, high, domains.get(name, Domain()).integer)
    return {name: point[name] for name in start}


def _joined(up: Row, down: Row, name: str) -> Row:
    """A row without the symbol that is positive wherever the two are positive for some value of it."""
    a, b = up.factors[name], -down.factors[name]
    factors = {n: up.factors.get(n, Fraction(0)) * b + down.factors.get(n, Fraction(0)) * a for n in _names(up, down)}
    return Row({n: f for n, f in factors.items() if f and n != name}, up.constant * b + down.constant * a)


def _names(up: Row, down: Row) -> dict[str, None]:
    return dict.fromkeys((*up.factors, *down.factors))


def _inside(value: Fraction, low: Fraction | None, high: Fraction | None, integer: bool) -> Fraction:
    if (low is None or value > low) and (high is None or value < high):
        return value
    if low is not None and high is not None:
        if low >= high:
            return value
        return Fraction(floor(low) + 1) if integer else between(low, high)
    if low is not None:
        return Fraction(floor(low) + 1) if integer else low + max(Fraction(1), abs(low) / 8)
    if high is not None:
        return Fraction(ceil(high) - 1) if integer else high - max(Fraction(1), abs(high) / 8)
    return value
