"""What the gallery says of one activation, as finished texts, numbers and MathML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from markupsafe import Markup

from actc.backend.render import ModuleProgram, render_module
from actc.model.compiled import ActivationReport, GradientReport
from actc.model.domain import Domain
from actc.model.spec import ActivationSpec
from actc.model.verdict import Verdict
from actc.pictures.functions import Drawable
from actc.pictures.properties import Property, family_of, properties_of
from actc.pictures.sliders import Slider, slider
from actc.pictures.views import default_range, section_values
from actc.reporting.formulas import MEANINGS, functions_in, letter
from actc.reporting.mathml import MathmlNotation, equation, mathml_name, mathml_word
from actc.reporting.results_text import kink_text, note_text, ulp_text
from actc.reporting.shape_text import shape_lines
from actc.reporting.show_formulas import OUTPUT, Formula, Formulas, formulas_of, used_let
from actc.reporting.show_text import Shown, show_latex
from actc.reporting.terminal import visible
from actc.reporting.unicode_math import FUNCTIONS, GREEK_LETTERS

_SIX_DIGITS = 2.0**30  # ULP of a double
_WEB = re.compile(r"https?://[^\s<>\"'`\\]+")
_LABELS = {
    Verdict.PROVED: "proved", Verdict.VERIFIED: "verified", Verdict.DERIVED: "derived", Verdict.SURROGATE: "surrogate",
}  # fmt: skip
_WORDS = {
    Verdict.PROVED: "the author's claim is the derivative",
    Verdict.VERIFIED: "the author's claim agrees with the derivative; no proof was found",
    Verdict.DERIVED: "by the compiler, from the formula",
    Verdict.SURROGATE: "the author's choice in place of the derivative",
}


@dataclass(frozen=True, slots=True)
class Set:
    """A formula, set where it could be, else as text."""

    math: Markup
    text: str  # "" where it is set


@dataclass(frozen=True, slots=True)
class GradientEntry:
    """One gradient with its verdict."""

    variable: str
    formula: Set
    verdict: str  # "proved"
    words: str  # "the author's claim is the derivative"
    note: str  # how it was reached


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """One parameter, or an input with a domain."""

    name: str
    math: Markup
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Link:
    """A text, perhaps with where it leads."""

    text: str
    target: str  # "" where it leads nowhere


@dataclass(frozen=True, slots=True)
class AccuracyEntry:
    """The greatest errors in one floating-point type."""

    dtype: str
    value: str
    gradients: str
    nonfinite: int


@dataclass(frozen=True, slots=True)
class Plot:
    """What the script must know to draw it."""

    name: str
    inputs: tuple[Slider, ...]
    sections: tuple[tuple[float, ...], ...]  # for each input, where it is held while another is drawn along
    spans: tuple[tuple[float, float], ...]  # for each input, from where to where it is drawn
    parameters: tuple[Slider, ...]
    gradients: tuple[str, ...]
    surrogates: tuple[bool, ...]
    certain: tuple[bool, ...]  # of the value, then of each gradient: whether doubles give it to six digits

    def plain(self) -> dict[str, Any]:
        """For JSON."""

        def control(one: Slider) -> dict[str, Any]:
            return {"name": one.name, "value": one.value, "low": one.low, "high": one.high, "integer": one.integer}

        return {
            "name": self.name,
            "inputs": [control(one) for one in self.inputs],
            "sections": self.sections,
            "spans": self.spans,
            "parameters": [control(one) for one in self.parameters],
            "gradients": self.gradients,
            "surrogates": self.surrogates,
            "certain": self.certain,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One activation of the gallery."""

    name: str
    layer: str
    summary: str
    description: str
    family: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    properties: tuple[Property, ...]
    search: str  # everything that a search looks at, in lower case
    formulas: tuple[Set, ...]  # the activation, then the names of its parts
    legend: tuple[str, ...]
    gradients: tuple[GradientEntry, ...]
    parameters: tuple[ParameterEntry, ...]
    shape: tuple[str, ...]  # limits, where it rises and falls, range, zeros
    kinks: tuple[str, ...]
    accuracy: tuple[AccuracyEntry, ...]
    relatives: tuple[Link, ...]  # the target is a shipped activation's name
    references: tuple[Link, ...]
    yaml: str
    code: str
    latex: str
    plot: Plot
    drawable: Drawable


