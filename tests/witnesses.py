"""The points at which a claim of the corpus is held against the truth: fixed, exact, and where mistakes hide.

A grid, tails of all sizes, both sides of every number and border that the formulas name, parameters at their defaults,
one at a time elsewhere, and all elsewhere together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from fractions import Fraction

from corpus import Document
from mpmath import mp
from oracle import Activation, exact
from oracle_language import CONSTANTS, Formula, UndefinedError

Setting = dict[str, Fraction]

_GRID = [Fraction(k, 13) for k in (-79, -53, -37, -29, -20, -14, -11, -8, -5, -2, 1, 3, 7, 10, 12, 17, 22, 31, 45, 68)]
_TAILS = [Fraction(s * t) for t in (9, 27, 61, 100, 1000) for s in (-1, 1)]
_SMALL = [Fraction(s, 10**k) for k in (2, 9, 20) for s in (-1, 1)]
_ROUND = [Fraction(k) for k in (-3, -2, -1, 0, 1, 2, 3)]
_PARAMETER = [
    *(Fraction(k) for k in (1, 2, -1, 0, 3, 10, -10)),
    *(Fraction(*k) for k in ((1, 3), (-7, 5), (17, 4), (-22, 7), (9, 10), (1, 50), (61, 7), (-1, 9), (5, 2))),
]
_INTEGERS = [Fraction(k) for k in (1, 2, 3, 4, 5, 7, 0, -1, -2, 10)]
_BESIDE = Fraction(1, 10**6)


def points(document: Document, activation: Activation, claim: str) -> Iterator[dict[str, Fraction]]:
    """Inputs and parameters, exact and within their domains, none twice."""
    inputs = {name: Domain.parse(text) for name, text in document.inputs.items()}
    parameters = {name: Domain.parse(domain) for name, (_, domain) in document.parameters.items()}
    defaults = {name: rational(default) for name, (default, _) in document.parameters.items()}
    formulas = [activation.expression, *activation.let.values(), Formula.parse(claim)]
    settings = list(_settings(parameters, defaults, [n for f in formulas for n in _named(f, {})]))
    met = set()
    for place, setting in enumerate(settings):
        named = sorted({n for f in formulas for n in _named(f, setting)})
        borders = [n + s * max(abs(n), Fraction(1)) * _BESIDE for n in named for s in (-1, 0, 1)]
        plain = [*_GRID, *_ROUND, *_TAILS, *_SMALL] if place == 0 else [*_GRID[place % 5 :: 5], *_TAILS[:2]]
        for point in _inputs(inputs, plain, borders):
            whole = {**point, **setting}
            key = tuple(whole.items())
            if key not in met:
                met.add(key)
                yield whole


class Domain:
    """The values that a name may take."""

    def __init__(self, low: Fraction | None, high: Fraction | None, closed: tuple[bool, bool], kind: str) -> None:
        self.low, self.high, self.closed, self.kind = low, high, closed, kind

    @classmethod
    def parse(cls, text: str) -> Domain:
        """Of actc's words for domains."""
        words = text.split(" ")
        kind = "integer" if words[-1] == "integer" else ""
        word = text.removesuffix("integer").strip() or "real"
        zero = Fraction(0)
        match word:
            case "real" | "nonzero":
                return cls(None, None, (False, False), kind + word.removeprefix("real"))
            case "positive" | "nonnegative":
                return cls(zero, None, (word == "nonnegative", False), kind)
            case "negative" | "nonpositive":
                return cls(None, zero, (False, word == "nonpositive"), kind)
        low, high = (end.strip() for end in word[1:-1].split(","))
        ends = [None if end.lstrip("-+") in ("inf", "oo") else Fraction(end) for end in (low, high)]
        return cls(ends[0], ends[1], (word[0] == "[", word[-1] == "]"), kind)

    def __contains__(self, value: Fraction) -> bool:
        if self.kind.startswith("integer") and value.denominator != 1:
            return False
        if self.kind.endswith("nonzero") and value == 0:
            return False
        if self.low is not None and (value < self.low or (value == self.low and not self.closed[0])):
            return False
        return not (self.high is not None and (value > self.high or (value == self.high and not self.closed[1])))

    def values(self, wanted: Iterable[Fraction]) -> list[Fraction]:
        """Those that belong to it, and, where it is bounded, some between its ends."""
        found = [value for value in wanted if value in self]
        if self.low is not None and self.high is not None:
            spread = [self.low + (self.high - self.low) * Fraction(k, 19) for k in range(20)]
            found += [value for value in spread if value in self]
        elif self.low is not None or self.high is not None:
            end, way = (self.low, 1) if self.low is not None else (self.high, -1)
            assert end is not None
            found += [value for value in (end + way * abs(item) for item in wanted) if value in self]
        return list(dict.fromkeys(found))


