"""Generated code as TensorFlow runs it, in every format, held to the accuracy contract at hundreds of points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import ModuleType

import numpy as np

from actc.model.domain import Domain
from evidence.contenders import EAGER, MODES, Program, computed, generated, in_mode
from evidence.float32 import Scale
from evidence.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, Format, Reals
from evidence.measure import errors, summary
from evidence.points import Density, columns, places, settings
from evidence.truth import VALUE, Truth

FORMATS = (FLOAT32, FLOAT64, FLOAT16, BFLOAT16)
_DENSITY = {  # in float32 every binade on both sides: an overflow on the way may show in one alone
    FLOAT32.name: Density(1, 80, 8, 724, near=6),
    FLOAT64.name: Density(1, 40, 4, 208, stride=64, near=18),
}
_HALVES = 192  # numbers of a half type
_SETTINGS = 2  # of the parameters in float32 and float64: the defaults, and one that was drawn
_SPECIAL = (-np.inf, np.inf, np.nan)
_ROUGH = 2.0**-40  # how certain the truth's limits are


@dataclass(frozen=True)
class Where:
    """One wrong result, so that it can be tried again."""

    mode: str  # "eager" or "XLA"
    at: dict[str, float]  # every input and parameter
    expected: float
    got: float


@dataclass(frozen=True)
class Judged:
    """What the value or one gradient came to in one format, over all settings and both modes."""

    form: str  # "float32"
    of: str  # "value", or the variable of a gradient
    points: int = 0  # with a true result
    untold: int = 0  # without
    worst: float = 0.0  # ULP, of finite results
    worst_at: Where | None = None
    beyond: int = 0  # finite results outside of the contract
    nonfinite: int = 0  # results that are not finite and should be, or NaN for an overflow
    nonfinite_at: Where | None = None
    limits: int = 0  # wrong results at infinities and at NaN
    limits_at: Where | None = None

    @property
    def holds(self) -> bool:
        """Whether all of it is within the contract."""
        return self.beyond == self.nonfinite == self.limits == 0

    def and_then(self, other: Judged) -> Judged:
        """Both together."""
        worse = other if other.worst > self.worst else self
        return replace(
            self,
            points=self.points + other.points,
            untold=self.untold + other.untold,
            worst=worse.worst,
            worst_at=worse.worst_at,
            beyond=self.beyond + other.beyond,
            nonfinite=self.nonfinite + other.nonfinite,
            nonfinite_at=self.nonfinite_at or other.nonfinite_at,
            limits=self.limits + other.limits,
            limits_at=self.limits_at or other.limits_at,
        )


@dataclass(frozen=True)
class _Case:
    """Points in one format at one setting of the parameters."""

    form: Format
    given: dict[str, Reals]
    size: int  # to which columns are filled up, so that nothing is compiled again for a few points more
    special: bool  # whether infinities and NaN are tried as well
    parameters: dict[str, float] = field(default_factory=dict)


def measure(truth: Truth, package: ModuleType) -> list[Judged]:
    """Value and every gradient in every format."""
    program = generated(package, truth.activation.name, truth.outputs)
    programs = {mode: in_mode(program, mode) for mode in MODES}
    found: dict[tuple[str, str], Judged] = {}
    for form in FORMATS:
        for case in _cases(truth, form):
            for one in _judged(truth, programs, case):
                key = one.form, one.of
                found[key] = found[key].and_then(one) if key in found else one
    return list(found.values())


def _cases(truth: Truth, form: Format) -> Iterator[_Case]:
    alone = len(truth.inputs) == 1
    if form.name not in _DENSITY:
        parameters = {p.name: _near(p.domain, truth.defaults[p.name], form) for p in truth.activation.parameters}
        yield _Case(form, _halves(truth, parameters, form), _HALVES + len(_SPECIAL), alone, parameters)
        return
    density = _DENSITY[form.name]
    for number, parameters in enumerate(settings(truth)[:_SETTINGS]):
        if number == 0 and form is FLOAT64:
            parameters = truth.defaults
        given = columns(truth, parameters, density, form)
        yield _Case(form, given, density.total + len(_SPECIAL), alone and number == 0, parameters)


def _near(domain: Domain, value: float, form: Format) -> float:
    """The nearest number of the format that lies in the domain."""
    middle = form.round(np.array([value]))
    for one in (middle, *form.beside(middle)):
        if np.isfinite(one[0]) and domain.contains(Fraction(float(one[0]))):
            return float(one[0])
    return float(middle[0])


def _halves(truth: Truth, parameters: dict[str, float], form: Format) -> dict[str, Reals]:
    """Numbers of a half type: some of all magnitudes, some between -8 and 8, and what is about kinks and roots.

    Subnormal ones are left out: TensorFlow may take them for 0.
    """
    rng = np.random.default_rng(16)
    dense = np.linspace(-8, 8, _HALVES // 3) + rng.uniform(0, 0.1, _HALVES // 3)
    about = form.round(np.array(places(truth, parameters, dense, form) or [0.0]))
    every = form.wide(np.arange(2**16, dtype=np.uint16).view(form.dtype))
    line = np.concatenate([about, *form.beside(about), form.round(dense), rng.permutation(every)])
    line = line[np.isfinite(line) & ((line == 0) | (np.abs(line) >= form.tiny))]
    domain = truth.activation.inputs[0].domain
    _, first = np.unique(line, return_index=True)
    line = line[np.sort(first)]
    line = np.array([v for v in line[: 4 * _HALVES].tolist() if domain.contains(Fraction(v))])[:_HALVES]
    given = {name: line if k == 0 else rng.permutation(line) for k, name in enumerate(truth.inputs)}
    return {**given, **{name: np.full(line.size, value) for name, value in parameters.items()}}


def _judged(truth: Truth, programs: Mapping[str, Program], case: _Case) -> Iterator[Judged]:
    true = truth.at(case.given)
    scales = {of: Scale(truth, of, case.given, case.form) for of in truth.outputs}
    count = next(iter(case.given.values())).size
    given = _filled(truth, case)
    for mode, program in programs.items():
        for of, filled in computed(program, given, EAGER, case.form).items():  # compiled already where it is to be
            column = filled[:count]
            error = errors(column, true[of], case.form, scales[of])
            found = summary(error, case.form)
            one = Judged(
                case.form.name, of, found.points, count - found.points, found.worst,
                beyond=found.beyond, nonfinite=found.nonfinite,
            )  # fmt: skip

            def where(k: int, mode: str = mode, due: Reals = true[of], got: Reals = column) -> Where:
                at = {name: float(values[k]) for name, values in case.given.items()}
                return Where(mode, at, float(due[k]), float(got[k]))

            if found.worst > 0:
                one = replace(one, worst_at=where(found.at))
            if found.nonfinite:
                one = replace(one, nonfinite_at=where(found.first_nonfinite))
            yield _with_limits(truth, case, one, mode, filled[count : count + 3]) if case.special else one


def _filled(truth: Truth, case: _Case) -> dict[str, Reals]:
    """The columns with infinities and NaN at their end, and then their beginning again up to the size."""
    special = np.array(_SPECIAL if case.special else ())
    return {
        name: np.resize(
            np.concatenate([values, special if name in truth.inputs else np.full(special.size, values[0])]), case.size
        )
        for name, values in case.given.items()
    }


def _with_limits(truth: Truth, case: _Case, one: Judged, mode: str, results: Reals) -> Judged:
    """With what is wrong at infinite inputs, where the limit is due if there is one, and at NaN, whose value is NaN."""
    domain = truth.activation.inputs[0].domain
    for x, got in zip(_SPECIAL, results.tolist(), strict=True):
        if np.isnan(x):
            right, due = one.of != VALUE or np.isnan(got), np.nan
        elif (domain.low if x < 0 else domain.high) is not None:
            continue
        else:
            due = truth.limits(-1 if x < 0 else 1, case.parameters)[one.of]
            if abs(due) >= case.form.most:
                due = np.copysign(np.inf, due)
            few = case.form.target * case.form.ulp(np.array([due]))[0] + _ROUGH * abs(due)
            right = np.isnan(due) or got == due or abs(got - due) <= few
        if not right:
            at = {truth.inputs[0]: x, **case.parameters}
            one = replace(one, limits=one.limits + 1, limits_at=one.limits_at or Where(mode, at, float(due), got))
    return one