def entry(spec: ActivationSpec, report: ActivationReport, drawn: Drawable, document: str, file: str) -> Entry:
    """What is said of an activation without errors; ``document`` is its text in the file."""
    formulas = formulas_of(spec, report)
    notation = MathmlNotation(formulas.names)
    summary = _line(spec.summary.value) if spec.summary else ""
    tags = tuple(dict.fromkeys(_line(tag.value) for tag in spec.tags))
    aliases = tuple(alias.value for alias in spec.aliases)
    family = family_of(spec)
    searched = (spec.name.value, report.layer_name, *aliases, family, *tags, summary, spec.expression.value,
                *(r.value for r in spec.reference))  # fmt: skip
    return Entry(
        name=spec.name.value,
        layer=report.layer_name,
        summary=summary,
        description=_line(spec.description.value) if spec.description else "",
        family=family,
        tags=tags,
        aliases=aliases,
        properties=properties_of(spec, report),
        search=_line(" ".join(searched)).casefold(),
        formulas=tuple(_definitions(formulas, notation)),
        legend=tuple(_legend(formulas)),
        gradients=tuple(_gradients(formulas, report, notation)),
        parameters=tuple(_parameters(spec)),
        shape=tuple(shape_lines(report, lambda name: GREEK_LETTERS.get(name, name), unicode=True)),
        kinks=tuple(visible(kink_text(kink)) for kink in report.kinks),
        accuracy=tuple(_accuracy(report)),
        relatives=tuple(Link(visible(r.relation), r.name) for r in report.relatives),
        references=tuple(_reference(r.value) for r in spec.reference),
        yaml=visible(document.strip("\n"), keep="\n\t"),
        code=_code(drawn, spec),
        latex=show_latex(Shown(spec, report, file, False, ())),
        plot=_plot(drawn),
        drawable=drawn,
    )


def _definitions(formulas: Formulas, notation: MathmlNotation) -> Iterator[Set]:
    arguments = "<mo>,</mo>".join(mathml_name(name) for name in formulas.inputs)
    head = f"<mrow>{mathml_word(formulas.name)}<mo>\u2061</mo>{notation.group(arguments)}</mrow>"
    yield _set(head, formulas.name, formulas.value, notation)
    for name, formula in used_let(formulas):
        yield _set(mathml_name(name), name, formula, notation)


def _set(left: str, name: str, formula: Formula, notation: MathmlNotation) -> Set:
    if formula.expr is None:
        return Set(Markup(""), f"{name} = {visible(formula.text)}" if formula.text else "")
    # Built from our own graph by a notation that escapes every name.
    return Set(Markup(equation(left, notation.set(formula.expr))), "")  # noqa: S704


def _gradients(formulas: Formulas, report: ActivationReport, notation: MathmlNotation) -> Iterator[GradientEntry]:
    for found, (variable, formula) in zip(report.gradients, formulas.gradients, strict=True):
        above = f'<mrow><mo form="prefix">∂</mo>{mathml_word(formulas.name)}</mrow>'
        below = f'<mrow><mo form="prefix">∂</mo>{mathml_name(variable)}</mrow>'
        left = f"<mfrac>{above}{below}</mfrac>"
        yield GradientEntry(
            variable,
            _set(left, f"by {variable}", formula, notation),
            _LABELS.get(found.verdict, found.verdict.value),
            _WORDS.get(found.verdict, ""),
            _note(found),
        )


