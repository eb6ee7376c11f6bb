"""The one small edit that makes a wrong claim right: what its author most likely meant.

Edits are tried by value at one point, where only what depends on the edited place is computed anew. Whoever uses an
edit checks it at all points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus import hint_edits
from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import UNDEFINED, UNKNOWN, Cell, Marker, ball, compare
from actc.calculus.compare import Judged
from actc.calculus.hint_edits import COMPARISONS, LONGEST, Place, kinds, may_change_conditions
from actc.calculus.sampling import Space
from actc.calculus.tape import Tape, precision
from actc.model.expr import Expr, postorder, size, substitute, symbol
from actc.model.text import to_text

_MOST_NODES = 250  # of a claim that is edited
_MOST_WORK = 40_000  # operations that are computed anew
_SPELLED = 16  # characters of an output that is spelled out
_BITS = 128
_CLOSE = arb(10) ** -25
_OUTPUT = "0output"  # no symbol of the language begins with a digit


def edits(
    claimed: Expr, value: Expr, variable: str, within: Space, point: Judged, *, swaps: bool
) -> Iterator[tuple[Expr, str]]:
    """Claims that differ from this one in one place and have the derivative's value at the point, with a text each.

    With ``swaps`` only branches change places, and defaults are named by their parameters.
    """
    if size(claimed) > _MOST_NODES or size(value) > _MOST_NODES or point.actual is None:
        return
    sheet = _Sheet(claimed, value, point)
    outwards = [n for n in reversed(sheet.order) if n in sheet.written]
    places = [Place(claimed), *(Place(arg, node, i) for node in outwards for i, arg in enumerate(node.args))]
    asked = _asked(claimed)
    for kind in hint_edits.swaps(value, within) if swaps else kinds(value, variable, within):
        for place in places:
            if place.parent in asked and not may_change_conditions(kind):
                continue
            for new, text in kind(place):
                if new is place.node or (new.op in COMPARISONS) != (place.node.op in COMPARISONS):
                    continue
                if place.node is sheet.output and new.args and sheet.output not in postorder(new):
                    continue  # an edit of what is inside of it
                if sheet.agrees(place, new):
                    said = text or _shown(place, new, value)
                    if said:
                        yield sheet.edited(place, new), said
                if sheet.work > _MOST_WORK:
                    return


class _Sheet:
    """The values of all nodes of a claim at one point."""

    def __init__(self, claimed: Expr, value: Expr, point: Judged) -> None:
        self.claimed = claimed
        self.order = list(postorder(claimed))
        nodes = list(postorder(claimed, value))
        self.point = point.sample.point
        self.known: dict[Expr, Cell | bool] = dict(zip(nodes, Tape(*nodes).run(self.point, _BITS), strict=True))
        with precision(_BITS):
            self.target = ball(point.actual) if point.actual is not None else arb("nan")
            self.near = _CLOSE * (1 + abs(self.target))
        self.index = {node: i for i, node in enumerate(self.order)}
        # What is within the output is not in the author's claim, who writes `y`.
        self.output = value if value.args else None
        self.written = frozenset(_without(claimed, self.output))
        self.work = 0

    def agrees(self, place: Place, new: Expr) -> bool:
        """Whether the claim has the derivative's value once the node at the place is another."""
        with precision(_BITS):
            cell = self._value(new)
            if cell is UNDEFINED or cell is UNKNOWN:
                return False
            found = cell if place.parent is None else self._recomputed(place.parent, place.index, cell)
            if isinstance(found, Marker | bool):
                return False
            apart = ball(found) - self.target
            return bool(abs(apart).upper() < self.near)

    def _recomputed(self, parent: Expr, index: int, cell: Cell | bool) -> Cell | bool:
        """The claim's value once an argument has another."""
        args = [cell if i == index else self.known[a] for i, a in enumerate(parent.args)]
        changed: dict[Expr, Cell | bool] = {parent: _computed(parent.op, args)}
        for node in self.order[self.index[parent] + 1 :]:
            if node is not self.output and any(a in changed for a in node.args):
                changed[node] = _computed(node.op, [changed.get(a, self.known[a]) for a in node.args])
        self.work += len(changed)
        return changed[self.claimed]

    def _value(self, node: Expr) -> Cell | bool:
        known = self.known.get(node)
        if known is None:
            args = [self._value(a) for a in node.args]
            known = _computed(node.op, args) if args else Tape(node).run(self.point, _BITS)[0]
            self.known[node] = known
            self.work += 1
        return known

    def edited(self, place: Place, new: Expr) -> Expr:
        """The claim with another node at the place."""
        if place.parent is None:
            return new
        if self.output is None or self.output is self.claimed:
            return substitute(self.claimed, {place.parent: place.around(new)})
        hidden = {self.output: symbol(_OUTPUT)}
        outside, parent = substitute(self.claimed, hidden), substitute(place.parent, hidden)
        edited = substitute(outside, {parent: substitute(place.around(new), hidden)})
        return substitute(edited, {symbol(_OUTPUT): self.output})


