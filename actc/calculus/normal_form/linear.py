"""Linear dependence over the rationals among rational functions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq_mat, fmpz_mpoly

from actc.calculus.normal_form.field import Field, Ratio


def combination(field: Field, target: Ratio, basis: Sequence[Ratio]) -> list[Fraction] | None:
    """Rationals c with target = sum(c*b for b in basis); None where there are none."""
    if not basis:
        return None
    shared = target.den
    for element in basis:
        if element.den != shared:
            shared = field.times(shared, element.den // field.common(shared, element.den))
    columns = [_numerator(field, element, shared) for element in (*basis, target)]
    rows: dict[tuple[int, ...], list[int]] = {}
    width = len(columns)
    for i, column in enumerate(columns):
        for powers, coefficient in column.to_dict().items():
            rows.setdefault(tuple(int(p) for p in powers), [0] * width)[i] = int(coefficient)
    field.work.spend(len(rows) * width)
    matrix, rank = fmpq_mat(list(rows.values()) or [[0] * width]).rref()
    solution = [Fraction(0)] * len(basis)
    for row in range(rank):
        pivot = next(i for i in range(width) if matrix[row, i] != 0)
        if pivot == width - 1:
            return None
        value = matrix[row, width - 1]
        solution[pivot] = Fraction(int(value.p), int(value.q))
    return solution


def _numerator(field: Field, element: Ratio, shared: fmpz_mpoly) -> fmpz_mpoly:
    if element.den == shared:
        return element.num
    return field.reduce(field.times(element.num, shared // element.den))
