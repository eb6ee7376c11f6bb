"""How a verdict was reached, in a line: for reports, docstrings and the JSON.

The words follow what happened. An identity is named after what its two sides are rational functions of, once both are
in normal form; a sign is named if the argument was made for each value of it. What each word rests on is in
``docs/proofs.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actc.calculus.normal_form.identity import Identity, Used
from actc.model.expr import Expr, fold
from actc.model.text import to_text

CERTIFIED_DIFFERENCE = "a point at which ball arithmetic separates the two"
"""How a claim is refuted: the enclosure of the difference excludes zero."""

CERTIFIED_UNDEFINED = "a point at which the claim is certainly not a real number, and the derivative is"
"""How a claim is refuted that is undefined where it may not be."""

HIDDEN = "#"
"""How the symbol begins that stands for a part with branches, where these do not matter."""

_LONGEST = 40  # of one expression that is shown
_MOST_SHOWN = 6
_MOST_SIGNS = 3

_OPAQUE = frozenset({"erf", "gamma", "floor", "round", "atan2"})  # and the polygamma functions


@dataclass(frozen=True, slots=True)
class Shown:
    """One region in which the two sides were shown to be equal."""

    signs: tuple[tuple[Expr, int], ...]  # the region: atoms with their signs
    identity: Identity | None  # None where both sides are one and the same expression


def proof_text(regions: Sequence[Shown]) -> str:
    """The method of a proof: ``by cases on the sign of x: identity of rational functions in x, exp(x)``."""
    regions = [region for region in regions if region.identity is None or region.identity.cases]  # others are empty
    whole = Identity(cases=0)
    for region in regions:
        whole = whole.joined(region.identity or Identity())
    words = _identity(whole, same=all(region.identity is None for region in regions))
    return f"{_cases(regions, whole)}: {words}" if whole.cases > 1 else words


def verified_text(points: int, digits: int) -> str:
    """What stands behind a claim that was neither proved nor refuted."""
    return f"agreement at {points} points to {digits} digits"


def _identity(found: Identity, *, same: bool) -> str:
    if same:
        return "identical expressions"
    if not found.used:
        return "equal numbers"
    moving = [g for g in found.used if not g.fixed]
    inside = _listed(g.label for g in moving or found.used)
    opaque = _opaque(found.used)
    unknown = f"; {' and '.join(opaque)} taken as unknown" if opaque else ""
    if not moving:
        return f"equal numbers, as rational functions of {inside}{unknown}"
    if any(g.root and g.kind == "power" for g in moving):
        kind = "algebraic functions"
    else:
        kind = "rational functions" if found.divides else "polynomials"
    return f"identity of {kind} in {inside}{unknown}"


def _opaque(used: Iterable[Used]) -> list[str]:
    """The functions of which nothing is used but their parity, their shifts, and that equal arguments agree."""
    inside = (g for g in used if g.kind in _OPAQUE or g.kind.startswith("polygamma"))
    return list(dict.fromkeys(g.label.partition("(")[0] for g in inside))


def _cases(regions: Sequence[Shown], whole: Identity) -> str:
    """``by cases on the sign of x - 1``."""
    signs = dict.fromkeys([*(_atom_text(atom) for atom in _splitting(regions)), *whole.asked])
    shown = [text for text in signs if text and len(text) <= _LONGEST and "..." not in text][:_MOST_SIGNS]
    if not shown:
        return f"by {whole.cases} cases of signs"
    if len(signs) == 1 and whole.cases <= 3:
        return f"by cases on the sign of {shown[0]}"
    more = len(signs) - len(shown)
    listed = ", ".join(shown) + (f" and {more} more" if more else "")
    return f"by cases on the sign{'s' if len(signs) > 1 else ''} of {listed} ({whole.cases} cases)"


def _splitting(regions: Sequence[Shown]) -> list[Expr]:
    """The atoms that do not have one sign in all of the regions, in the order in which they were split on."""
    seen: dict[Expr, set[int]] = {}
    count: dict[Expr, int] = {}
    for region in regions:
        for atom, sign in region.signs:
            seen.setdefault(atom, set()).add(sign)
            count[atom] = count.get(atom, 0) + 1
    return [atom for atom, signs in seen.items() if len(signs) > 1 or count[atom] < len(regions)]


def _atom_text(atom: Expr) -> str:
    """The atom's spelling; "" where it is too long to be shown (or so shared that it is longer than it looks)."""
    length = fold(atom, lambda node, args: min(sum(args) + 1, _LONGEST + 1))
    return to_text(atom) if length <= _LONGEST else ""


def _listed(labels: Iterable[str]) -> str:
    """The labels; of a long one the function alone, and of branches that were left as they are how many there are."""
    every = list(dict.fromkeys(labels))
    branching = [x for x in every if x.startswith(HIDDEN)]
    short = (
        x if len(x) <= _LONGEST and "..." not in x and HIDDEN not in x else f"{x.partition('(')[0]}(...)"
        for x in every
        if x not in branching
    )
    listed = list(dict.fromkeys(short))
    rest = len(listed) - _MOST_SHOWN
    parts = listed[:_MOST_SHOWN] + ([f"{rest} more"] if rest > 0 else [])
    parts += [f"{len(branching)} branching parts"] if branching else []
    return ", ".join(parts)