def _without(claimed: Expr, output: Expr | None) -> Iterator[Expr]:
    """The nodes that a claim has besides those within the output."""
    seen: set[Expr] = set()
    waiting = [claimed]
    while waiting:
        node = waiting.pop()
        if node not in seen and node is not output:
            seen.add(node)
            waiting += node.args
            yield node


def _computed(op: str, args: Sequence[Cell | bool]) -> Cell | bool:
    if op == "where":
        return (args[1] if args[0] else args[2]) if isinstance(args[0], bool) else UNKNOWN
    if op in ("and", "or", "not"):
        truths = [a for a in args if isinstance(a, bool)]
        if len(truths) < len(args):
            return UNKNOWN
        return all(truths) if op == "and" else any(truths) if op == "or" else not truths[0]
    cells = [a for a in args if isinstance(a, fmpq | arb)]
    if len(cells) < len(args):
        return UNDEFINED if UNDEFINED in args else UNKNOWN
    if op in COMPARISONS:
        return compare(op, cells[0], cells[1])
    found = FORMS[op].narrow(*cells)
    return UNKNOWN if isinstance(found, arb) and not found.is_finite() else found


def _asked(claimed: Expr) -> frozenset[Expr]:
    """The nodes that conditions are made of, and the conditions."""
    conditions = [node for node in postorder(claimed) if node.is_condition]
    return frozenset(postorder(*conditions))


def _shown(place: Place, new: Expr, value: Expr) -> str:
    """The new text and the old, with as much around it as makes a leaf plain; "" where that would be long."""
    old = place.node
    if place.parent is not None and (not old.args or (old.op == "neg" and not old.args[0].args)):
        old, new = place.parent, place.around(new)
    texts = to_text(old), to_text(new)
    if len(to_text(value)) > _SPELLED or max(len(t) for t in texts) > LONGEST:
        texts = _with_output(old, new, value) or texts
    if max(len(t) for t in texts) > LONGEST or texts[0] == texts[1]:
        return ""
    return f"right with `{texts[1]}` for `{texts[0]}`"


def _with_output(old: Expr, new: Expr, value: Expr) -> tuple[str, str] | None:
    """Both with ``y`` for the activation's output; None where one has it and the other has not."""
    texts = [to_text(substitute(e, {value: symbol("y")})) for e in (old, new)]
    return (texts[0], texts[1]) if all(t != to_text(e) for t, e in zip(texts, (old, new), strict=True)) else None


def telling(points: Sequence[Judged], defaults: Mapping[str, Fraction]) -> list[Judged]:
    """The points at which few things are equal by chance come first: where no coordinate is an integer or a default."""

    def rank(one: Judged) -> tuple[int, int, int]:
        numbers = [abs(v) for v in one.sample.point.values()]
        odd = sum(v.denominator > 2 and Fraction(1, 10) <= v <= 4 for v in numbers)
        away = sum(one.sample.point[n] != v for n, v in defaults.items())
        return (
            -odd,
            -min(away, len(set(numbers))),
            sum(v.numerator.bit_length() + v.denominator.bit_length() for v in numbers),
        )

    return sorted((p for p in points if p.actual is not None and p.claimed is not None), key=rank)
