"""Proofs that a claim is the derivative, region by region."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from actc.calculus.balls import sign_of as sign_at
from actc.calculus.branches import atoms, guards, live_guards, orient, resolve
from actc.calculus.cases import proved_everywhere
from actc.calculus.cells import feasible_signs
from actc.calculus.crossings import tidied
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import of_domain
from actc.calculus.method_text import Shown, proof_text
from actc.calculus.monotone import sign_along
from actc.calculus.normal_form import LIMIT, Decision, Outcome, compare
from actc.calculus.regions import Region, is_plain, is_uncovered, solved, substituted
from actc.calculus.samples import disagreement, is_lost, is_seen_nonzero
from actc.calculus.work import GaveUp, Work
from actc.model.algebra import compare as condition
from actc.model.algebra import where
from actc.model.domain import Domain
from actc.model.expr import ONE, UNDEFINED, ZERO, Expr, fold, postorder, rebuild, size, substitute, symbol
from actc.model.operations import OPERATIONS, is_total

Bindings = tuple[tuple[Expr, Expr], ...]

_NODE = 10  # counted work for every node that is resolved
_MOST_OPEN = 8  # regions that are not proved before the rest is only listed
_MOST_LISTED = 48
_LISTING = 200_000  # counted work for it
_MOST_TIES = 24
_BRANCHING = frozenset({"abs", "sign", "min", "max", "where"})
_FEW_BRANCHES = 3  # that are looked at one by one
_POINTS_BEFORE = 5
_POINTS_AFTER = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of the attempt.

    ``open_regions`` are the regions in which the identity was not proved, or not looked at: it may be false there, or
    too hard. ``ties`` are borders between regions on which the claim goes by a formula of its own; a proof does not
    speak of them. ``gave_up`` says that work ran out somewhere, so that nothing is to be read into the failure.
    """

    holds: bool
    method: str  # "by cases on the sign of x: identity of rational functions in x, exp(x)"
    open_regions: tuple[Region, ...]
    gave_up: bool
    ties: tuple[Region, ...] = ()


def prove_equal(
    claimed: Expr,
    function: Expr,
    variable: str,
    domains: Mapping[str, Domain],
    inputs: Collection[str] = (),
) -> Proof:
    """Prove that ``claimed`` is the derivative of ``function`` by the variable.

    That is, wherever the function is defined, away from its kinks and jumps. What is asked of an input for equality
    counts as a kink of the inputs' derivatives, and of a parameter's own; what else is equal is looked at there.

    Raises RuntimeError where a proof and a certain numerical value disagree, which is an error of the prover.
    """
    slope = differentiate(function, variable)
    search = _Search(
        lambda f: differentiate(f, variable),
        variable,
        frozenset((variable, *inputs)),
        frozenset(inputs) if variable in inputs else frozenset((variable,)),
        domains,
        (claimed, slope, function),
    )
    return search.prove(claimed, function)


def prove_same(a: Expr, b: Expr, domains: Mapping[str, Domain]) -> Proof:
    """Prove that two expressions are equal wherever ``b`` is defined, away from jumps. Raises as ``prove_equal``."""
    return _Search(lambda f: f, None, None, frozenset(), domains, (a, b, b)).prove(a, b)


def without_idle_branches(root: Expr, domains: Mapping[str, Domain]) -> Expr:
    """The expression without branches that an identity decides, as cosh(x)**2 - sinh(x)**2 == 1 does everywhere.

    At no point could balls tell that the two are equal.
    """
    wild = [atom for atom in atoms(root) if not is_plain(atom)]
    zeros = [atom for atom in wild if compare(ZERO, atom, domains, {}).outcome is Outcome.ZERO]
    # Where log(x) has no value, log(x) - log(x) is not 0.
    box = {name: of_domain(domain) for name, domain in domains.items()}
    zeros = [atom for atom in zeros if proved_everywhere(atom, box)]
    return resolve(root, dict.fromkeys(zeros, 0)) if zeros else root


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is claimed and what it is claimed of."""

    claimed: Expr
    function: Expr

    def resolved(self, signs: Mapping[Expr, int], beside: Mapping[Expr, int] | None = None) -> _Sides:
        return _Sides(*(_resolved(e, signs, beside) for e in (self.claimed, self.function)))


def _resolved(root: Expr, signs: Mapping[Expr, int], beside: Mapping[Expr, int] | None) -> Expr:
    """What the expression is where the atoms have these signs; a power of 0 goes by the sign of its exponent."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "pow" and args[0] is ZERO and not args[1].is_number:
            exponent = args[1]
            nothing = where(condition("eq", exponent, ZERO), ONE, UNDEFINED)
            return resolve(where(condition("gt", exponent, ZERO), ZERO, nothing), signs, tidy=False, beside=beside)
        return rebuild(node, args)

    return fold(resolve(root, signs, tidy=False, beside=beside), visit)