def _note(found: GradientReport) -> str:
    return visible(note_text(found, verbose=True))


def _legend(formulas: Formulas) -> Iterator[str]:
    if formulas.uses_output:
        yield f"{OUTPUT} is the value of {formulas.name}"
    taken = frozenset(formulas.names)
    for op in functions_in(*(f.expr for f in formulas.every if f.expr is not None)):
        sign = letter(op, FUNCTIONS, GREEK_LETTERS, taken)
        if sign:
            yield f"{sign} is {MEANINGS[op]}"


def _parameters(spec: ActivationSpec) -> Iterator[ParameterEntry]:
    for given in spec.inputs:
        if given.domain is not None:
            name = given.name.value
            yield ParameterEntry(name, _math(name), "input", visible(_line(given.domain.value)))
    for one in spec.parameters:
        about = [_line(one.domain.value) if one.domain else "real"]
        about += ["trainable"] if one.trainable else []
        about += [_line(one.summary.value)] if one.summary else []
        name = one.name.value
        yield ParameterEntry(name, _math(name), visible(_line(one.default.value)), visible(", ".join(about)))


def _math(name: str) -> Markup:
    return Markup(f"<math>{mathml_name(name)}</math>")  # noqa: S704 - the name is escaped


def _accuracy(report: ActivationReport) -> Iterator[AccuracyEntry]:
    for found in report.accuracy or ():
        gradients = ", ".join(f"{name} {ulp_text(ulp)}" for name, ulp in found.gradient_ulp)
        yield AccuracyEntry(found.dtype, ulp_text(found.value_ulp), gradients, found.nonfinite)


def _reference(text: str) -> Link:
    """A link where the text is the address of a page, and nothing else."""
    line = visible(_line(text))
    return Link(line, line if _WEB.fullmatch(line) else "")


def _code(drawn: Drawable, spec: ActivationSpec) -> str:
    """The module that ``actc build`` would write of this activation alone."""
    aliases = tuple((alias.value, drawn.name) for alias in spec.aliases)
    text = render_module(ModuleProgram(drawn.name, f"{drawn.name}.yaml", (drawn.program,), aliases)).text
    return visible(text, keep="\n").rstrip("\n")


def _plot(drawn: Drawable) -> Plot:
    held: Callable[[str], Domain] = lambda name: drawn.domains.get(name, Domain())  # noqa: E731
    middle = {name: section_values(held(name), few=True)[0] for name in drawn.inputs}
    variables = tuple(drawn.gradients)
    return Plot(
        name=drawn.name,
        inputs=tuple(slider(name, held(name), float(middle[name])) for name in drawn.inputs),
        sections=tuple(tuple(float(v) for v in section_values(held(name), few=False)) for name in drawn.inputs),
        spans=tuple(_span(drawn, name, middle) for name in drawn.inputs),
        parameters=tuple(slider(p.name, p.domain, float(p.default)) for p in drawn.program.parameters),
        gradients=variables,
        surrogates=tuple(drawn.is_surrogate(name) for name in variables),
        certain=tuple(_certain(drawn.report, variables)),
    )


def _certain(report: ActivationReport, variables: Iterable[str]) -> Iterator[bool]:
    """As measured; what was not is not certain. The script computes what generated code does, in doubles."""
    errors: dict[str, float] = {}
    for found in report.accuracy or ():
        if found.dtype == "float64":
            value = inf if found.nonfinite else found.value_ulp
            errors = {"": value, **dict(found.gradient_ulp)}
    yield from (errors.get(name, inf) <= _SIX_DIGITS for name in ("", *variables))


def _span(drawn: Drawable, name: str, middle: dict[str, Any]) -> tuple[float, float]:
    low, high = default_range(drawn, name, {**drawn.defaults, **{k: v for k, v in middle.items() if k != name}})
    return float(low), float(high)


def _line(text: str) -> str:
    return " ".join(text.split())
