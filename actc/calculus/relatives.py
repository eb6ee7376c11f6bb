"""Which shipped activations an activation equals: as it is, with parameters renamed or fixed, scaled.

Values at a few points say who may be meant; whoever is, is proved. The cost is that of table look-ups and of solving an
equation in one unknown where a curve shows that it has a solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations, product

from actc.calculus.curves import Curve
from actc.calculus.fingerprints import Measured, Point, Row, ball, generic, is_constant, points
from actc.calculus.kinship import Guess, is_likely, prove
from actc.calculus.recognise import Known, monomials, recognise
from actc.calculus.sampling import rational
from actc.calculus.shipped_values import MOST_INPUTS, SIMPLE, Catalogue, Setting
from actc.model.activation import Activation
from actc.model.expr import Expr, number, symbol
from actc.model.relative import Relative

MOST = 4  # relatives that are named
_MOST_PROOFS = 6  # that fail
_MOST_SETTINGS = 48  # of parameters fixed
_MOST_STEPS = 30_000  # of evaluations with parameters fixed
_PLAIN = frozenset(SIMPLE[:3])
_ROUGH = 1e-7  # with a parameter that was solved for


def relatives(activation: Activation, catalogue: Catalogue) -> tuple[Relative, ...]:
    """The shipped activations that this one equals, the simplest relation of each; nothing that follows from another.

    Of several input tensors more than three are not looked at. Raises RuntimeError as ``prove_same`` does.
    """
    if len(activation.inputs) > MOST_INPUTS:
        return ()
    return _Search(Measured(activation), catalogue).found()


@dataclass(slots=True)
class _Search:
    subject: Measured
    catalogue: Catalogue
    failed: int = 0  # proofs
    tried: set[Guess] = field(default_factory=set)
    special: bool = False  # what was found last is the shipped ones' at certain values of their parameters

    @property
    def activation(self) -> Activation:
        return self.subject.activation

    def found(self) -> tuple[Relative, ...]:
        """In the order of how much a relation says: for all parameters, scaled, for some parameters."""
        free = {p.name: generic(p.domain, i) for i, p in enumerate(self.activation.parameters)}
        whole = self._equal({}, free, curves=True)
        if free and whole and self.special:
            # To be what another one is at certain values says less than how it comes from a simpler one.
            whole = self._scaled(free) or whole
        return tuple(whole or self._scaled(free) or self._at_values(free))

    def _scaled(self, free: Mapping[str, Fraction]) -> list[Relative]:
        """One that it is with a factor, a shift and a scaled input; the simplest."""
        domains = [i.domain for i in self.activation.inputs]
        if len(domains) > 1 or not domains[0].is_real_line:
            return []
        table = self.catalogue.table(points(domains))
        guesses = table.scaled.guesses(self.subject, free, table.at)
        return [relative for _, relative in self._proved(guesses, 1)]

    def _at_values(self, free: Mapping[str, Fraction]) -> list[Relative]:
        """What it equals with some parameters fixed; not where fewer of them, fixed at the same, say as much."""
        kept: list[tuple[Mapping[str, Fraction], Relative]] = []
        for fixed in self._fixed():
            if len(kept) >= MOST:
                break
            if any(one.items() <= fixed.items() for one, _ in kept):
                continue
            rest = {name: value for name, value in free.items() if name not in fixed}
            curves = len(fixed) == 1 and all(v in _PLAIN for v in fixed.values())
            names = {relative.name for _, relative in kept}
            kept.extend((fixed, r) for r in self._equal(fixed, rest, curves=curves) if r.name not in names)
        return [relative for _, relative in kept]

    def _fixed(self) -> Iterator[dict[str, Fraction]]:
        """Values for one parameter, for two, for three, simple ones first."""
        choices: dict[str, tuple[Fraction, ...]] = {}
        for p in self.activation.parameters:
            ends = tuple(e for e in (p.domain.low, p.domain.high) if e is not None)
            usual = rational(p.default, p.domain)
            choices[p.name] = tuple(v for v in dict.fromkeys((*SIMPLE, usual, *ends)) if p.domain.contains(v))
        left = min(_MOST_SETTINGS, _MOST_STEPS // self.subject.steps)
        for count in (1, 2, 3):
            for names in combinations(choices, count):
                for values in product(*(choices[n] if count == 1 else choices[n][:3] for n in names)):
                    if left == 0:
                        return
                    left -= 1
                    yield dict(zip(names, values, strict=True))

    def _equal(self, fixed: Mapping[str, Fraction], free: Mapping[str, Fraction], *, curves: bool) -> list[Relative]:
        """What it equals with some parameters fixed; ``curves``: also by solving for parameters."""
        guesses: list[Guess] = []
        for order in permutations(range(len(self.subject.inputs))):
            guesses += self._guesses(order, fixed, free, curves=curves)
        found = self._proved(sorted(guesses, key=_weight), 1 if fixed else MOST)
        if not found:
            return []
        # One that holds for all parameters says how this one relates to all others as well.
        general = [r for guess, r in found if all(e.free for e in guess.parameters)]
        self.special = not general
        return general[:1] or [r for _, r in found]

    def _guesses(
        self, order: tuple[int, ...], fixed: Mapping[str, Fraction], free: Mapping[str, Fraction], *, curves: bool
    ) -> Iterator[Guess]:
        """``order``: which inputs stand in the places of the shipped one's."""
        subject = self.subject
        table = self.catalogue.table(points([self.activation.inputs[k].domain for k in order]))
        setting = tuple(fixed.get(name, free.get(name, Fraction(0))) for name in subject.parameters)
        back = [order.index(k) for k in range(len(order))]
        at = tuple(tuple(point[back[k]] for k in range(len(order))) for point in table.at)
        row = subject.row(at, setting)
        if is_constant(row):
            return
        given = tuple((name, number(value)) for name, value in fixed.items())
        names = tuple(subject.inputs[k] for k in order)
        for member, values in table.same(row):
            parameters = _meant(member, values, free)
            if parameters is not None:
                yield Guess(member.activation, given, names, parameters)
        if not curves:
            return
        if not fixed:
            for curve, expr, exact in ((c, e, x) for c in table.stairs for e, x in _exact(subject.constants)):
                if _fits(curve, exact, row, table.at):
                    yield Guess(curve.measured.activation, given, names, _placed(curve, expr, free))
        forms = monomials(free)
        own = tuple(free.values())[:2]
        for curve, root in table.pieces(() if fixed else own).solutions(row):
            near = ball(root)
            if curve.measured.shares(row, table.at, [near if s is None else s for s in curve.setting], _ROUGH):
                for expr in recognise(root, forms, subject.constants):
                    yield Guess(curve.measured.activation, given, names, _placed(curve, expr, free))

    def _proved(self, guesses: Iterable[Guess], most: int) -> list[tuple[Guess, Relative]]:
        """The relations that hold, one for each shipped activation."""
        found: dict[str, tuple[Guess, Relative]] = {}
        for guess in guesses:
            if len(found) >= most or self.failed >= _MOST_PROOFS:
                break
            if guess.of.name in found or guess in self.tried or self._is_self(guess.of):
                continue
            self.tried.add(guess)
            if not is_likely(self.activation, guess):
                continue
            relative = prove(self.activation, guess)
            if relative is None:
                self.failed += 1
            else:
                found[guess.of.name] = guess, relative
        return list(found.values())

    def _is_self(self, other: Activation) -> bool:
        """Whether it is this very activation that ships, or a copy of it."""
        return self.activation.name == other.name and self.activation.value.expr is other.value.expr


