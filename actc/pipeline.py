"""The driver: what becomes of one activation file. Pure, but for what it is told to note in the log."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath

from actc.backend.render import ModuleProgram, render_module
from actc.backend.template_error import TemplateError
from actc.calculus.accepted import accept
from actc.calculus.analyse import analyse
from actc.calculus.readable import formula_text
from actc.calculus.relatives import relatives
from actc.calculus.shape.describe import shapes
from actc.calculus.shipped_values import Catalogue
from actc.diagnostics import Diagnostic, DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.frontend.shipped import shipped_activations
from actc.frontend.source_text import digest
from actc.lowering.lower import lower
from actc.model.compiled import ActivationReport, CompiledFile, Declared, Functions, GradientReport
from actc.model.program import Program
from actc.model.relative import Relative
from actc.model.spec import ActivationSpec
from actc.model.verdict import Gradients
from actc.numerics.shortfall import report_shortfalls
from actc.numerics.stabilise import stabilise_measured


def compile_source(file: str, data: bytes, package: str, templates: Path | None = None) -> CompiledFile:
    """Compile one file: ``file`` is how it is named in messages, ``package`` the name that Keras registers under.

    ``templates`` is a folder whose templates come before our own.

    load -> resolve -> analyse -> stabilise -> lower -> render; a stage that fails leaves the later ones out. Beside
    them, what passed is compared with the activations that ship; the module's text does not depend on that.
    """
    del package  # a module's text does not depend on it
    log = DiagnosticLog()
    specs = load(file, data, log)
    compiled = [_compile(spec) for spec in specs if spec.name.value]
    found = (*log.found, *(d for one in compiled for d in one[2]))
    programs = tuple(program for program, _, _ in compiled if program is not None)
    stem = PurePath(file).stem
    sound = not any(d.is_error for d in found) and len(programs) == len(specs) > 0 and all(spec.sound for spec in specs)
    module = None
    if sound and stem.isidentifier() and not stem.startswith("_"):  # what else is wrong with a stem is said elsewhere
        aliases = tuple((alias.value, spec.name.value) for spec in specs for alias in spec.aliases)
        program = ModuleProgram(stem, PurePath(file).name, programs, aliases, digest(data))
        try:
            module = render_module(program, templates).text
        except TemplateError as error:
            found = (*found, error.diagnostic)
    return CompiledFile(file, stem, module, tuple(report for _, report, _ in compiled), found)


def _compile(spec: ActivationSpec) -> tuple[Program | None, ActivationReport, tuple[Diagnostic, ...]]:
    log = DiagnosticLog()
    activation = resolve(spec, log)
    gradients = None if activation is None else analyse(activation, log)
    if gradients is None or log.has_errors:
        accept(spec, log)
        return None, _report(spec, gradients, ()), tuple(log.found)
    stabilised = stabilise_measured(gradients)
    report_shortfalls(stabilised, log)
    accept(spec, log)
    known = relatives(gradients.activation, shipped())
    program = lower(stabilised.gradients, described=gradients)
    report = replace(
        _report(spec, gradients, known),
        accuracy=stabilised.accuracy,
        shapes=shapes(gradients),
        program=program,
        functions=_functions(gradients),
    )
    return program, report, tuple(log.found)


@cache
def shipped() -> Catalogue:
    """The activations that ship with the compiler; what is computed of them is kept."""
    return Catalogue(shipped_activations())


def _functions(gradients: Gradients) -> Functions:
    return Functions(
        value=gradients.value,
        gradients=tuple((g.variable, g.expr) for g in gradients.gradients),
        derivatives=tuple((g.variable, g.derivative) for g in gradients.gradients if g.derivative is not None),
        loci=gradients.loci,
    )


def _report(spec: ActivationSpec, gradients: Gradients | None, known: tuple[Relative, ...]) -> ActivationReport:
    from actc.frontend.names import layer_name

    written = {} if gradients is None else {
        name: formula.text.location
        for name, formula in (*gradients.activation.claims, *gradients.activation.surrogates)
    }  # fmt: skip
    return ActivationReport(
        name=Declared(spec.name.value, spec.name.location),
        layer_name=layer_name(spec.name.value),
        aliases=tuple(Declared(a.value, a.location) for a in spec.aliases),
        line=spec.location.line,
        gradients=() if gradients is None else tuple(
            GradientReport(
                g.variable, g.verdict, g.method, g.counterexample, g.deviation,
                written.get(g.variable, spec.location), formula_text(gradients.activation, g),
            )
            for g in gradients.gradients
        ),
        kinks=() if gradients is None else gradients.kinks,
        relatives=known,
    )  # fmt: skip
