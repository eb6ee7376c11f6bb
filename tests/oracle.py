"""An evaluator of activation files that shares nothing with the compiler it is used to judge.

It reads the YAML as plain text, walks Python's own syntax tree with mpmath, and takes the true derivative from
one-sided differences of the function itself, never from a rule of differentiation. Precision is raised until the
answer stands still, so that tails such as ``x + sqrt(x**2 + 4)`` at -1e30 come out right.

Units: all numbers are pure reals (``mpmath.mpf``); inputs are taken exactly, so a float32 must be passed as itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import yaml
from mpmath import mp, mpf
from oracle_language import Formula, Number, UndecidedError, UndefinedError

Point = Mapping[str, Any]

VALUE_DIGITS = (60, 250, 1100, 2600)
"""Precisions tried one after the other until a value repeats; the last ones cover float64's whole range."""

AGREE = mpf(10) ** -20


def exact(value: Any) -> Number:
    """A number as an ``mpf`` without any rounding beyond mpmath's precision; text may be a constant expression."""
    if isinstance(value, str):
        return Formula.parse(value).at({})
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    return mpf(value)


@dataclass
class Activation:
    """One YAML document, as far as its mathematics goes."""

    name: str
    inputs: tuple[str, ...]
    defaults: dict[str, str]  # parameter -> its default's own text
    trainable: frozenset[str]
    let: dict[str, Formula]
    expression: Formula
    claims: dict[str, Formula]
    surrogates: dict[str, Formula]
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it can be differentiated by."""
        return (*self.inputs, *self.defaults)

    def _names(self, point: Point) -> dict[str, Any]:
        names = {name: exact(text) for name, text in self.defaults.items()}
        names.update({name: exact(value) for name, value in point.items()})
        for name, formula in self.let.items():
            try:
                names[name] = formula.at(names)
            except (UndefinedError, ZeroDivisionError, ValueError):
                names[name] = mpf("nan")  # harmless where the branch taken does not use it
        return names

    def raw(self, formula: Formula, point: Point, with_output: bool = False) -> Number:
        """One evaluation at the present precision, whatever that makes of it."""
        try:
            names = self._names(point)
            if with_output:
                names["y"] = self.expression.at(names)
            value = formula.at(names)
        except (ZeroDivisionError, ValueError) as error:
            raise UndefinedError(str(error)) from error
        if not isinstance(value, mpmath.mpf) or not mp.isfinite(value):
            raise UndefinedError(f"{formula.text} is {value}")
        return value

    def _settled(self, evaluate: Callable[[], Number]) -> Number:
        """The value once two precisions agree on it."""
        previous: Number | None = None
        for digits in VALUE_DIGITS:
            with mp.workdps(digits):
                value = evaluate()
            with mp.workdps(60):
                if previous is not None and value != 0 and abs(value - previous) <= AGREE * abs(value):
                    return value
            previous = value
        assert previous is not None
        if abs(previous) < mpf(10) ** -330:
            return mpf(0)  # rounding noise around an exact 0, or less than any float
        raise UndecidedError(f"{self.name} does not settle")

    def value(self, point: Point) -> Number:
        """The activation; a removable singularity is filled by its limit."""
        try:
            return self._settled(lambda: self.raw(self.expression, point))
        except UndefinedError:
            x = self.inputs[0]
            sides = [self._settled(lambda s=s: self.raw(self.expression, _moved(point, x, s))) for s in (1, -1)]
            if abs(sides[0] - sides[1]) > mpf(10) ** -15 * max(abs(sides[0]), 1):
                raise
            return (sides[0] + sides[1]) / 2

    def claim(self, of: str, point: Point) -> Number:
        """What the file says the derivative by ``of`` is; at an isolated gap of the claim, its limit."""
        return self._written(self.claims[of], point)

    def surrogate(self, of: str, point: Point) -> Number:
        """What the file chooses to backpropagate to ``of``."""
        return self._written(self.surrogates[of], point)

    def _written(self, formula: Formula, point: Point) -> Number:
        return self._settled(lambda: self.raw(formula, point, with_output=True))

    def side(self, of: str, point: Point, direction: int, floor: float = 1e-46) -> Number:
        """The one-sided derivative by ``of``: the limit of the slope on that side, whatever jumps at the point itself.

        ``floor`` is the magnitude below which the answer may be called 0 (float32 by default).
        """
        at = abs(exact(point[of])) if of in point else abs(exact(self.defaults[of]))
        near = min(at, mpf(1)) if at else mpf(1)
        # The other arguments may set the scale on which it bends: sin(a*x) by a, where x is huge.
        near /= max([mpf(1), *(abs(exact(value)) for name, value in point.items() if name != of)])
        first = self._slope(of, point, direction, near * mpf(10) ** -40, floor)
        second = self._slope(of, point, direction, near * mpf(10) ** -70, floor)
        if abs(first - second) <= mpf(10) ** -15 * abs(second) or max(abs(first), abs(second)) < floor:
            return second
        if abs(second) <= mpf(10) ** -3 * abs(first):
            return mpf(0)  # the slope shrinks with the step: x**2, Abs(x)**1.5
        if abs(second) >= 1000 * abs(first):
            return mp.sign(second) * mp.inf  # it grows with it: sqrt(x)
        raise UndecidedError(f"{self.name}: no slope by {of} at {dict(point)}")

    def _slope(self, of: str, point: Point, direction: int, step: Number, floor: float) -> Number:
        size = max((abs(exact(v)) for v in point.values()), default=mpf(1))
        scale = max(size, 1) ** 2
        digits = int(mp.log10(scale) - mp.log10(step) - mp.log10(floor)) + 30
        with mp.workdps(digits):
            centre = exact(point[of]) if of in point else exact(self.defaults[of])
            near, far = (self.raw(self.expression, {**point, of: centre + direction * k * step}) for k in (1, 2))
            return direction * (far - near) / step

    def sides(self, of: str, point: Point, floor: float = 1e-46) -> tuple[Number, Number]:
        """Left and right derivative by ``of``."""
        return self.side(of, point, -1, floor), self.side(of, point, 1, floor)

    def is_kink(self, of: str, point: Point, floor: float = 1e-46) -> bool:
        """Whether the two one-sided derivatives differ."""
        return not _close(*self.sides(of, point, floor))

    def derived(self, of: str, point: Point, floor: float = 1e-46) -> Number:
        """The true derivative, and at a kink or jump the number of smallest magnitude between the two sides."""
        left, right = self.sides(of, point, floor)
        if _close(left, right):
            return right
        if left * right <= 0 or not (mp.isfinite(left) or mp.isfinite(right)):
            return mpf(0)
        return min(left, right, key=abs)

    def gradient(self, of: str, point: Point, floor: float = 1e-46) -> Number:
        """What must be emitted: a surrogate; else the derivative, with a claim's own value at kinks."""
        if of in self.surrogates:
            return self.surrogate(of, point)
        truth = self.derived(of, point, floor)
        if of in self.claims and self.is_kink(of, point, floor):
            try:
                return self.claim(of, point)
            except UndefinedError:
                return truth
        return truth

    def shortest(self, point: Point) -> dict[str, Number]:
        """The shortest vector in the convex hull of the gradients around a tie of several inputs."""
        around = [[self.derived(of, near) for of in self.inputs] for near in _neighbours(self.inputs, point)]
        with mp.workdps(60):
            return dict(zip(self.inputs, _shortest_in_hull(around), strict=True))


