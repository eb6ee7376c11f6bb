"""One suspected relation between an activation and a shipped one: its proof, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from flint import arb

from actc.calculus.balls import evaluate
from actc.calculus.prove import prove_same
from actc.calculus.samples import disagreement
from actc.calculus.sampling_values import choices
from actc.calculus.single_points import same_at_borders
from actc.calculus.tape import rational as middle
from actc.model.activation import Activation
from actc.model.algebra import add, divide, multiply
from actc.model.domain import Domain
from actc.model.expr import ONE, ZERO, Expr, apply, number, substitute, symbol
from actc.model.relative import Relative
from actc.model.text import to_text

_POINTS = 18  # at which it is compared before a proof is tried


@dataclass(frozen=True, slots=True)
class Guess:
    """That an activation, with some parameters fixed, is ``factor*g(scale*x) + shift`` for a shipped g."""

    of: Activation  # the shipped one
    at: tuple[tuple[str, Expr], ...]  # the activation's fixed parameters
    order: tuple[str, ...]  # the activation's inputs in the places of the shipped one's
    parameters: tuple[Expr, ...]  # the shipped one's, in their order
    scale: Expr = ONE
    factor: Expr = ONE
    shift: Expr = ZERO

    @property
    def is_plain(self) -> bool:
        """Whether nothing is scaled or shifted."""
        return self.scale is ONE and self.factor is ONE and self.shift is ZERO

    @property
    def is_renaming(self) -> bool:
        """Whether it holds for all parameters on both sides, which have other names at most."""
        names = {p for p in self.parameters if p.op == "symbol"}
        return self.is_plain and not self.at and len(names) == len(self.parameters)


def is_likely(activation: Activation, guess: Guess) -> bool:
    """Whether nothing speaks against it at a few more points, or in how the two are trained."""
    if bool(activation.surrogates) != bool(guess.of.surrogates):
        return False
    domains = _common_domains(activation, guess)
    if domains is None:
        return False
    shown = substitute(activation.value.expr, {symbol(name): value for name, value in guess.at})
    return disagreement(_put_in(guess, guess.of.value.expr), shown, shown, domains, _POINTS, seed=3) is None


def prove(activation: Activation, guess: Guess) -> Relative | None:
    """The relation, if it is proved and holds at single points and for surrogate gradients too; else None.

    What is proved is equality wherever the activation is defined, its domains narrowed to those of the shipped one.
    """
    fixed = {symbol(name): value for name, value in guess.at}
    shown = substitute(activation.value.expr, fixed)
    other = _put_in(guess, guess.of.value.expr)
    domains = _common_domains(activation, guess)
    if domains is None or not _is_inside(guess, domains):
        return None
    if not prove_same(other, shown, domains).holds or not same_at_borders(activation, other, shown, domains):
        return None
    if not _same_surrogates(activation, guess, fixed, domains):
        return None
    narrowed = _narrowed(activation, guess, domains)
    return Relative(
        guess.of.name,
        f"equals {_words(activation, guess)}{narrowed}",
        not guess.at and not narrowed,
        tuple((name, to_text(value)) for name, value in guess.at),
        tuple((p.name, to_text(e)) for p, e in zip(guess.of.parameters, guess.parameters, strict=True)),
    )


def _put_in(guess: Guess, expr: Expr) -> Expr:
    """A formula of the shipped one in the activation's inputs and parameters, scaled and shifted."""
    places = {
        symbol(i.name): multiply(guess.scale, symbol(n)) for i, n in zip(guess.of.inputs, guess.order, strict=True)
    }
    places |= {symbol(p.name): e for p, e in zip(guess.of.parameters, guess.parameters, strict=True)}
    return add(multiply(guess.factor, substitute(expr, places)), guess.shift)


def _common_domains(activation: Activation, guess: Guess) -> dict[str, Domain] | None:
    """The activation's domains; a parameter that is one of the shipped one's lies in both. None if they are apart."""
    domains = {name: d for name, d in activation.domains.items() if name not in dict(guess.at)}
    for given, name in zip(guess.of.inputs, guess.order, strict=True):
        if not given.domain.is_real_line and (guess.scale is not ONE or not _within(domains[name], given.domain)):
            return None
    for parameter, expr in zip(guess.of.parameters, guess.parameters, strict=True):
        if expr.op == "symbol":
            both = _intersection(domains[expr.name], parameter.domain)
            if both is None:
                return None
            domains[expr.name] = both
    return domains


def _within(inner: Domain, outer: Domain) -> bool:
    both = _intersection(inner, outer)
    return both is not None and _set(both) == _set(inner)


def _set(domain: Domain) -> tuple[object, ...]:
    low_open = domain.low is None or domain.low_open
    high_open = domain.high is None or domain.high_open
    zero = domain.nonzero and Domain(low=domain.low, high=domain.high, low_open=low_open, high_open=high_open).contains(
        Fraction(0)
    )
    return domain.low, low_open, domain.high, high_open, zero, domain.integer


def _intersection(a: Domain, b: Domain) -> Domain | None:
    """The numbers in both; None where there are none. It is one of the two where that says it all."""
    low, low_open = max((-_INF if d.low is None else d.low, d.low is None or d.low_open) for d in (a, b))
    high, closed = min((_INF if d.high is None else d.high, not (d.high is None or d.high_open)) for d in (a, b))
    if low > high or (low == high and (low_open or not closed)):
        return None
    both = Domain(
        "", None if low == -_INF else Fraction(low), None if high == _INF else Fraction(high), low_open, not closed,
        a.nonzero or b.nonzero, a.integer or b.integer,
    )  # fmt: skip
    return next((d for d in (a, b) if _set(d) == _set(both)), both)


