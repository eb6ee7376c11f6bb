"""What a picture shows of an activation: its value, gradients and kinks as functions, evaluated in ball arithmetic.

The functions are those that the emitted program computes, over the reals: evaluated with more and more bits until the
digits are certain, so that nothing overflows or cancels in a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf, isfinite, nan

from flint import arb, fmpq

from actc.calculus.differentiate import differentiate
from actc.calculus.tape import Tape, rational
from actc.diagnostics import DiagnosticLog
from actc.frontend.domains import parse_domain
from actc.model.compiled import ActivationReport
from actc.model.domain import Domain
from actc.model.expr import Expr, substitute, symbol
from actc.model.program import Program, Routine
from actc.model.spec import ActivationSpec
from actc.model.verdict import Verdict

_FIRST_BITS, _MOST_BITS = 64, 2048
_GOOD = 24  # bits of a value that are certain: more than a picture shows
_NOTHING = arb(2) ** -200  # what is surely smaller is drawn as 0

MOST = 10**300
"""What is greater is not drawn: differences of what is drawn must be numbers too."""

Point = Mapping[str, Fraction]


class Drawable:
    """An activation without errors, ready to be evaluated."""

    def __init__(self, report: ActivationReport, domains: Mapping[str, Domain]) -> None:
        if report.program is None or report.functions is None:
            raise ValueError(f"{report.name.name} has errors, so that there is nothing to draw")
        self.report = report
        self.program: Program = report.program
        self.domains = domains  # of the inputs
        self.value = report.functions.value
        self.gradients = dict(report.functions.gradients)
        self.derivatives = dict(report.functions.derivatives)  # of those whose gradient is a surrogate
        self.loci = report.functions.loci

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.program.inputs

    @property
    def defaults(self) -> dict[str, Fraction]:
        """The default of each parameter, as the generated code has it."""
        return {p.name: Fraction(float(p.default)) for p in self.program.parameters}

    @property
    def every_domain(self) -> dict[str, Domain]:
        """The domain of each input and parameter."""
        return {**self.domains, **{p.name: p.domain for p in self.program.parameters}}

    def is_surrogate(self, variable: str) -> bool:
        """Whether the gradient by it was chosen in place of the derivative."""
        return any(g.variable == variable and g.verdict is Verdict.SURROGATE for g in self.report.gradients)


def drawable(spec: ActivationSpec, report: ActivationReport) -> Drawable:
    """The activation of a file and its report. Raises ValueError where it has errors."""
    log = DiagnosticLog()
    domains = {i.name.value: (parse_domain(i.domain, log) if i.domain else None) or Domain() for i in spec.inputs}
    return Drawable(report, domains)


def inlined(routine: Routine) -> tuple[Expr, ...]:
    """The results of a routine in inputs and parameters alone."""
    known: dict[Expr, Expr] = {}
    for assignment in routine.body:
        known[symbol(assignment.name)] = substitute(assignment.value, known)
    return tuple(substitute(result, known) for result in routine.results)


class Function:
    """An expression as a function of one input, with everything else held."""

    def __init__(self, expr: Expr, variable: str, held: Point) -> None:
        self._tape = Tape(expr)
        self._expr = expr
        self._variable = variable
        self._point = {name: value for name, value in held.items() if name in expr.free}
        self._known: dict[Fraction, float] = {}

    def __call__(self, at: Fraction) -> float:
        """The nearest float, or about that; NaN where there is no value, or none that can be drawn."""
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = self._value(at)
        return found

    def _value(self, at: Fraction) -> float:
        point = {**self._point, self._variable: at}
        bits = _FIRST_BITS
        while True:
            cell = self._tape.run(point, bits)[0]
            if isinstance(cell, fmpq):
                return _float(Fraction(int(cell.p), int(cell.q)))
            if isinstance(cell, arb) and abs(cell) < _NOTHING:
                return 0.0
            if isinstance(cell, arb) and cell.rel_accuracy_bits() >= _GOOD:
                return _float(rational(cell))
            if bits >= _MOST_BITS:
                return nan
            bits *= 2

    def linear_root(self) -> Fraction | None:
        """Its only zero where it is linear in its input; None where it is not, or has none."""
        slope = differentiate(self._expr, self._variable)
        if not slope.is_number or not slope.number:
            return None
        start = self(Fraction(0))
        return -Fraction(start) / slope.number if isfinite(start) else None


def _float(value: Fraction) -> float:
    return value.numerator / value.denominator if abs(value) <= MOST else nan


def zeros(function: Function, low: Fraction, high: Fraction, cells: int = 256) -> Iterator[Fraction]:
    """Where the function changes its sign in an interval, ascending: by bisection, poles and jumps left out."""
    root = function.linear_root()
    if root is not None:
        if low <= root <= high:
            yield root
        return
    width = (high - low) / cells
    before, value_before = low, function(low)
    if value_before == 0:
        yield low
    for i in range(1, cells + 1):
        at = low + i * width
        value = function(at)
        if value == 0:
            yield at
        elif value * value_before < 0 and (found := _bisected(function, before, value_before, at)) is not None:
            yield found
        before, value_before = at, value


def _bisected(function: Function, low: Fraction, at_low: float, high: Fraction) -> Fraction | None:
    least = inf
    for _ in range(52):
        middle = (low + high) / 2
        value = function(middle)
        if value == 0:
            return middle
        least = min(least, abs(value))
        if value * at_low < 0:
            high = middle
        else:
            low = middle
    found = (low + high) / 2
    plain = found.limit_denominator(1000)
    if function(plain) == 0:
        return plain
    return found if least < 1e-9 else None  # else it is a jump from one sign to the other
