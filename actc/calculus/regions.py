"""What the prover asks of atoms and expressions while it goes from region to region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from actc.calculus.atoms import orient, polynomial
from actc.calculus.balls import evaluate
from actc.calculus.intervals import of_domain
from actc.calculus.ranges import Box
from actc.calculus.roots import solve
from actc.model.algebra import compare
from actc.model.domain import Domain
from actc.model.expr import NAN, UNDEFINED, ZERO, Expr, number, postorder, substitute

_COMPARED = {-1: "lt", 0: "eq", 1: "gt"}

Signs = tuple[tuple[Expr, int], ...]
"""Atoms with their signs."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the space of inputs and parameters: where atoms have these signs, 0 among them.

    A symbol of ``bindings`` has the value that goes with it, in the symbols that are not bound or are bound after it.
    What is ``vanishing`` is zero all over the region, for the bindings make it so.
    """

    signs: Signs
    bindings: tuple[tuple[Expr, Expr], ...] = ()
    vanishing: tuple[Expr, ...] = ()

    def is_empty(self, domains: Mapping[str, Domain]) -> bool:
        """Whether it certainly has no points: by the zeros of its atoms, or by their ranges."""
        if any(not sign and len(atom.free) == 1 and solve(atom, min(atom.free)) == () for atom, sign in self.signs):
            return True
        box: Box | None = Box({name: of_domain(domain) for name, domain in domains.items()})
        for atom, sign in self.signs:
            box = None if box is None else box.refined(compare(_COMPARED[sign], atom, ZERO))
        return box is None


def is_plain(atom: Expr) -> bool:
    """Whether it is a polynomial in symbols and constants, which vanishes on no region."""
    terms = polynomial(atom)
    return (
        terms is not None
        and len(terms) > 0
        and all(leaf.op in ("symbol", "constant") for term in terms for leaf, _ in term)
    )


def is_uncovered(expr: Expr) -> bool:
    """Whether it has a branch in it that is no number."""
    return any(node in (UNDEFINED, NAN) or node.op == "inf" for node in postorder(expr))


def solved(atom: Expr) -> tuple[Expr, Expr] | None:
    """A symbol and the value for which the atom is zero, where it is linear in one with a number before it."""
    terms = polynomial(atom)
    for term, coefficient in (terms or {}).items():
        if len(term) == 1 and term[0][1] == 1 and term[0][0].op == "symbol":
            leaf = term[0][0]
            if not any(leaf.name in _free(other) for other in terms or () if other != term):
                value = substitute(atom, {leaf: ZERO}) / number(-coefficient)
                known = None if value.free else evaluate(value, {})
                return leaf, number(known) if isinstance(known, Fraction) else value
    return None


def _free(term: tuple[tuple[Expr, int], ...]) -> frozenset[str]:
    return frozenset().union(*(leaf.free for leaf, _ in term))


def substituted(signs: Mapping[Expr, int], leaf: Expr, value: Expr) -> dict[Expr, int] | None:
    """What the signs say once the symbol is replaced; None where they contradict it."""
    moved: dict[Expr, int] = {}
    for atom, sign in signs.items():
        question = orient(substitute(atom, {leaf: value}))
        if not question.atoms:
            if question.constant != sign:
                return None
        elif len(question.atoms) == 1:
            # What says more than one atom's sign is forgotten: less is assumed, so more is shown.
            wanted = question.constant * sign
            if moved.setdefault(question.atoms[0], wanted) != wanted:
                return None
    return moved