_INF = float("inf")


def _is_inside(guess: Guess, domains: Mapping[str, Domain]) -> bool:
    """Whether the shipped one's parameters lie in their domains, as far as can be told by trying."""
    for parameter, expr in zip(guess.of.parameters, guess.parameters, strict=True):
        if parameter.domain.is_real_line or expr.op == "symbol":
            continue
        names = sorted(expr.free)
        for values in product(*(_tried(domains[name]) for name in names)):
            value = evaluate(expr, dict(zip(names, values, strict=True)))
            if isinstance(value, arb):
                value = middle(value)
            if not isinstance(value, Fraction) or not parameter.domain.contains(value):
                return False
    return True


def _tried(domain: Domain) -> tuple[Fraction, ...]:
    ends = tuple(e for e in (domain.low, domain.high) if e is not None and domain.contains(e))
    return (*ends, *choices(domain)[:10])


def _same_surrogates(
    activation: Activation, guess: Guess, fixed: Mapping[Expr, Expr], domains: Mapping[str, Domain]
) -> bool:
    """Two that are trained by gradients of their own are equal only if these are."""
    ours, theirs = dict(activation.surrogates), dict(guess.of.surrogates)
    if not ours and not theirs:
        return True
    if not guess.is_plain or guess.at or any(e.op != "symbol" for e in guess.parameters):
        return False
    renamed = {i.name: name for i, name in zip(guess.of.inputs, guess.order, strict=True)}
    renamed |= {p.name: e.name for p, e in zip(guess.of.parameters, guess.parameters, strict=True)}
    if {renamed[name] for name in theirs} != set(ours):
        return False
    pairs = ((_put_in(guess, theirs[name].expr), ours[renamed[name]].expr) for name in theirs)
    return all(
        prove_same(a, substitute(b, dict(fixed)), domains).holds and same_at_borders(activation, a, b, domains)
        for a, b in pairs
    )


def _narrowed(activation: Activation, guess: Guess, domains: Mapping[str, Domain]) -> str:
    """What is said where the shipped one takes fewer values of a parameter, or this one fewer inputs."""
    notes = []
    for parameter, expr in zip(guess.of.parameters, guess.parameters, strict=True):
        if expr.op == "symbol" and _set(domains[expr.name]) != _set(activation.domains[expr.name]):
            notes.append(_membership(expr.name, parameter.domain))
    for given, name in zip(guess.of.inputs, guess.order, strict=True):
        if _set(given.domain) != _set(activation.domains[name]):
            notes.append(_membership(name, activation.domains[name]))
    return f" where {' and '.join(dict.fromkeys(notes))}" if notes else ""


def _membership(name: str, domain: Domain) -> str:
    text = domain.text
    if text[:1] in "[(":
        return f"{name} is in {text}"
    return f"{name} is a {text}" if domain.integer else f"{name} is {text}"


def _words(activation: Activation, guess: Guess) -> str:
    """``2*tanh(x/2)``, ``swish with beta = 1/t``, ``silu at beta = 1``."""
    text = guess.of.name
    given = [
        (p.name, e)
        for p, e in zip(guess.of.parameters, guess.parameters, strict=True)
        if not (e.op == "symbol" and e.name == p.name)
    ]
    if not guess.is_plain:
        argument = to_text(_product(guess.scale, symbol(guess.order[0])))
        call = f"{text}({', '.join((argument, *(f'{name} = {to_text(e)}' for name, e in given)))})"
        return to_text(add(_product(guess.factor, symbol(call)), guess.shift))
    if guess.order != tuple(i.name for i in activation.inputs) or (len(guess.order) > 1 and _are_crossed(guess)):
        pairs = zip(guess.of.inputs, guess.order, strict=True)
        text += " with " + ", ".join(f"{i.name} = {name}" for i, name in pairs if i.name != name)
    own = list(guess.at)
    if own and own == given:
        return f"{text}, both at {_equations(own)}"
    if given:
        linked = ", " if " with " in text else " with " if any(e.free for _, e in given) else " at "
        text += linked + _equations(given)
    if own:
        text += (", when " if " with " in text or given else " at ") + _equations(own)
    return text


def _are_crossed(guess: Guess) -> bool:
    """Whether an input stands in the place of another one that has a name of its own here."""
    names = [i.name for i in guess.of.inputs]
    return set(names) == set(guess.order) and names != list(guess.order)


def _equations(pairs: list[tuple[str, Expr]]) -> str:
    return ", ".join(f"{name} = {to_text(value)}" for name, value in pairs)


def _product(factor: Expr, expr: Expr) -> Expr:
    """As one would write it: x/2, -x, 3*x/2."""
    if factor.is_number and factor.number.denominator != 1 and "." not in to_text(factor):
        above = multiply(number(factor.number.numerator), expr)
        return apply("div", above, number(factor.number.denominator))
    if factor.op == "div" and factor.args[0] is ONE:
        return divide(expr, factor.args[1])
    return multiply(factor, expr) if factor.op != "neg" else apply("neg", multiply(factor.args[0], expr))