class _Stop(Exception):  # noqa: N818 - steers the search, no error
    """Enough regions are open."""


@dataclass(slots=True)
class _Search:
    """The search through the regions of one claim."""

    derive: Callable[[Expr], Expr]
    variable: str | None
    moving: frozenset[str] | None  # what takes every value within one tensor; None for all symbols
    sided: frozenset[str]  # along which a kink has its sides
    domains: Mapping[str, Domain]
    whole: tuple[Expr, Expr, Expr]  # both sides and the function as they were given, for the numerical checks
    work: Work = field(default_factory=lambda: Work(LIMIT))
    gave_up: bool = False
    open_regions: list[Region] = field(default_factory=list)
    ties: list[Region] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    nowhere: dict[Expr, bool] = field(default_factory=dict)
    along: dict[Expr, tuple[Expr, int] | None] = field(default_factory=dict)

    def prove(self, claimed: Expr, function: Expr) -> Proof:
        """Look at a few points, then at every region, then at more points."""
        wrong = disagreement(*self.whole, self.domains, _POINTS_BEFORE, seed=1)
        if wrong is not None:
            return Proof(False, "", (_region_at(wrong[0], claimed, function),), False)
        try:
            if not self._at_once(claimed, function):
                self._explore(claimed, function, {})
            self._look_for_gaps(claimed, function)
        except _Stop:
            self._list(_Sides(claimed, function))
        except GaveUp:
            self.gave_up = True
            self._list(_Sides(claimed, function))
        ties = tuple(self.ties)
        if self.open_regions or self.gave_up:
            return Proof(False, "", tuple(self.open_regions), self.gave_up, ties)
        wrong = disagreement(*self.whole, self.domains, _POINTS_AFTER, seed=2)
        if wrong is not None:
            point, real = wrong
            if not real:
                return Proof(False, "", (_region_at(point, claimed, function),), False)
            text = ", ".join(f"{name} = {value}" for name, value in point.items())
            raise RuntimeError(f"proved and yet numerically wrong at {text}: {self.whole[0]!r} for {self.whole[1]!r}")
        return Proof(True, proof_text(self.shown), (), False, ties)

    def _explore(self, claimed: Expr, function: Expr, signs: dict[Expr, int], bindings: Bindings = ()) -> None:
        """Split on the innermost atom that is not decided, until none is left."""
        if len(self.open_regions) >= _MOST_OPEN:
            raise _Stop
        now = _Sides(claimed, function).resolved(signs)
        self.work.spend(_NODE * (size(now.claimed) + size(now.function)))
        asked = [resolve(guard, signs, tidy=False) for guard in live_guards(claimed, signs)]
        atom = next((a for a in atoms(now.function, now.claimed, *asked) if a not in signs), None)
        if atom is None:
            self._region(function, now, tuple(asked), signs, bindings)
            return
        if not is_plain(atom) and not self._vanishes_nowhere(atom, signs):
            decision = compare(ZERO, atom, self.domains, _strict(signs), work=self.work)
            if decision.outcome is Outcome.ZERO and decision.cases:
                self._explore(claimed, function, {**signs, atom: 0}, bindings)
                return
            if decision.somewhere or decision.outcome is Outcome.UNKNOWN:
                # It may vanish on a whole region that no strict sign describes.
                self._leave_open({**signs, atom: 0}, bindings, decision)
                return
            # It is wild: it may vanish on a region, of which nothing more is known.
            self._explore(claimed, function, {**signs, atom: 0}, bindings)
        sides = {s: beside for s in (1, -1) if (beside := self._beside(signs, atom, s)) is not None}
        for beside in sides.values():
            self._explore(claimed, function, beside, bindings)
        if self.moving is None:
            return
        if self.sided & atom.free:
            self._tie(claimed, {**signs, atom: 0}, atom, bindings)
        else:
            self._on_the_edge(_Sides(claimed, function), signs, atom, list(sides), bindings)

    def _beside(self, signs: dict[Expr, int], atom: Expr, sign: int) -> dict[Expr, int] | None:
        """The signs with that of one more atom, and what follows from it; None where they cannot be."""
        further = {**signs, atom: sign}
        if not is_plain(atom):
            if atom not in self.along:
                self.along[atom] = sign_along(atom, self.domains, self.work)
            known = self.along[atom]
            if known is not None:
                factor, direction = known
                implied = 1 if factor is ONE else further.setdefault(factor, sign * direction)
                if implied * direction != sign:
                    return None
        return further if feasible_signs(further, self.domains, self.work) else None

    def _at_once(self, claimed: Expr, function: Expr) -> bool:
        """Whether claim and derivative agree whatever their branches are, so that none has to be looked at.

        A claim that is not real everywhere by its form alone is looked at region by region.
        """
        slope = self.derive(function)
        branching = [node for node in postorder(claimed, slope) if node.op in _BRANCHING]
        if len(branching) < _FEW_BRANCHES or not is_total(claimed):
            return False
        closed = {node: symbol(f"#{i}") for i, node in enumerate(branching)}

        def hide(node: Expr, args: tuple[Expr, ...]) -> Expr:
            return closed[node] if node in closed else rebuild(node, args)

        decision = compare(fold(claimed, hide), fold(slope, hide), self.domains, {}, work=self.work)
        if decision.outcome is not Outcome.ZERO:
            return False
        self.shown.append(Shown((), None if claimed is slope else decision.identity))
        return True

    def _look_for_gaps(
        self, claimed: Expr, function: Expr, signs: Mapping[Expr, int] = MappingProxyType({}), bindings: Bindings = ()
    ) -> None:
        """Whether the claim has no value where a factor made of parameters is zero: ``a/sqrt(1 - cos(a*x))`` at a = 0.

        That is no isolated point, but all of a tensor. Where it has a value there, it is the derivative by continuity.
        """
        if self.moving is None or is_total(claimed):
            return
        for factor in _idle_factors(claimed, self.moving):
            root = solved(factor)
            moved = None if root is None or not self._may_be(*root) else substituted(signs, *root)
            if root is None or moved is None or not feasible_signs(moved, self.domains, self.work):
                continue
            there, value = (substitute(e, {root[0]: root[1]}) for e in (claimed, function))
            if self._is_lost(there, value, moved):
                self.open_regions.append(Region(tuple(moved.items()), (*bindings, root)))

    def _is_lost(self, claimed: Expr, function: Expr, signs: Mapping[Expr, int] = MappingProxyType({})) -> bool:
        """Whether the claim has no value at one of a few generic points, while the derivative has."""
        self.work.spend(_NODE * (size(claimed) + size(function)))
        # With a = 0 put in, sqrt(Abs(a**2*x)) is 0, and so is its derivative.
        return is_lost(claimed, self.derive(tidied(function)), function, self.domains, _POINTS_AFTER, signs, seed=3)

    def _may_be(self, leaf: Expr, value: Expr) -> bool:
        return not value.is_number or self.domains.get(leaf.name, Domain()).contains(value.number)

    def _tie(self, claimed: Expr, signs: dict[Expr, int], atom: Expr, bindings: Bindings) -> None:
        """Where the atom is zero the claim may go by a formula that it has on neither side: ``7 if x == 1``."""
        beside = [resolve(claimed, {**signs, atom: side}, tidy=False) for side in (1, -1)]
        there = resolve(claimed, signs, tidy=False, beside={**signs, atom: 1})
        self.work.spend(_NODE * size(there))
        if there not in beside:
            self._vanish(there, signs, atom, Region((), bindings))
            return
        # a == relu(x) - relu(-x) - x asks for the sign of a, but that shows only where the sign of x is known.
        inner = next((i for outer in atoms(there) for i in atoms(outer) if i not in signs), None)
        if inner is None:
            return
        for side in (1, -1):
            further = {**signs, inner: side}
            if feasible_signs(further, self.domains, self.work):
                self._tie(claimed, further, atom, bindings)

    def _vanish(self, there: Expr, signs: dict[Expr, int], atom: Expr, border: Region) -> None:
        """The part of a border on which one more atom is zero, which is put in where that can be solved."""
        border = Region((), border.bindings, (*border.vanishing, atom))
        root = solved(atom)
        if root is not None:
            moved = substituted({a: s for a, s in signs.items() if a is not atom}, *root)
            if moved is None or not self._may_be(*root) or not feasible_signs(moved, self.domains, self.work):
                return
            signs, there = moved, substitute(there, {root[0]: root[1]})
            border = Region((), (*border.bindings, root), border.vanishing)
        self._part(there, signs, border)

    def _part(self, there: Expr, signs: dict[Expr, int], border: Region) -> None:
        """The parts of a border on which the claim goes by one formula each."""
        there = resolve(there, signs, tidy=False)
        self.work.spend(_NODE * size(there))
        atom = next((a for a in atoms(there) if a not in signs), None)
        if atom is None:
            if len(self.ties) >= _MOST_TIES:
                raise GaveUp
            self.ties.append(Region(tuple(signs.items()), border.bindings, border.vanishing))
            return
        for sign in (1, -1):
            further = {**signs, atom: sign}
            if feasible_signs(further, self.domains, self.work):
                self._part(there, further, border)
        self._vanish(there, {**signs, atom: 0}, atom, border)

    def _on_the_edge(
        self, given: _Sides, signs: dict[Expr, int], atom: Expr, sides: list[int], bindings: Bindings
    ) -> None:
        """An atom of other symbols may vanish for all values of the variable: ``a = 0`` is a region as well."""
        for sign in sides:
            beside = {**signs, atom: sign}
            if given.resolved({**signs, atom: 0}, beside) == given.resolved(beside):
                return  # the same formulas were looked at beside it, and what is identical there is identical here
        root = solved(atom)
        if root is None:
            # Where it vanishes is not put in: what then is shown holds without that.
            self._explore(given.claimed, given.function, {**signs, atom: 0}, bindings)
            return
        leaf, value = root
        if not self._may_be(leaf, value):
            return
        moved = substituted(signs, leaf, value)
        if moved is not None:
            claimed, function = (substitute(e, {leaf: value}) for e in (given.claimed, given.function))
            if self.moving and leaf.name in self.moving and self._is_lost(claimed, function):
                return  # a gap along an input, which a limit fills
            self._explore(claimed, function, moved, (*bindings, root))

    def _region(
        self, function: Expr, now: _Sides, asked: tuple[Expr, ...], signs: dict[Expr, int], bindings: Bindings
    ) -> None:
        """No branch is left: compare normal forms."""
        if is_uncovered(now.function):
            return
        slope = None if is_uncovered(now.claimed) else self._settled(self.derive(now.function), signs)
        if slope is None:
            self._leave_open(signs, bindings, None)
            return
        known = [resolve(guard, signs, tidy=False) for guard in live_guards(function, signs)]
        certain = {atom for guard in known for atom in orient(guard).atoms}
        plain = {a: s for a, s in signs.items() if s and is_plain(a)}
        others = {a: s for a, s in signs.items() if s and a not in plain}
        decision = Decision(Outcome.UNKNOWN)
        # Signs of what is no polynomial are dear to evaluate and seldom needed.
        for extra in ({}, others) if others else ({},):
            decision = compare(
                now.claimed,
                slope,
                self.domains,
                plain | {a: s for a, s in extra.items() if a in certain},
                given=(now.function, *(guard for guard in known if not guards(guard) and not is_total(guard))),
                asked=tuple(guard for guard in asked if not is_total(guard)),
                asked_signs={a: s for a, s in extra.items() if a not in certain},
                generic=self.variable,
                work=self.work,
            )
            if decision.outcome is Outcome.ZERO:
                self.shown.append(Shown(tuple(signs.items()), None if now.claimed is slope else decision.identity))
                self._look_for_gaps(now.claimed, now.function, signs, bindings)
                return
        self._leave_open(signs, bindings, decision)

    def _vanishes_nowhere(self, atom: Expr, signs: Mapping[Expr, int]) -> bool:
        """Whether it is zero on no region."""
        if atom not in self.nowhere:
            self.nowhere[atom] = self._is_nonzero(atom, {})
        return self.nowhere[atom] or self._is_nonzero(atom, signs)

    def _is_nonzero(self, atom: Expr, signs: Mapping[Expr, int]) -> bool:
        if self._differs_from_zero(atom, signs):
            return True
        # What is 0 on a region does not change there: ``x % 2 - 1`` does.
        slopes = (differentiate(atom, name) for name in sorted(atom.free))
        return any(not atoms(slope) and self._differs_from_zero(slope, signs) for slope in slopes)

    def _differs_from_zero(self, expr: Expr, signs: Mapping[Expr, int]) -> bool:
        """Whether its normal form is not zero, and all that stands in it is known to the last."""
        found = compare(ZERO, expr, self.domains, _strict(signs), work=self.work)
        if found.somewhere or found.wild or found.outcome is Outcome.UNKNOWN:
            return False
        # There are identities that the normal form does not know: that of gamma(2*x), gamma(x) and gamma(x + 1/2).
        return is_seen_nonzero(expr, self.domains, _POINTS_AFTER, seed=4)

    def _settled(self, slope: Expr, signs: dict[Expr, int]) -> Expr | None:
        """The slope without the exceptions for single points that differentiation puts in."""
        extra = [a for a in atoms(slope) if a not in signs]
        if not extra:
            return resolve(slope, signs, tidy=False)
        if not all(is_plain(atom) or self._vanishes_nowhere(atom, signs) for atom in extra):
            return None
        return resolve(slope, {**signs, **dict.fromkeys(extra, 1)}, tidy=False)

    def _leave_open(self, signs: dict[Expr, int], bindings: Bindings, decision: Decision | None) -> None:
        self.open_regions.append(Region(tuple(signs.items()), bindings))
        self.gave_up = self.gave_up or (decision is not None and decision.outcome is Outcome.UNKNOWN)

    def _list(self, given: _Sides) -> None:
        """All regions that may have points, proved or not: where a counterexample is to be looked for."""
        work = Work(_LISTING)
        known = set(self.open_regions)
        todo: list[dict[Expr, int]] = [{}]
        try:
            while todo and len(self.open_regions) < _MOST_LISTED:
                signs = todo.pop()
                now = given.resolved(signs)
                work.spend(_NODE * (size(now.claimed) + size(now.function)))
                atom = next((a for a in atoms(now.function, now.claimed) if a not in signs), None)
                if atom is not None:
                    sides = ({**signs, atom: side} for side in (-1, 1))
                    todo += [side for side in sides if feasible_signs(side, self.domains, work)]
                    continue
                region = Region(tuple(signs.items()))
                if region not in known:
                    self.open_regions.append(region)
        except GaveUp:
            return


def _idle_factors(root: Expr, moving: frozenset[str]) -> tuple[Expr, ...]:
    """The factors of arguments that are made of parameters alone: a - b of sin((a - b)*x)."""
    found: dict[Expr, None] = {}
    for node in postorder(root):
        if node.op in OPERATIONS or node.op in ("div", "pow"):
            for arg in node.args:
                if arg.free - moving and not arg.is_condition:
                    factors = orient(arg).atoms
                    found.update(dict.fromkeys(f for f in factors if f.free and not f.free & moving))
    return tuple(found)


def _strict(signs: Mapping[Expr, int]) -> dict[Expr, int]:
    return {atom: sign for atom, sign in signs.items() if sign}


def _region_at(point: Mapping[str, Fraction], *roots: Expr) -> Region:
    # What was compared may be constant, and the point say nothing of a variable on which branches depend.
    known = ((atom, sign_at(atom, point)) for atom in atoms(*roots) if atom.free <= point.keys())
    return Region(tuple((atom, sign) for atom, sign in known if sign is not None))
