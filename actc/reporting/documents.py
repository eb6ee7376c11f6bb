"""Results for programs: the JSON document, GitHub's annotations and SARIF."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from actc.diagnostics import CODES, Diagnostic, Severity
from actc.model.compiled import Accuracy, ActivationReport, GradientReport
from actc.model.relative import Relative
from actc.model.shape import Shape
from actc.model.verdict import Kink
from actc.output.folder import Plan
from actc.project.check import Checked, effective_severity

Document = dict[str, Any]


def json_document(checked: Checked, plan: Plan | None = None, diff: str | None = None) -> str:
    """The document of ``--format json``; numbers that JSON cannot say are the texts "inf", "-inf" and "nan"."""
    document: Document = {
        "version": 1,
        "activations": [_activation(r, c.file) for c in checked.files for r in c.activations],
        "diagnostics": [_diagnostic(d, checked.strict) for d in checked.diagnostics],
    }
    if plan is not None:
        document["output"] = plan.printed
        document["files"] = [{"path": f"{plan.printed}/{f.name}", "state": f.state.value} for f in plan.files]
        document["foreign"] = [f"{plan.printed}/{name}" for name in plan.foreign]
    if diff is not None:
        document["diff"] = diff
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def shown_document(reports: Sequence[tuple[ActivationReport, str]], found: Sequence[Diagnostic]) -> str:
    """As ``json_document``, of some activations with their files and what was found in them."""
    document: Document = {
        "version": 1,
        "activations": [_activation(report, file) for report, file in reports],
        "diagnostics": [_diagnostic(d, strict=False) for d in found],
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def github_annotations(checked: Checked) -> str:
    """One workflow command for each diagnostic that is not accepted."""
    lines = []
    for found in checked.diagnostics:
        if found.accepted is not None:
            continue
        where = found.location
        severity = effective_severity(found, strict=checked.strict).value
        message = found.message if found.help is None else f"{found.message}\nhelp: {found.help}"
        end = where.column + max(found.length, 1) - 1
        place = f"file={_property(where.file)},line={where.line},col={where.column},endColumn={end}"
        lines.append(f"::{severity} {place},title={_property(found.code)}::{_data(message)}\n")
    return "".join(lines)


def sarif_document(checked: Checked, version: str) -> str:
    """A SARIF 2.1.0 log of one run."""
    codes = sorted({found.code for found in checked.diagnostics})
    rules = [_rule(code) for code in codes]
    results = [_result(found, codes.index(found.code), checked.strict) for found in checked.diagnostics]
    driver = {"name": "actc", "version": version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _activation(report: ActivationReport, file: str) -> Document:
    return {
        "name": report.name.name,
        "layer": report.layer_name,
        "aliases": [alias.name for alias in report.aliases],
        "file": file,
        "line": report.line,
        "gradients": {g.variable: _gradient(g) for g in report.gradients},
        "kinks": [_kink(kink) for kink in report.kinks],
        "relatives": [_relative(relative) for relative in report.relatives],
        "shapes": [_shape(shape) for shape in report.shapes],
        "accuracy": None if report.accuracy is None else {a.dtype: _accuracy(a) for a in report.accuracy},
    }


def _gradient(report: GradientReport) -> Document:
    found, far = report.counterexample, report.deviation
    return {
        "verdict": report.verdict.value,
        "method": report.method or None,
        "counterexample": found
        and {**_point(found.at), "claimed": _digits(found.claimed), "actual": _digits(found.actual)},
        "deviation": far
        and {**_point(far.at), "surrogate": _number(far.surrogate), "derivative": _number(far.derivative)},
    }


def _kink(kink: Kink) -> Document:
    at = None if kink.at is None else {name: _number(value) for name, value in kink.at}
    sides = {"left": _number(kink.left), "right": _number(kink.right), "used": _number(kink.used)}
    return {"kind": kink.kind, "where": kink.where, "at": at, "of": kink.of, **sides}


def _relative(found: Relative) -> Document:
    return {
        "name": found.name,
        "relation": found.relation,
        "always": found.always,
        "at": dict(found.at),
        "parameters": dict(found.parameters),
    }


def _shape(found: Shape) -> Document:
    values = found.range
    return {
        "input": found.input,
        "at": {name: _number(value) for name, value in found.at},
        "limits": {"low": _number(found.low_limit), "high": _number(found.high_limit)},
        "stretches": [{"low": _number(s.low), "high": _number(s.high), "trend": s.trend} for s in found.stretches],
        "leaps": [{"at": _number(leap.at), "way": leap.way} for leap in found.leaps],
        "range": values
        and {
            "low": _number(values.low),
            "high": _number(values.high),
            "low_attained": values.low_attained,
            "high_attained": values.high_attained,
            "exact": values.exact,
        },
        "zeros": None if found.zeros is None else [[_number(low), _number(high)] for low, high in found.zeros],
        "always": found.always,
    }


def _accuracy(found: Accuracy) -> Document:
    gradients = {name: _number(value) for name, value in found.gradient_ulp}
    return {"value_ulp": _number(found.value_ulp), "gradient_ulp": gradients, "nonfinite": found.nonfinite}


def _diagnostic(found: Diagnostic, strict: bool) -> Document:
    where = found.location
    return {
        "code": found.code,
        "severity": effective_severity(found, strict=strict).value,
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "length": found.length,
        "message": found.message,
        "help": found.help,
        "accepted": found.accepted,
    }


def _point(at: Iterable[tuple[str, Fraction]]) -> Document:
    return {name: _number(_float(value)) for name, value in at}


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _digits(text: str) -> float | str:
    """A number that was printed in full, as a number."""
    try:
        return _number(float(text)) or 0.0
    except ValueError:
        return text


def _number(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)


def _rule(code: str) -> Document:
    row = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.explanation or row.title},
        "defaultConfiguration": {"level": row.severity.value},
    }


def _result(found: Diagnostic, rule: int, strict: bool) -> Document:
    where = found.location
    region = {"startLine": where.line, "startColumn": where.column, "endColumn": where.column + max(found.length, 1)}
    place = {"artifactLocation": {"uri": _uri(where.file)}, "region": region}
    text = found.message if found.help is None else f"{found.message}. Help: {found.help}"
    level = "error" if effective_severity(found, strict=strict) is Severity.ERROR else "warning"
    result: Document = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
    if found.accepted is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": found.accepted}]
    return result


def _uri(file: str) -> str:
    from urllib.parse import quote

    path = quote(file.encode("utf-8", "surrogateescape"))
    return f"file://{path}" if file.startswith("/") else path


def _data(text: str) -> str:
    """A message as GitHub's workflow commands spell it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
