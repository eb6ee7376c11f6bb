"""Results for people: what is known of each activation, what became of each file, and a closing line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import isinf

from actc.diagnostics import Severity
from actc.model.compiled import ActivationReport, GradientReport
from actc.model.relative import Relative
from actc.model.text import point_text
from actc.model.verdict import Kink, Verdict
from actc.output.folder import Plan, State
from actc.project.check import Checked, effective_severity
from actc.reporting.terminal import Palette, visible, width

_GAP = "  "
_WIDEST = 24  # columns to which names are aligned
_COUNTED = 100_000  # ULP from which on an error is a power of ten


def activation_lines(reports: Sequence[ActivationReport], palette: Palette, *, verbose: bool) -> list[str]:
    """One line for each activation, and below it one for each kink or jump and one for its relatives."""
    column = min(max((width(visible(r.name.name)) for r in reports), default=0), _WIDEST)
    lines: list[str] = []
    for report in reports:
        name = visible(report.name.name)
        gradients = _GAP.join(_gradient(g, palette, verbose=verbose) for g in report.gradients)
        lines.append(f"{name}{' ' * (column - width(name))}{_GAP}{gradients}".rstrip())
        lines.extend(f"{' ' * column}{_GAP}{visible(kink_text(kink))}" for kink in report.kinks)
        if report.relatives:
            lines.append(f"{' ' * column}{_GAP}{relatives_text(report.relatives)}")
    return lines


def summary(checked: Checked) -> str:
    """How many activations there are, what is known of their gradients, and how much is wrong."""
    reports = [report for compiled in checked.files for report in compiled.activations]
    verdicts = Counter(g.verdict for report in reports for g in report.gradients)
    counted = [f"{verdicts[v]} {v.value}" for v in Verdict if verdicts[v]]
    levels = Counter(effective_severity(d, strict=checked.strict) for d in checked.diagnostics if d.accepted is None)
    accepted = sum(d.accepted is not None for d in checked.diagnostics)
    parts = [_count(len(reports), "activation")]
    if counted:
        parts.append("gradients: " + ", ".join(counted))
    if levels[Severity.ERROR]:
        parts.append(_count(levels[Severity.ERROR], "error"))
    parts.append(_count(levels[Severity.WARNING], "warning") + (f" ({accepted} accepted)" if accepted else ""))
    return "; ".join(parts)


def written(plan: Plan) -> str:
    """What a build did to the folder."""
    states = Counter(f.state for f in plan.files)
    changed = states[State.MISSING] + states[State.STALE]
    unchanged = states[State.UNCHANGED]
    text = f"{_count(changed, 'file')} written to {visible(plan.printed)}/"
    notes = [f"{unchanged} unchanged"] if unchanged else []
    if states[State.EXTRA]:
        notes.append(f"{states[State.EXTRA]} removed")
    return f"{text} ({', '.join(notes)})" if notes else text


def compared(plan: Plan) -> str:
    """How far the folder is from what a build would write."""
    states = Counter(f.state for f in plan.changes)
    if not states:
        return f"{visible(plan.printed)}/ is up to date ({_count(len(plan.files), 'file')})"
    return f"{visible(plan.printed)}/ is not up to date: " + ", ".join(
        f"{states[s]} {s.value}" for s in State if states[s]
    )


def plan_lines(plan: Plan, states: Iterable[State], *, foreign: bool) -> list[str]:
    """The files of the plan that are in one of the states and, if wanted, those that actc did not write."""
    chosen = frozenset(states)
    lines = [f"{f.state.value}: {visible(f'{plan.printed}/{f.name}')}" for f in plan.files if f.state in chosen]
    if foreign:
        lines.extend(f"foreign: {visible(f'{plan.printed}/{name}')}" for name in plan.foreign)
    return lines


def changed_lines(plan: Plan) -> list[str]:
    """What a build did to the files of the folder, a line for each that it changed."""
    did = {State.MISSING: "wrote", State.STALE: "wrote", State.EXTRA: "removed"}
    return [f"{did[f.state]} {visible(f'{plan.printed}/{f.name}')}" for f in plan.files if f.state in did]


def _gradient(report: GradientReport, palette: Palette, *, verbose: bool) -> str:
    text = f"{visible(report.variable)}: {coloured_verdict(report.verdict, palette)}"
    note = note_text(report, verbose=verbose)
    return f"{text} ({visible(note)})" if note else text


def coloured_verdict(verdict: Verdict, palette: Palette) -> str:
    """The verdict in the colour of how good it is."""
    if verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
        return palette.error(verdict.value)
    if verdict is Verdict.PROVED:
        return palette.good(verdict.value)
    return palette.warning(verdict.value) if verdict is Verdict.VERIFIED else verdict.value


def note_text(report: GradientReport, *, verbose: bool) -> str:
    """What stands behind the verdict: a counterexample, a deviation, a method; "" where nothing is to be said."""
    if report.counterexample is not None:
        found = report.counterexample
        claimed, actual = found.shown
        return f"at {point_text(found.at)}: claimed {claimed}, actual {actual}"
    if report.deviation is not None:
        far = report.deviation
        return f"{far.surrogate:.6g} where the derivative is {far.derivative:.6g}, at {point_text(far.at)}"
    return report.method if verbose or report.verdict in (Verdict.PROVED, Verdict.VERIFIED) else ""


def kink_text(kink: Kink) -> str:
    """A kink or jump with the derivatives on its two sides and the gradient that is used.

    One side by itself says nothing of a kink: it is left out.
    """
    sides = (("left", kink.left), ("right", kink.right), ("used", kink.used))
    texts = _told_apart([value for _, value in sides if value is not None])
    given = [f"{label} {texts[value]}" for label, value in sides if value is not None]
    known = ", ".join(given) if len(given) > 1 or kink.used is not None else ""
    along = f" along {kink.of}" if not kink.where.startswith(f"{kink.of} ") else ""
    return f"{kink.kind} at {kink.where}{along}" + (f": {known}" if known else "")


def ulp_text(error: float) -> str:
    """An error in units of the last place: ``1.9``, or ``1.3e+36`` where nobody would count the digits."""
    return f"{error:.1f}" if error < _COUNTED or isinf(error) else f"{error:.1e}"


def relatives_text(relatives: Sequence[Relative]) -> str:
    """``equals celu at alpha = 1; elu at alpha = 1``."""
    return "equals " + "; ".join(relative.relation.removeprefix("equals ") for relative in relatives)


def _told_apart(values: Sequence[float]) -> dict[float, str]:
    """Six digits of each, or as many more as it takes for different numbers to look different."""
    different = set(values)
    for digits in range(6, 18):
        texts = {value: f"{value:.{digits}g}" for value in different}
        if len(set(texts.values())) == len(different):
            break
    return texts


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
