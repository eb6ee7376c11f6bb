"""Whether an activation is real and finite at every input in its domain, and for which parameters.

The answer is a witness, a proof, or neither; a removable singularity is none of the three but listed. The search for
witnesses is counted, and what counts as proof are ranges, exact signs between the zeros of guards, and cases of signs.
That a singularity is removable rests on one-sided limits (``limits``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from actc.calculus.ball_operations import UNDEFINED
from actc.calculus.balls import evaluate
from actc.calculus.blame import NO_BRANCH, blamed
from actc.calculus.borders import Coordinate, guards_of
from actc.calculus.branches import orient
from actc.calculus.cases import proved_everywhere
from actc.calculus.domain_choices import settings, suggestions
from actc.calculus.intervals import Interval, of_domain
from actc.calculus.limits import two_sided_limit
from actc.calculus.line import Gap, judge_line
from actc.calculus.roots import solve
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.model.expr import Expr, number, postorder, substitute, symbol
from actc.model.operations import OPERATIONS

_OTHERS = tuple(Fraction(n, d) for n, d in ((1, 1), (0, 1), (-1, 1), (2, 1), (-1, 2), (31, 7)))
_MOST_LINES = 36  # of a function of several inputs


@dataclass(frozen=True, slots=True)
class Witness:
    """A point of the domains at which the expression is certainly not a real number."""

    at: tuple[tuple[str, Fraction | arb], ...]  # inputs, and parameters that are not at their defaults
    reason: str  # "`log` of -1", "division by zero", "no branch of Piecewise holds"

    @property
    def is_uncovered(self) -> bool:
        """Whether a ``Piecewise`` has no branch there."""
        return self.reason == NO_BRANCH

    @property
    def is_exact(self) -> bool:
        """Whether every coordinate is rational; a ball surrounds an irrational pole."""
        return all(isinstance(value, Fraction) for _, value in self.at)


@dataclass(frozen=True, slots=True)
class Removable:
    """A singularity that a limit fills."""

    variable: str
    location: Expr | None  # in the other symbols; None where there is no closed form
    value: Fraction | arb  # the location at the defaults (and at the other inputs that were looked at)
    limit: Fraction | arb  # the limit there


@dataclass(frozen=True, slots=True)
class Definedness:
    """Where an expression is real and finite. Singularities that are removable do not count against it."""

    witness: Witness | None  # at the defaults
    removable: tuple[Removable, ...]
    proved: bool  # everywhere, at the defaults
    parameter_witness: Witness | None  # with parameters elsewhere in their domains
    suggested: tuple[str, str] | None  # a parameter and a domain that rules the parameter's witness out
    proved_for_all: bool  # everywhere, for all parameters in their domains


def judge(activation: Activation) -> Definedness:
    """Where the activation is real and finite."""
    return judge_expression(activation.value.expr, activation)


def judge_expression(expr: Expr, activation: Activation) -> Definedness:
    """Where an expression in the activation's symbols (a surrogate, say) is real and finite, on the same domains."""
    inputs = {given.name: given.domain for given in activation.inputs}
    parameters = {p.name: p.domain for p in activation.parameters}
    return _Judge(expr, inputs, parameters, activation.defaults).judge()


