"""Where results are judged: every exponent, the range where activations bend, kinks, roots, and parameters."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from actc.model.domain import Domain
from evidence.formats import FLOAT32, Format, Reals
from evidence.truth import VALUE, Truth

_SETTINGS = 3
_MOST_PLACES = 12
_ATTEMPTS = 1000


@dataclass(frozen=True)
class Density:
    """How many points there are of each kind."""

    mantissas: int  # for each exponent and sign
    dense: int  # between -20 and 20
    tails: int  # on either side between 20 and 2000
    total: int
    stride: int = 1  # of the exponents
    near: int = 1  # of the powers of 2 that are the distances to a kink or root

    @classmethod
    def of(cls, *, quick: bool) -> Density:
        """Few for a first look, else what the documentation was made with."""
        return cls(1, 80, 20, 800) if quick else cls(2, 800, 150, 2560)


def settings(truth: Truth) -> list[dict[str, float]]:
    """The defaults and two sampled settings of the parameters, as float32; once only where there are none."""
    defaults = {name: float(np.float32(v)) for name, v in truth.defaults.items()}
    found = [defaults]
    rng = _rng(truth, "parameters")
    while defaults and len(found) < _SETTINGS:
        found.append({p.name: _sampled(p.domain, rng) for p in truth.activation.parameters})
    return found


def _sampled(domain: Domain, rng: np.random.Generator) -> float:
    """A number of the domain, from 1/16 to 16 where it has some there; an integer where it must be one."""
    for _ in range(_ATTEMPTS):
        value = float(np.float32(rng.choice([-1, 1]) * 2.0 ** rng.uniform(-4, 4)))
        value = float(round(value)) if domain.integer else value
        if domain.contains(Fraction(value)):
            return value
    return _between(domain, rng)


def _between(domain: Domain, rng: np.random.Generator) -> float:
    """A number of a domain that is small, or far away."""
    ends = [None if end is None else float(end) for end in (domain.low, domain.high)]
    low = ends[0] if ends[0] is not None else (ends[1] or 0) - 16
    high = ends[1] if ends[1] is not None else low + 16
    for _ in range(_ATTEMPTS):
        value = float(np.float32(rng.uniform(low, high)))
        value = float(round(value)) if domain.integer else value
        if domain.contains(Fraction(value)):
            return value
    raise ValueError(f"no float32 was found in the domain from {low} to {high}")


def columns(truth: Truth, parameters: dict[str, float], density: Density, form: Format = FLOAT32) -> dict[str, Reals]:
    """Points of the format, the same number for all; several inputs each take all of them, in other orders."""
    rng = _rng(truth, f"points {sorted(parameters.items())}")
    powers = np.arange(float(form.least), 2.0 - form.least, density.stride)
    exponents = np.repeat(powers, density.mantissas)
    sizes = np.exp2(exponents) * rng.uniform(1, 2, exponents.size)
    tails = 20 * 100 ** ((np.arange(density.tails) + rng.uniform(0, 1, density.tails)) / density.tails)
    dense = np.linspace(-20, 20, density.dense, endpoint=False) + rng.uniform(0, 40 / density.dense, density.dense)
    most = math.ldexp(1 - 2.0**-form.precision, 2 - form.least)
    plain = np.concatenate([dense, sizes, -sizes, tails, -tails, [0, 1, -1, 2, -2, 0.5, -0.5, most, -most]])
    line = np.concatenate([_around(places(truth, parameters, dense, form), density.near, form), plain])
    line = np.unique(_inside(truth, 0, form.round(line), form))
    more = rng.choice([-1, 1], density.total) * np.exp2(rng.uniform(form.least, 1.9 - form.least, density.total))
    line = np.concatenate([line, _inside(truth, 0, form.round(more), form)])[: density.total]
    given = {name: np.full(line.size, value) for name, value in parameters.items()}
    first = {truth.inputs[0]: line}
    others = {name: rng.permutation(line) for name in truth.inputs[1:]}
    return {**first, **others, **given}


def _inside(truth: Truth, index: int, line: Reals, form: Format) -> Reals:
    domain = truth.activation.inputs[index].domain
    normal = line[(line == 0) | (np.abs(line) >= form.tiny)]
    return normal[[domain.contains(v) for v in normal.tolist()]]


def places(truth: Truth, parameters: dict[str, float], dense: Reals, form: Format) -> list[float]:
    """Kinks, and neighbouring numbers between which the value or a gradient changes its sign."""
    kinks = [v for k in truth.kinks for name, v in k.at or () if name in truth.inputs]
    kinks += [s * v for v in parameters.values() for s in (1, -1)]
    if len(truth.inputs) > 1:
        return list(dict.fromkeys(kinks))[:_MOST_PLACES]
    grid = np.unique(form.round(dense[:: max(1, dense.size // 160)]))
    found = _at(truth, parameters, grid)
    for name in (VALUE, *truth.inputs):
        signs = np.sign(found[name])
        for k in np.flatnonzero(signs[:-1] * signs[1:] < 0)[:4]:
            kinks.append(_root(truth, parameters, name, float(grid[k]), float(grid[k + 1]), form))
    return list(dict.fromkeys([0.0, *kinks]))[:_MOST_PLACES]


def _at(truth: Truth, parameters: dict[str, float], line: Reals) -> dict[str, Reals]:
    given = {name: np.full(line.size, value) for name, value in parameters.items()}
    return truth.at({truth.inputs[0]: line, **given})


def _root(truth: Truth, parameters: dict[str, float], name: str, low: float, high: float, form: Format) -> float:
    """The number of the format at which the sign changes, by bisection."""
    below = float(np.sign(_at(truth, parameters, np.array([low]))[name][0]))
    while True:
        middle = float(form.round(np.array([(low + high) / 2]))[0])
        if middle in (low, high):
            return middle
        sign = float(np.sign(_at(truth, parameters, np.array([middle]))[name][0]))
        low, high = (middle, high) if sign == below else (low, middle)


def _around(places: list[float], near: int, form: Format) -> Reals:
    """Each place, its neighbours, and points ever farther away on both sides."""
    line: list[float] = []
    for place in places:
        ulp = float(form.ulp(np.array([place]))[0]) if place else 2.0 ** (-16 - form.precision)
        line += [place, *(place + s * ulp * 2.0**k for k in range(0, form.precision, near) for s in (1, -1))]
    return np.array(line or [0.0])


def _rng(truth: Truth, what: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(f"{truth.activation.name} {what}".encode()))
