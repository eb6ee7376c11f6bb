"""What ``actc show`` prints of one activation: its formulas, and everything that was established of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isinf

from actc.diagnostics import Diagnostic
from actc.model.compiled import Accuracy, ActivationReport, GradientReport
from actc.model.spec import ActivationSpec, ParameterSpec
from actc.model.verdict import Verdict
from actc.reporting.formulas import MEANINGS, functions_in, letter
from actc.reporting.latex_math import LatexNotation, latex_name
from actc.reporting.results_text import coloured_verdict, kink_text, note_text, relatives_text, ulp_text
from actc.reporting.shape_text import shape_lines
from actc.reporting.show_formulas import OUTPUT, Formula, Formulas, formulas_of, used_let
from actc.reporting.terminal import Palette, visible
from actc.reporting.unicode_math import FUNCTIONS, GREEK_LETTERS, UnicodeNotation, beside

_INDENT = "  "
_CLAIMED = frozenset({Verdict.PROVED, Verdict.VERIFIED, Verdict.REFUTED})


@dataclass(frozen=True, slots=True)
class Shown:
    """One activation that was asked for."""

    spec: ActivationSpec
    report: ActivationReport
    file: str  # "activations/swish.yaml"
    shipped: bool  # whether it comes with actc
    accepted: tuple[Diagnostic, ...]  # its accepted warnings


@dataclass(frozen=True, slots=True)
class Page:
    """Where it is printed."""

    columns: int
    unicode: bool  # whether the encoding has the signs of mathematics
    palette: Palette


def show_text(shown: Shown, page: Page) -> str:
    """The activation for a terminal; ends with a newline."""
    formulas = formulas_of(shown.spec, shown.report)
    blocks = [
        _title(shown.spec, page),
        _lines(_definition(formulas, page)),
        *(_gradient(formulas, report, page) for report in shown.report.gradients),
        _parameters(shown.spec, page),
        _lines(_legend(formulas, page)),
        _lines(visible(kink_text(kink)) for kink in shown.report.kinks),
        _lines(visible(line) for line in shape_lines(shown.report, partial(_letter, page=page), unicode=page.unicode)),
        _lines([visible(relatives_text(shown.report.relatives))] if shown.report.relatives else ()),
        _lines(_accuracy(found) for found in shown.report.accuracy or ()),
        *(_lines(_by_region(name, shown.report.accuracy or ())) for name in formulas.inputs),
        _lines(_origin(shown, page)),
    ]
    return "\n".join(block + "\n" for block in blocks if block)


def show_latex(shown: Shown) -> str:
    """The formulas as an ``align*`` of amsmath; what is known of them stands in comments."""
    formulas = formulas_of(shown.spec, shown.report)
    notation = LatexNotation(formulas.names)

    def line(left: str, formula: Formula) -> str:
        right = rf"\texttt{{{_escaped(formula.text)}}}" if formula.expr is None else notation.set(formula.expr)
        return f"  {left} &= {right}"

    head = rf"\operatorname{{{_escaped(formulas.name)}}}"
    arguments = ", ".join(latex_name(name) for name in formulas.inputs)
    rows = [line(rf"{head}\left({arguments}\right)", formulas.value)]
    rows += [line(latex_name(name), formula) for name, formula in used_let(formulas)]
    comments = [f"% {shown.spec.name.value}" + (f": {_one_line(s.value)}" if (s := shown.spec.summary) else "")]
    for report, (variable, formula) in zip(shown.report.gradients, formulas.gradients, strict=True):
        comments.append(f"% by {variable}: {_one_line(_verdict(report, Palette(on=False)))}")
        if formula.text:
            rows.append(line(rf"\frac{{\partial {head}}}{{\partial {latex_name(variable)}}}", formula))
    if formulas.uses_output:
        comments.append(f"% {OUTPUT} is the value of {formulas.name}")
    signs = functions_in(*(f.expr for f in formulas.every if f.expr is not None))
    comments += [f"% {latex} is {MEANINGS[op]}" for op in signs if (latex := notation.letter(op))]
    comments += [f"% {line.strip()}" for line in shape_lines(shown.report, str, unicode=False)]
    body = " \\\\\n".join(rows)
    text = "\n".join(comments) + f"\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n"
    return visible(text, keep="\n")


def _title(spec: ActivationSpec, page: Page) -> str:
    name = page.palette.bold(visible(spec.name.value))
    parts = [f"{name}: {visible(_one_line(spec.summary.value))}" if spec.summary else name]
    if spec.description:
        parts.append("\n".join(textwrap.wrap(visible(_one_line(spec.description.value)), min(page.columns, 100))))
    return "\n".join(parts)


def _definition(formulas: Formulas, page: Page) -> list[str]:
    lines = _equation(f"{formulas.name}({', '.join(_letter(n, page) for n in formulas.inputs)})", formulas.value, page)
    for name, formula in used_let(formulas):
        lines += _equation(_letter(name, page), formula, page)
    return lines


def _gradient(formulas: Formulas, report: GradientReport, page: Page) -> str:
    formula = dict(formulas.gradients)[report.variable]
    over = f"d {formulas.name}/d{report.variable}"
    if page.unicode:
        over = f"∂{formulas.name}/∂{_letter(report.variable, page)}"
    if formula.text:
        lines = _equation(over, formula, page)
    else:
        lines = [over if report.verdict is Verdict.UNDECIDED else f"{over} is too long to be shown"]
    verdict = _verdict(report, page.palette)
    wrapped = textwrap.wrap(verdict, max(page.columns - 6, 40)) if not page.palette.on else [verdict]
    return _lines([*lines, *(_INDENT + line for line in wrapped)])


def _equation(left: str, formula: Formula, page: Page) -> list[str]:
    """The lines of ``left = formula``: set in two dimensions where that fits, else in one, broken if need be."""
    room = page.columns - len(_INDENT)
    if page.unicode and formula.expr is not None:
        for stacked in (True, False):
            box = beside(f"{left} = ", UnicodeNotation(formula.expr.free, stacked=stacked).set(formula.expr))
            if box.width <= room:
                return [line.rstrip() for line in box.lines]
        text = box.lines[0]
    else:
        text = f"{left} = {visible(formula.text)}"
    return textwrap.wrap(text, room, subsequent_indent=" " * 4, break_long_words=False, break_on_hyphens=False)


def _verdict(report: GradientReport, palette: Palette) -> str:
    verdict = coloured_verdict(report.verdict, palette)
    head = "claimed" if report.verdict in _CLAIMED else ""
    if report.verdict is Verdict.SURROGATE:
        verdict += ", in place of the derivative"
    note = visible(note_text(report, verbose=True))
    text = f"{head}; {verdict}" if head else verdict
    return f"{text}: {note}" if note else text


def _parameters(spec: ActivationSpec, page: Page) -> str:
    rows = [(i.name.value, "", _within(i.domain.value)) for i in spec.inputs if i.domain is not None]
    rows += [(p.name.value, f"= {_one_line(p.default.value)}", _about(p)) for p in spec.parameters]
    names = max((len(visible(name)) for name, _, _ in rows), default=0)
    defaults = max((len(visible(default)) for _, default, _ in rows), default=0)
    lines = []
    for name, default, about in rows:
        shown = _letter(name, page)
        alias = f"{shown}, " if page.unicode and shown != name else ""
        row = f"{visible(name).ljust(names)} {visible(default).ljust(defaults)}  {alias}{visible(about)}"
        lines.append(row.rstrip())
    return _lines(lines)


def _about(parameter: ParameterSpec) -> str:
    parts = [_within(parameter.domain.value) if parameter.domain else "real"]
    parts += ["trainable"] if parameter.trainable else []
    parts += [_one_line(parameter.summary.value)] if parameter.summary else []
    return ", ".join(parts)


def _within(domain: str) -> str:
    return f"in {domain}" if domain.startswith(("(", "[")) else domain


def _legend(formulas: Formulas, page: Page) -> list[str]:
    """What the letters stand for."""
    lines = [f"{OUTPUT} is the value of {visible(formulas.name)}"] if formulas.uses_output else []
    if page.unicode:
        taken = frozenset(formulas.names)
        for op in functions_in(*(f.expr for f in formulas.every if f.expr is not None)):
            sign = letter(op, FUNCTIONS, GREEK_LETTERS, taken)
            if sign:
                lines.append(f"{sign} is {MEANINGS[op]}")
    return lines


def _accuracy(found: Accuracy) -> str:
    """The greatest errors in one floating-point type, in units of the last place."""
    gradients = (f"gradient by {name} {ulp_text(ulp)}" for name, ulp in found.gradient_ulp)
    parts = [f"value {ulp_text(found.value_ulp)}", *gradients]
    text = f"{found.dtype}: errors up to {', '.join(parts)} ULP"
    return visible(text + (f"; {found.nonfinite} results not finite" if found.nonfinite else ""))


def _by_region(name: str, accuracy: Sequence[Accuracy]) -> list[str]:
    """A table of the greatest errors, a column for each region of an input."""
    bounds = sorted({(r.low, r.high) for a in accuracy for r in a.regions if r.input == name})
    if not bounds:
        return []
    table = [["ULP by region", *(_bounds(name, *pair) for pair in bounds)]]
    for found in accuracy:
        regions = {(r.low, r.high): r for r in found.regions if r.input == name}
        rows = {"value": {pair: r.value_ulp for pair, r in regions.items()}}
        for variable, _ in found.gradient_ulp:
            rows[f"gradient by {variable}"] = {pair: dict(r.gradient_ulp)[variable] for pair, r in regions.items()}
        for what, errors in rows.items():
            table.append([f"{found.dtype} {what}", *(ulp_text(errors[p]) if p in errors else "" for p in bounds)])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        visible(
            "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))])
        ).rstrip()
        for first, *rest in table
    ]


def _bounds(name: str, low: float, high: float) -> str:
    if isinf(low) or isinf(high):
        return f"{name} >= {low:g}" if isinf(high) else f"{name} < {high:g}"
    return f"{low:g} to {high:g}"


def _origin(shown: Shown, page: Page) -> list[str]:
    spec = shown.spec
    lines = list(dict.fromkeys(f"accepted {d.code}: {_one_line(d.accepted or '')}" for d in shown.accepted))
    lines += [f"reference: {_one_line(r.value)}" for r in spec.reference]
    if spec.aliases:
        lines.append("also called " + ", ".join(alias.value for alias in spec.aliases))
    where = f"{shown.file}:{spec.location.line}"
    lines.append("comes with actc" if shown.shipped else where)
    return [page.palette.dim(visible(line)) for line in lines]


def _letter(name: str, page: Page) -> str:
    return GREEK_LETTERS.get(name, name) if page.unicode else name


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(_INDENT + line for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    for sign in "\\{}":
        text = text.replace(sign, "")
    for sign in "_%&#$":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("^", r"\^{}").replace("~", r"\~{}")