def rational(text: str) -> Fraction:
    """A number's value, or a rational close to it."""
    try:
        return Fraction(text)
    except ValueError:
        with mp.workdps(60):
            return Fraction(mp.nstr(exact(text), 50))


def _settings(parameters: dict[str, Domain], defaults: Setting, named: list[Fraction]) -> Iterator[Setting]:
    """The defaults; each parameter elsewhere; all of them elsewhere."""
    yield {}
    if not parameters:
        return
    beside = [n + s * _BESIDE for n in dict.fromkeys(named) if n for s in (-1, 1)]
    choices = {
        name: domain.values(_INTEGERS if domain.kind.startswith("integer") else [*_PARAMETER, *beside])
        for name, domain in parameters.items()
    }
    for name, values in choices.items():
        for value in values[:6]:
            if value != defaults[name]:
                yield {name: value}
    if len(parameters) > 1:
        for k in range(8):
            yield {
                name: values[(k * (5 + 2 * place) + place * 3) % len(values)]
                for place, (name, values) in enumerate(choices.items())
            }


def _inputs(inputs: dict[str, Domain], plain: list[Fraction], borders: list[Fraction]) -> Iterator[Setting]:
    """Points for one input in turn; for several, strides through their values, and ties."""
    values = {name: domain.values([*plain, *borders]) for name, domain in inputs.items()}
    if len(inputs) == 1:
        for name, mine in values.items():
            for value in mine:
                yield {name: value}
        return
    most = max(len(mine) for mine in values.values())
    for k in range(2 * most):
        yield {
            name: mine[(k * (2 * place + 1) + 7 * place) % len(mine)]
            for place, (name, mine) in enumerate(values.items())
        }
    shared = [value for value in plain[::3] if all(value in domain for domain in inputs.values())]
    for value in shared:
        yield dict.fromkeys(inputs, value)
        for name in inputs:
            beside = {**dict.fromkeys(inputs, value), name: value + _BESIDE}
            if beside[name] in inputs[name]:
                yield beside


def _named(formula: Formula, setting: Setting) -> list[Fraction]:
    """The value of every largest part without inputs: numbers, borders, thresholds; and its opposite."""
    found: list[Fraction] = []
    known = {name: exact(value) for name, value in setting.items()}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.expr) and not isinstance(node, ast.Compare | ast.BoolOp | ast.Tuple):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not _is_called(n, node)}
            if names <= known.keys() | CONSTANTS.keys():
                try:
                    value = formula.part(node, known)
                except (UndefinedError, ArithmeticError, ValueError):
                    return
                if not isinstance(value, bool) and mp.isfinite(value) and abs(value) < 10**9:
                    number = Fraction(mp.nstr(value, 20))
                    found.extend((number, -number))
                return
        for child in ast.iter_child_nodes(node):
            visit(child)

    with mp.workdps(40):
        visit(formula.tree)
    return found


def _is_called(name: ast.Name, root: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and node.func is name for node in ast.walk(root))
