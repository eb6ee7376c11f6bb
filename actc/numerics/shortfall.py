"""What is said where no program within the accuracy contract was found."""

from __future__ import annotations

from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation
from actc.numerics.accuracy import TARGET, Score
from actc.numerics.points import Point
from actc.numerics.stabilise import Measured, Stabilised


def report_shortfalls(stabilised: Stabilised, log: DiagnosticLog) -> None:
    """One warning for each value or gradient that is not within the contract, with its worst place."""
    activation = stabilised.gradients.activation
    written = dict((*activation.claims, *activation.surrogates))
    for variable in dict.fromkeys(m.variable for m in stabilised.measured):
        missed = [m for m in stabilised.measured if m.variable == variable and (m.missed or not m.score.meets)]
        if not missed:
            continue
        worst = max(missed, key=_badness)
        text = activation.value.text if variable is None else None
        if variable in written:
            text = written[variable].text
        location = activation.spec.location if text is None else text.location
        log.report("ACT313", location, f"{_what(variable)} {_how_far(worst, activation)}", _HELP)


_HELP = "rewrite the formula so that nothing overflows or cancels there, or narrow the domains"


def _badness(found: Measured) -> tuple[bool, float]:
    return found.score.nonfinite > 0, found.score.worst


def _what(variable: str | None) -> str:
    return "the value" if variable is None else f"the gradient by `{variable}`"


def _how_far(found: Measured, activation: Activation) -> str:
    score: Score = found.score
    if score.meets:
        name, side = found.missed[0]
        return f"is not the limit at {name} = {'inf' if side > 0 else '-inf'}"
    place = f"in {found.dtype}" + (f" at {_place(score.at, activation)}" if score.at is not None else "")
    if score.nonfinite:
        return f"is not finite {place}"
    return f"is off by {score.worst:.3g} ULP {place}, more than {TARGET}"


def _place(point: Point, activation: Activation) -> str:
    names = [*(i.name for i in activation.inputs), *(p.name for p in activation.parameters)]
    return ", ".join(f"{name} = {float(point[name]):.9g}" for name in names if name in point)