class _Judge:
    def __init__(
        self,
        expr: Expr,
        inputs: Mapping[str, Domain],
        parameters: Mapping[str, Domain],
        defaults: Mapping[str, Expr],
    ) -> None:
        self.expr = expr
        self.inputs = {name: domain for name, domain in inputs.items() if name in expr.free}
        self.parameters = {name: domain for name, domain in parameters.items() if name in expr.free}
        self.defaults = {name: defaults[name] for name in self.parameters}

    def judge(self) -> Definedness:
        if proved_everywhere(self.expr, self._env(self.parameters)):
            return Definedness(None, (), True, None, None, True)
        witness, gaps, proved = self._at(self.defaults)
        removable = tuple(self._removable(variable, gap) for variable, gap in gaps)
        if witness is not None or not self.parameters:
            return Definedness(witness, removable, proved, None, None, proved)
        atoms = [a for variable, gap in gaps for a in self._atoms_of(variable, gap)]
        proved_for_all = bool(proved and atoms) and proved_everywhere(self.expr, self._env(self.parameters), atoms)
        other = self._elsewhere(proved_for_all=proved_for_all)
        if other is None:
            return Definedness(None, removable, proved, None, None, proved_for_all)
        return Definedness(None, removable, proved, other, self._suggestion(other), False)

    def _env(self, parameters: Mapping[str, Domain]) -> dict[str, Interval]:
        return {name: of_domain(domain) for name, domain in {**self.inputs, **parameters}.items()}

    def _at(
        self, setting: Mapping[str, Expr], *, prove: bool = True
    ) -> tuple[Witness | None, list[tuple[str, Gap]], bool]:
        """Witness, gaps and proof with the parameters at given values."""
        expr = substitute(self.expr, {symbol(name): value for name, value in setting.items()})
        names = [name for name in self.inputs if name in expr.free]
        if not names:
            value = evaluate(expr, {}, 256)
            found = blamed(expr, {}) if value is UNDEFINED else None
            witness = None if found is None else Witness(self._full({}), found[1])
            return witness, [], isinstance(value, Fraction | arb)
        if len(names) == 1:
            line = judge_line(expr, names[0], self.inputs[names[0]], prove=prove)
            gaps = [(names[0], gap) for gap in line.gaps]
            if line.witness is None:
                return None, gaps, line.proved
            x, why = line.witness
            return Witness(self._full({names[0]: x}), why), gaps, False
        return self._several(expr, names, prove=prove)

    def _several(
        self, expr: Expr, names: list[str], *, prove: bool
    ) -> tuple[Witness | None, list[tuple[str, Gap]], bool]:
        """A function of several inputs: proofs in the whole space, witnesses along lines through it."""
        env = {name: of_domain(self.inputs[name]) for name in names}
        if proved_everywhere(expr, env):
            return None, [], True
        gaps: dict[tuple[str, Expr], tuple[str, Gap]] = {}
        singular = _singular_atoms(expr)

        def note(variable: str, point: Mapping[str, Coordinate], gap: Gap) -> None:
            for atom in singular:
                if variable in atom.free and _is_zero(atom, point):
                    key = Gap(gap.location, gap.value, gap.limit, (atom,))
                    gaps.setdefault((variable, atom), (variable, key))

        for variable, fixed in self._lines(names):
            alone = substitute(expr, {symbol(name): number(value) for name, value in fixed.items()})
            if variable not in alone.free:
                continue
            line = judge_line(alone, variable, self.inputs[variable], prove=False)
            for gap in line.gaps:
                note(variable, {**fixed, variable: gap.value}, gap)
            if line.witness is None:
                continue
            x, why = line.witness
            point = {**fixed, variable: x}
            across = None if why == NO_BRANCH else _filled_across(expr, point, variable)
            if across is None:
                return Witness(self._full(point), why), [], False
            note(across[0], point, Gap(point[across[0]], point[across[0]], across[1], ()))
        atoms = [a for _, gap in gaps.values() for a in gap.atoms]
        proved = prove and bool(atoms) and proved_everywhere(expr, env, atoms)
        return None, list(gaps.values()), proved

    def _lines(self, names: list[str]) -> Iterator[tuple[str, dict[str, Fraction]]]:
        count = 0
        for i in range(len(_OTHERS)):
            for variable in names:
                for shift in (0, 1):
                    others = [n for n in names if n != variable]
                    fixed = {n: _OTHERS[(i + k * shift) % len(_OTHERS)] for k, n in enumerate(others)}
                    inside = all(self.inputs[n].contains(v) for n, v in fixed.items())
                    if inside and count < _MOST_LINES:
                        count += 1
                        yield variable, fixed

    def _full(self, at: Mapping[str, Coordinate]) -> tuple[tuple[str, Coordinate], ...]:
        """A point with every input, where any value would do for those that are missing."""
        found: list[tuple[str, Coordinate]] = []
        for name, domain in self.inputs.items():
            anything = next((v for v in _OTHERS if domain.contains(v)), Fraction(0))
            found.append((name, at.get(name, anything)))
        return tuple(found)

    def _atoms_of(self, variable: str, gap: Gap) -> list[Expr]:
        """The atoms, parameters and all, that vanish at the gap."""
        defaults = {symbol(n): v for n, v in self.defaults.items()}
        if not gap.atoms:
            return []
        return [
            atom
            for atom in _singular_atoms(self.expr)
            if variable in atom.free and set(orient(substitute(atom, defaults)).atoms) & set(gap.atoms)
        ]

    def _removable(self, variable: str, gap: Gap) -> Removable:
        """The gap with its location in terms of the parameters, where that can be had."""
        location = gap.location if isinstance(gap.location, Expr) else None
        for atom in self._atoms_of(variable, gap):
            for root in solve(atom, variable) or ():
                at_defaults = substitute(root, {symbol(n): v for n, v in self.defaults.items()})
                value = None if at_defaults.free else evaluate(at_defaults, {}, 256)
                same = value == gap.value if isinstance(value, Fraction) else None
                if same is None and isinstance(value, arb) and isinstance(gap.value, arb):
                    same = bool(value.overlaps(gap.value))
                if same or at_defaults.free:
                    return Removable(variable, root, gap.value, gap.limit)
        return Removable(variable, location, gap.value, gap.limit)

    def _elsewhere(self, *, proved_for_all: bool) -> Witness | None:
        """A witness with as few parameters away from their defaults as will do."""
        for setting in settings(self.expr, self.parameters, self.defaults, few=proved_for_all):
            witness = self._with(setting)
            if witness is None:
                continue
            for name in list(setting):
                fewer = {n: v for n, v in setting.items() if n != name}
                found = self._with(fewer) if fewer else None
                if found is not None:
                    setting, witness = fewer, found
            return witness
        return None

    def _with(self, setting: Mapping[str, Fraction]) -> Witness | None:
        values = {**self.defaults, **{name: number(value) for name, value in setting.items()}}
        witness, _, _ = self._at(values, prove=False)
        return None if witness is None else Witness((*witness.at, *setting.items()), witness.reason)

    def _suggestion(self, witness: Witness) -> tuple[str, str] | None:
        """A narrower domain of one parameter that cures what the witness shows, the others at their defaults."""
        at = dict(witness.at)
        for name in self.parameters:
            default = evaluate(self.defaults[name], {}, 256)
            if name not in at or at[name] == default or not isinstance(default, Fraction | arb):
                continue
            rest = {symbol(n): v for n, v in self.defaults.items() if n != name}
            alone = substitute(self.expr, rest)
            inputs = {n: d for n, d in self.inputs.items() if n in alone.free}
            value = at[name]
            unproved: list[Domain] = []
            for domain in suggestions(self.parameters[name], default):
                if isinstance(value, Fraction) and domain.contains(value):
                    continue
                if proved_everywhere(alone, {n: of_domain(d) for n, d in {**inputs, name: domain}.items()}):
                    return name, domain.text
                unproved.append(domain)
            for domain in unproved[:8]:
                inner = _Judge(alone, inputs, {name: domain}, self.defaults)
                if inner._elsewhere(proved_for_all=False) is None:
                    return name, domain.text
        return None


def _singular_atoms(expr: Expr) -> list[Expr]:
    """The atoms at whose zeros an operation is not defined, other than roots."""
    operations = [n for n in postorder(expr) if n.op in OPERATIONS and OPERATIONS[n.op].defined is not None]
    return list(dict.fromkeys(a for node in operations for g in guards_of(node) for a in orient(g).atoms))


def _filled_across(expr: Expr, point: Mapping[str, Coordinate], along: str) -> tuple[str, Coordinate] | None:
    """Another variable along which a limit fills the point: sin(b)/b + a at b = 0 has none along a."""
    for name, value in point.items():
        rest = {n: v for n, v in point.items() if n != name}
        limit = None if name == along else two_sided_limit(expr, name, value, rest)
        if limit is not None:
            return name, limit
    return None


def _is_zero(atom: Expr, point: Mapping[str, Coordinate]) -> bool:
    value = evaluate(atom, point, 256)
    return value == 0 if isinstance(value, Fraction) else isinstance(value, arb) and bool(value.contains(0))
