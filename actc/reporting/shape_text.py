"""The shape of an activation in words: limits, where it rises and falls, range and zeros."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isinf

from actc.model.compiled import ActivationReport
from actc.model.shape import Leap, Range, Shape, Stretch

_INDENT = "  "
_VERBS = {1: "rises", -1: "falls", 0: "constant"}
_WAYS = {1: "jumps up", -1: "jumps down", 0: "takes a value of its own"}

Letter = Callable[[str], str]


def shape_lines(report: ActivationReport, letter: Letter, *, unicode: bool) -> list[str]:
    """What is established of the activation's graph; numbers are rounded to six digits."""
    lines: list[str] = []
    for shape in report.shapes:
        words = _Words(letter(shape.input), unicode)
        facts = words.facts(shape)
        if facts and shape.at:
            at = ", ".join(f"{letter(name)} = {words.number(value)}" for name, value in shape.at)
            lines.append(f"at the {'default' if len(shape.at) == 1 else 'defaults'} {at}:")
        lines += [f"{_INDENT}{fact}" if shape.at else fact for fact in facts]
        if shape.always is not None and (shape.at or not shape.stretches):
            never = "falls" if shape.always > 0 else "rises"
            lines.append(f"{_scope(report, shape)}never {never} in {words.name}")
    return lines


def _scope(report: ActivationReport, shape: Shape) -> str:
    """For what the last line holds, where there is more than the input."""
    if shape.at:
        return "for all parameters: "
    return "for all inputs and parameters: " if len(report.gradients) > 1 else ""


class _Words:
    """How one input's facts are said."""

    def __init__(self, name: str, unicode: bool) -> None:
        self.name = name
        self._minus, self._infinity, self._to, self._up_to = (
            ("\N{MINUS SIGN}", "\N{INFINITY}", "\N{RIGHTWARDS ARROW}", "\N{LESS-THAN OR EQUAL TO}")
            if unicode
            else ("-", "inf", "->", "<=")
        )

    def number(self, value: float) -> str:
        """Six digits of it."""
        size = self._infinity if isinf(value) else f"{abs(value):.6g}"
        return f"{self._minus}{size}" if value < 0 else size

    def facts(self, shape: Shape) -> list[str]:
        """A line for each fact, all but what holds always."""
        found = [
            self._limits(shape),
            self._course(shape.stretches, shape.leaps),
            *([self._leaps(shape.leaps)] if shape.leaps else []),
            self._range(shape.range, cut=bool(shape.leaps)) if shape.range else "",
            self._zeros(shape.zeros) if shape.zeros is not None else "",
        ]
        return [fact for fact in found if fact]

    def _limits(self, shape: Shape) -> str:
        sides = ((shape.low_limit, f"{self._minus}{self._infinity}"), (shape.high_limit, self._infinity))
        known = [
            f"to {self.number(limit)} as {self.name} {self._to} {end}" for limit, end in sides if limit is not None
        ]
        return f"tends {' and '.join(known)}" if known else ""

    def _course(self, stretches: Sequence[Stretch], leaps: Sequence[Leap]) -> str:
        if not stretches:
            return ""
        if len(stretches) == 1:
            (only,) = stretches
            everywhere = " everywhere" if isinf(only.low) and isinf(only.high) else ""
            return f"{_VERBS[only.trend]}{everywhere}"
        parts = [f"{_VERBS[s.trend]} until {self.name} = {self.number(s.high)}" for s in stretches[:-1]]
        text = ", then ".join([*parts, _VERBS[stretches[-1].trend]])
        ways = {s.trend for s in stretches} | {leap.way or 2 for leap in leaps}
        if ways <= {0, 1} or ways <= {0, -1}:
            text += " (never falls)" if 1 in ways else " (never rises)" if -1 in ways else ""
        return text

    def _leaps(self, leaps: Sequence[Leap]) -> str:
        parts = []
        for way, words in _WAYS.items():
            places = [self.number(leap.at) for leap in leaps if leap.way == way]
            if places:
                parts.append(f"{words} at {self.name} = {_listed(places)}")
        return ", ".join(parts)

    def _range(self, found: Range, *, cut: bool) -> str:
        low, high = self.number(found.low), self.number(found.high)
        if not found.exact:
            if isinf(found.high):
                return f"values are not below {low}"
            return f"values are not above {high}" if isinf(found.low) else f"values lie between {low} and {high}"
        if not cut:
            return f"range {'[' if found.low_attained else '('}{low}, {high}{']' if found.high_attained else ')'}"
        ends = (
            (found.low, found.low_attained, "least", "greater than"),
            (found.high, found.high_attained, "greatest", "less than"),
        )
        parts = [
            f"{extreme} value {self.number(end)}" if attained else f"all values {beyond} {self.number(end)}"
            for end, attained, extreme, beyond in ends
            if not isinf(end)
        ]
        return ", ".join(parts)

    def _zeros(self, zeros: Sequence[tuple[float, float]]) -> str:
        points = [self.number(low) for low, high in zeros if low == high]
        parts = [f"{'zero' if len(points) == 1 else 'zeros'} at {self.name} = {_listed(points)}"] if points else []
        parts += [f"0 for {self._interval(low, high)}" for low, high in zeros if low != high]
        return "; ".join(parts) or "no zeros"

    def _interval(self, low: float, high: float) -> str:
        left = "" if isinf(low) else f"{self.number(low)} {self._up_to} "
        right = "" if isinf(high) else f" {self._up_to} {self.number(high)}"
        return f"{left}{self.name}{right}" if left or right else f"all {self.name}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
