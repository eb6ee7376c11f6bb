"""From what a file says to an activation in which every name is resolved.

Expressions are parsed in the order in which names become known: parameters' defaults, ``let`` from the top, the
activation itself, then what may speak of its output ``y``, then the examples.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from actc.diagnostics import CODES, DiagnosticLog, Severity
from actc.frontend.domains import parse_domain
from actc.frontend.expressions import Scope, parse_either, parse_number
from actc.frontend.names import layer_name
from actc.frontend.wording import did_you_mean
from actc.model.activation import Activation, Formula, Input, Known, KnownPoint, Parameter
from actc.model.domain import Domain
from actc.model.expr import ZERO, Expr, number, symbol
from actc.model.operations import FUNCTION_NAMES
from actc.model.spec import ActivationSpec, ExampleSpec, Named, ParameterSpec, Text

_SYNTAX = frozenset({"ACT150", "ACT151", "ACT152", "ACT156"})
_DECIMAL = re.compile(r"\s*[-+]?\s*(?P<whole>[0-9]*)\.(?P<digits>[0-9]*)(?:[eE](?P<exponent>[-+]?[0-9]+))?\s*")


def resolve(spec: ActivationSpec, log: DiagnosticLog) -> Activation | None:
    """The activation; None after reporting every name, number and expression that is wrong.

    What is wrong with an example or an acceptance is reported too, and the rest can be judged without it. Of a document
    that has mistakes already, only what is wrong by itself is reported: a name may be unknown just because the key that
    declares it is misspelled.
    """
    if not spec.sound:
        _check_syntax(spec, log)
        return None
    before = len(log.found)
    inputs = tuple(Input(i.name.value, _domain(i.domain, log), i.name.location) for i in spec.inputs)
    parameters = tuple(_parameter(p, log) for p in spec.parameters)
    names: dict[str, Expr] = {name: symbol(name) for name in _names(inputs, parameters)}
    hiding = frozenset(p.name for p in parameters) & FUNCTION_NAMES
    let: list[tuple[str, Formula]] = []
    for named in spec.let:
        part = parse_either(named.value, Scope(dict(names), hiding), log)
        # A part that failed stays known, so that its uses are not reported as well.
        names[named.name.value] = ZERO if part is None else part
        if part is not None:
            let.append((named.name.value, Formula(part, named.value)))
    scope = Scope(names, hiding)
    value = parse_number(spec.expression, scope, log)
    with_output = replace(scope, output=ZERO if value is None else value)
    variables = _variables(inputs, parameters)
    claims = _partials(spec.derivative, variables, inputs, with_output, log)
    surrogates = _partials(spec.surrogate, variables, inputs, with_output, log)
    _check_disjoint(spec, claims, surrogates, log)
    broken = value is None or any(d.is_error for d in log.found[before:])
    examples = tuple(_example(e, inputs, parameters, variables, log) for e in spec.examples)
    _check_accept(spec, log)
    known = [e for e in examples if e is not None]
    if value is None or broken:
        return None
    return Activation(
        spec=spec,
        name=spec.name.value,
        layer_name=layer_name(spec.name.value),
        inputs=inputs,
        parameters=parameters,
        let=tuple(let),
        value=Formula(value, spec.expression),
        claims=claims,
        surrogates=surrogates,
        examples=tuple(known),
    )


def _check_syntax(spec: ActivationSpec, log: DiagnosticLog) -> None:
    found = DiagnosticLog()
    texts = [spec.expression, *(n.value for n in spec.let), *(p.default for p in spec.parameters)]
    for given in (spec.derivative, spec.surrogate):
        texts += [given] if isinstance(given, Text) else [n.value for n in given or ()]
    for text in texts:
        if text.value:
            parse_either(text, Scope(), found)
    log.extend(d for d in found.found if d.code in _SYNTAX)


def _domain(text: Text | None, log: DiagnosticLog) -> Domain:
    if text is None:
        return Domain()
    return parse_domain(text, log) or Domain()


def _parameter(spec: ParameterSpec, log: DiagnosticLog) -> Parameter:
    domain = _domain(spec.domain, log)
    default = parse_number(spec.default, Scope(), log)
    if spec.trainable and domain.integer:
        log.report(
            "ACT160", spec.name.location, f"`{spec.name.value}` is an integer and cannot be trained",
            "leave out `trainable`, or `integer`", len(spec.name.value),
        )  # fmt: skip
    return Parameter(
        name=spec.name.value,
        default=ZERO if default is None else default,
        domain=domain,
        trainable=spec.trainable,
        summary=spec.summary.value if spec.summary else "",
        location=spec.default.location,
    )


def _names(inputs: tuple[Input, ...], parameters: tuple[Parameter, ...]) -> list[str]:
    return [i.name for i in inputs] + [p.name for p in parameters]


def _variables(inputs: tuple[Input, ...], parameters: tuple[Parameter, ...]) -> dict[str, bool]:
    """The names that a partial derivative may bear; False for an integer, which has none."""
    return {i.name: True for i in inputs} | {p.name: not p.domain.integer for p in parameters}


def _partials(
    given: Text | tuple[Named, ...] | None,
    variables: dict[str, bool],
    inputs: tuple[Input, ...],
    scope: Scope,
    log: DiagnosticLog,
) -> tuple[tuple[str, Formula], ...]:
    if given is None:
        return ()
    if isinstance(given, Text):
        if len(inputs) > 1:
            names = ", ".join(f"`{i.name}`" for i in inputs)
            log.report(
                "ACT161", given.location, "with several inputs the derivative is a mapping",
                f"give one for each of {names}, or for some of them", len(given.value),
            )  # fmt: skip
            return ()
        expr = parse_number(given, scope, log)
        return () if expr is None else ((inputs[0].name, Formula(expr, given)),)
    found: list[tuple[str, Formula]] = []
    for named in given:
        if not _check_variable(named.name, variables, log):
            continue
        expr = parse_number(named.value, scope, log)
        if expr is not None:
            found.append((named.name.value, Formula(expr, named.value)))
    return tuple(found)


def _check_variable(name: Text, variables: dict[str, bool], log: DiagnosticLog) -> bool:
    if name.value not in variables:
        hint = did_you_mean(name.value, list(variables)) or "the names are " + ", ".join(f"`{v}`" for v in variables)
        log.report("ACT162", name.location, f"`{name.value}` is no input or parameter", hint, len(name.value))
        return False
    if not variables[name.value]:
        message = f"`{name.value}` is an integer and has no derivative"
        log.report("ACT162", name.location, message, None, len(name.value))
        return False
    return True


def _check_disjoint(
    spec: ActivationSpec,
    claims: tuple[tuple[str, Formula], ...],
    surrogates: tuple[tuple[str, Formula], ...],
    log: DiagnosticLog,
) -> None:
    claimed = {name for name, _ in claims}
    for name, formula in surrogates:
        if name in claimed:
            place = spec.surrogate_key or formula.text.location
            if isinstance(spec.surrogate, tuple):
                place = next(n.name.location for n in spec.surrogate if n.name.value == name)
            log.report(
                "ACT163", place, f"`{name}` has a derivative and a surrogate",
                "a claim that must equal the derivative is `derivative`; a choice is `surrogate`",
                len(name) if isinstance(spec.surrogate, tuple) else len("surrogate"),
            )  # fmt: skip


def _example(
    spec: ExampleSpec,
    inputs: tuple[Input, ...],
    parameters: tuple[Parameter, ...],
    variables: dict[str, bool],
    log: DiagnosticLog,
) -> KnownPoint | None:
    known = set(_names(inputs, parameters))
    at: dict[str, Expr] = {}
    for named in spec.values:
        name = named.name.value
        if name not in known:
            hint = did_you_mean(name, [*sorted(known), "value", "derivative"])
            log.report("ACT164", named.name.location, f"`{name}` is no input or parameter", hint, len(name))
            continue
        expr = parse_number(named.value, Scope(), log)
        if expr is not None:
            at[name] = expr
    given = {named.name.value for named in spec.values}
    mistaken = not given <= known  # one name misspelled is one mistake
    for missing in (i.name for i in inputs if i.name not in given and not mistaken):
        log.report("ACT164", spec.location, f"the example does not give `{missing}`")
    value = _known(spec.value, log)
    derivatives: list[tuple[str, Known]] = []
    if isinstance(spec.derivative, Text):
        if len(inputs) > 1:
            log.report(
                "ACT161", spec.derivative.location, "with several inputs the derivative is a mapping",
                "give the partial derivatives by name", len(spec.derivative.value),
            )  # fmt: skip
        known_derivative = _known(spec.derivative, log)
        if known_derivative is not None:
            derivatives.append((inputs[0].name, known_derivative))
    for named in spec.derivative if isinstance(spec.derivative, tuple) else ():
        if _check_variable(named.name, variables, log):
            known_derivative = _known(named.value, log)
            if known_derivative is not None:
                derivatives.append((named.name.value, known_derivative))
    if value is None or any(i.name not in at for i in inputs):
        return None
    return KnownPoint(spec.location, tuple(at.items()), value, tuple(derivatives))


def _known(text: Text, log: DiagnosticLog) -> Known | None:
    expr = parse_number(text, Scope(), log)
    if expr is None:
        return None
    match = _DECIMAL.fullmatch(text.value)
    if match is None:
        return Known(expr, None, text)
    unit = Fraction(10) ** (int(match["exponent"] or 0) - len(match["digits"]))
    return Known(expr, number(unit), text)


def _check_accept(spec: ActivationSpec, log: DiagnosticLog) -> None:
    warnings = [code for code, row in CODES.items() if row.severity is Severity.WARNING]
    for named in spec.accept:
        code = named.name.value
        if code in warnings:
            continue
        if code in CODES:
            log.report("ACT165", named.name.location, f"`{code}` is an error and cannot be accepted", None, len(code))
        else:
            hint = did_you_mean(code, warnings)
            log.report("ACT165", named.name.location, f"`{code}` is no warning's code", hint, len(code))