def _meant(member: Measured, values: Setting, free: Mapping[str, Fraction]) -> tuple[Expr, ...] | None:
    """What parameters of a table's entry stand for; None where one stands for nothing here."""
    names = {value: name for name, value in free.items()}
    found: list[Expr] = []
    for parameter, value in zip(member.activation.parameters, values, strict=True):
        if value in names:
            found.append(symbol(names[value]))
        elif value == rational(parameter.default, parameter.domain):
            found.append(parameter.default)
        elif value in SIMPLE:
            found.append(number(value))
        else:
            return None
    return tuple(found)


def _exact(constants: Sequence[Known]) -> Iterator[tuple[Expr, Fraction]]:
    return ((expr, expr.number) for expr, _ in constants if expr.is_number)


def _fits(curve: Curve, value: Fraction, row: Row, at: tuple[Point, ...]) -> bool:
    """Whether the row is that of the curve at one value of the parameter."""
    domain = curve.measured.activation.parameters[curve.setting.index(None)].domain
    setting = [value if s is None else s for s in curve.setting]
    return domain.contains(value) and curve.measured.shares(row, at, setting)


def _placed(curve: Curve, expr: Expr, free: Mapping[str, Fraction]) -> tuple[Expr, ...]:
    """The parameters: the expression in the open place, symbols for numbers that stand for them."""
    known = {value: symbol(name) for name, value in free.items()}
    return tuple(expr if s is None else known.get(s, number(s)) for s in curve.setting)


def _weight(guess: Guess) -> tuple[bool, int, int, int, str]:
    """The simplest first: no parameters, the same names, other names, expressions, constants."""
    names = {p.name for p in guess.of.parameters}
    constants = sum(not e.free for e in guess.parameters)
    renamed = sum(not (e.op == "symbol" and e.name in names) for e in guess.parameters)
    formulas = sum(e.op != "symbol" for e in guess.parameters)
    return bool(constants), constants, formulas, renamed, guess.of.name