def _moved(point: Point, of: str, direction: int) -> dict[str, Any]:
    with mp.workdps(400):
        at = exact(point[of])
        return {**point, of: at + direction * (abs(at) if at else 1) * mpf(10) ** -45}


def _close(a: Number, b: Number) -> bool:
    if mp.isinf(a) or mp.isinf(b):
        return bool(a == b)
    return bool(abs(a - b) <= mpf(10) ** -12 * max(abs(a), abs(b)) or max(abs(a), abs(b)) < mpf(10) ** -300)


def _neighbours(inputs: tuple[str, ...], point: Point) -> Iterator[dict[str, Any]]:
    """Points a little way off in many directions, none of them along a likely tie."""
    shifts = (-11, -7, -3, 2, 5, 12)
    for direction in itertools.permutations(shifts, len(inputs)):
        with mp.workdps(400):
            moves = {of: exact(point[of]) + d * mpf(10) ** -30 for of, d in zip(inputs, direction, strict=True)}
        yield {**point, **moves}


def _shortest_in_hull(vectors: Iterable[list[Number]]) -> list[Number]:
    """Gilbert's algorithm, to far more digits than any float has."""
    points = [list(v) for v in vectors]
    best = min(points, key=lambda v: sum(c * c for c in v))
    for _ in range(2000):
        towards = min(points, key=lambda v: sum(a * b for a, b in zip(v, best, strict=True)))
        difference = [a - b for a, b in zip(best, towards, strict=True)]
        length = sum(d * d for d in difference)
        if length == 0:
            break
        share = sum(a * d for a, d in zip(best, difference, strict=True)) / length
        if share <= mpf(10) ** -25:
            break
        share = min(share, mpf(1))
        best = [a - share * d for a, d in zip(best, difference, strict=True)]
    return best


# --- files ------------------------------------------------------------------------------------------------------------


def _mapping(value: Any, inputs: tuple[str, ...]) -> dict[str, Formula]:
    if value is None:
        return {}
    given = value if isinstance(value, dict) else {inputs[0]: value}
    return {of: Formula.parse(str(text)) for of, text in given.items()}


def read(text: str) -> list[Activation]:
    """The activations of a file's text, in their order."""
    found = []
    # BaseLoader leaves every scalar as its text, so 0.1 stays a tenth.
    for document in yaml.load_all(text, Loader=yaml.BaseLoader):
        if document is None:
            continue
        given = document.get("inputs", ["x"])
        inputs = tuple(given)
        parameters = {
            name: entry if isinstance(entry, dict) else {"default": entry}
            for name, entry in (document.get("parameters") or {}).items()
        }
        found.append(
            Activation(
                name=document["name"],
                inputs=inputs,
                defaults={name: str(entry["default"]) for name, entry in parameters.items()},
                trainable=frozenset(
                    name for name, entry in parameters.items() if str(entry.get("trainable", "false")) == "true"
                ),
                let={name: Formula.parse(str(value)) for name, value in (document.get("let") or {}).items()},
                expression=Formula.parse(str(document["expression"])),
                claims=_mapping(document.get("derivative"), inputs),
                surrogates=_mapping(document.get("surrogate"), inputs),
                examples=list(document.get("examples") or []),
            )
        )
    return found


def read_file(path: Path) -> list[Activation]:
    """The activations of a file."""
    return read(path.read_text(encoding="utf-8"))


def read_folder(folder: Path) -> dict[str, Activation]:
    """Every activation of a folder's files, by name."""
    return {a.name: a for path in sorted(folder.glob("*.yaml")) for a in read_file(path)}
