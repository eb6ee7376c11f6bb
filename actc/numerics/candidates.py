"""Programs that compute the same function, from the nearest to the farthest fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from actc.calculus.intervals import Interval
from actc.model.expr import Expr, postorder, size
from actc.numerics.arctangents import turned_outside
from actc.numerics.blends import blended
from actc.numerics.coefficients import by_plain_symbols, by_roots, by_symbols, by_symbols_in_differences
from actc.numerics.collected import collected
from actc.numerics.differences import has_several, in_differences, with_products
from actc.numerics.far import far_form, split_at_one
from actc.numerics.forms import vocabulary
from actc.numerics.half_angles import by_half_angles
from actc.numerics.inverse import inverted_outside
from actc.numerics.logarithms import greatest_first, joined, joined_by_gap, joined_near
from actc.numerics.magnitudes import by_magnitudes
from actc.numerics.norms import norms_far
from actc.numerics.one_exponential import by_one_exponential
from actc.numerics.paired_roots import paired
from actc.numerics.periodic import reduced
from actc.numerics.pieces import by_pieces
from actc.numerics.preparation import decided, powers_split, sizes_split
from actc.numerics.products import bounded_first, decaying_first, shared_division
from actc.numerics.radicals import rationalised
from actc.numerics.roots import conjugate, hypotenuses, scaled_roots
from actc.numerics.tails import halved
from actc.numerics.turns import by_turns, distributed, saturated, terms_by_turns
from actc.numerics.vocabulary import WRITERS, local, nearest, rewritten
from actc.numerics.xla import apart

_MOST_NODES = 400
_COSTS = {
    **dict.fromkeys(("add", "sub", "mul", "neg", "abs", "min", "max", "number", "constant", "symbol"), 1),
    **dict.fromkeys(("div", "sqrt", "where"), 3),
    "pow": 2,
}
_OTHER_COST = 8


def cost(root: Expr) -> int:
    """About how long a program takes: shared parts once."""
    return sum(_COSTS.get(node.op, _OTHER_COST if not node.is_condition else 1) for node in postorder(root))


def equivalents(root: Expr) -> Iterator[Expr]:
    """The expression in the stable vocabulary, in several spellings."""
    yield from _fresh(root, nearest)
    yield from _fresh(root, by_half_angles)
    yield from _fresh(root, turned_outside)
    yield from _fresh(root, lambda e: local(e, WRITERS[0]))
    for collecting in (by_plain_symbols, by_symbols, by_roots):
        yield from _fresh(root, lambda e, w=collecting: rewritten(e, w, whole=True))  # type: ignore[misc]
    apart = with_products(root)
    if apart is not root or has_several(root):
        for dividing in (by_symbols_in_differences, in_differences):
            yield from _fresh(apart, lambda e, w=dividing: rewritten(e, w, whole=True))  # type: ignore[misc]
    for whole in (False, True):
        for writer in WRITERS:
            yield from _fresh(root, lambda e, w=writer, h=whole: rewritten(e, w, whole=h))  # type: ignore[misc]


def prepared(root: Expr) -> Iterator[Expr]:
    """The expression, and the same with shared powers and logarithms of sums by name."""
    yield root
    yield from _fresh(root, lambda e: nearest(powers_split(e)))
    yield from _fresh(root, lambda e: rewritten(e, WRITERS[0], whole=False))
    yield from _fresh(root, turned_outside)


def pieces(root: Expr, inputs: tuple[str, ...], env: Mapping[str, Interval]) -> Iterator[Expr]:
    """The expression piece by piece, each piece in the stable vocabulary."""
    for finish in (
        lambda e: rewritten(e, WRITERS[0], whole=True),
        lambda e: rewritten(e, WRITERS[0], whole=False),
        nearest,
    ):
        yield from _fresh(root, lambda e, f=finish: by_pieces(e, inputs, env, f))  # type: ignore[misc]


def magnitudes(root: Expr, inputs: tuple[str, ...], env: Mapping[str, Interval]) -> Iterator[Expr]:
    """The expression with mantissas and exponents apart, against exponentials that overflow or vanish too early."""
    plain = sizes_split(root, env)
    split = nearest(powers_split(plain))
    whole = [rewritten(one, vocabulary, whole=True) for one in dict.fromkeys((plain, split))]
    for form in dict.fromkeys((plain, split, *whole, rationalised(plain))):
        for logarithms, zeros in ((False, False), (True, False), (True, True)):
            for found in _fresh(
                form,
                lambda e, f=logarithms, z=zeros: decided(by_magnitudes(e, inputs, env, logarithms=f, zeros=z), env),  # type: ignore[misc]
            ):
                yield found
                yield from _fresh(found, by_one_exponential)
                if len(inputs) > 1:
                    yield from _fresh(found, distributed)
                    yield from _fresh(found, lambda e: distributed(by_one_exponential(e)))


def variants(root: Expr, inputs: tuple[str, ...]) -> Iterator[Expr]:
    """The expression rearranged, against overflow and cancellation that other functions do not cure."""
    yield from _fresh(root, lambda e: bounded_first(e, inputs))
    simple: list[Callable[[Expr], Expr]] = [
        joined,
        joined_near,
        joined_by_gap,
        greatest_first,
        blended,
        rationalised,
        conjugate,
        by_half_angles,
        decaying_first,
        shared_division,
    ]
    for rule in simple:
        yield from _fresh(root, rule)
    pairs = paired(root)
    if pairs is not root:
        yield pairs
    for name in inputs:
        if name in root.free and pairs is not root:
            yield from _fresh(pairs, lambda e, n=name: split_at_one(e, n))  # type: ignore[misc]
            yield from _fresh(pairs, lambda e, n=name: inverted_outside(e, n))  # type: ignore[misc]
        if name in root.free:
            yield from _fresh(root, lambda e, n=name: scaled_roots(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: scaled_roots(conjugate(e), n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: split_at_one(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: split_at_one(conjugate(e), n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: far_form(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: inverted_outside(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: hypotenuses(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: shared_division(hypotenuses(conjugate(e), n)))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: inverted_outside(conjugate(e), n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: inverted_outside(rationalised(e), n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: collected(e, n))  # type: ignore[misc]
            yield from _fresh(root, lambda e, n=name: norms_far(e, n))  # type: ignore[misc]


def turned(root: Expr, inputs: tuple[str, ...]) -> Iterator[Expr]:
    """The expression, and the same far from 0, with its products by turns."""
    for found in _fresh(root, by_turns):
        yield found
        yield from _fresh(found, lambda e: apart(e, first=True))
    yield from _fresh(root, lambda e: terms_by_turns(saturated(e)))
    for name in inputs:
        if name in root.free:
            yield from _fresh(root, lambda e, n=name: by_turns(split_at_one(e, n)))  # type: ignore[misc]


def nearly_equal(root: Expr) -> Iterator[Expr]:
    """The expression with what changes nothing but digits beyond any float's, or results that no input's bits tell."""
    rules: list[Callable[[Expr], Expr]] = [reduced, halved]
    rules += [lambda e, f=first: apart(e, first=f) for first in (True, False)]  # type: ignore[misc]
    for rule in rules:
        yield from _fresh(root, rule)


def _fresh(root: Expr, rule: Callable[[Expr], Expr]) -> Iterator[Expr]:
    found = rule(root)
    if found is not root and size(found) <= _MOST_NODES:
        yield found
