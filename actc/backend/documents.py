"""The docstrings of a generated module: formula, gradient, conventions, arguments, what is raised, references."""

from __future__ import annotations

from collections.abc import Sequence

from actc.backend.layout import STEP
from actc.backend.text import docstring, filled, one_line, visible
from actc.model.program import Program, ProgramParameter

_TENSORS = "float16, bfloat16, float32 or float64; integers and Python numbers become floatx"
_PASSED = "A number, a tensor or a variable that broadcasts with the input."


def module_docstring(programs: Sequence[Program]) -> str:
    """What the module offers, one line for each activation."""
    title = "The activation" if len(programs) == 1 else "The activations"
    names = ", ".join(f"``{p.name}``" for p in programs)
    return docstring((filled(f"{title} {names}.", 0),), 0)


def pass_docstring(program: Program, by: Sequence[str]) -> str:
    """One line for a function of the op: its value, or its gradients by some variables."""
    if not by:
        return docstring((f"The value of ``{program.name}``.",), 1)
    return docstring((f"The upstream gradient times the slope of ``{program.name}``: by {', '.join(by)}.",), 1)


def function_docstring(program: Program) -> str:
    """Everything that is known of the activation."""
    described = program.documentation
    arguments = [_input_entry(name) for name in program.inputs]
    arguments += [_parameter_entry(p, _PASSED) for p in program.parameters]
    return docstring(
        (
            _summary(program),
            visible(described.description).strip("\n"),
            _formula(program),
            _section("Gradient", _gradients(program)),
            _section("Conventions", [filled(text, 2, STEP) for text in described.conventions]),
            _section("Args", arguments),
            _section("Returns", [_returned(program)]),
            _section("Raises", _raised(program)),
            _section("References", [one_line(text) for text in described.references]),
        ),
        1,
    )


def layer_docstring(program: Program) -> str:
    """How to construct and to call the layer; the mathematics is the function's."""
    trained = [p for p in program.parameters if p.trainable]
    several = len(program.inputs) > 1
    called = f" It is called on a list of its inputs, {', '.join(program.inputs)}." if several else ""
    weights = f" Its weights are {', '.join(p.name for p in trained)}." if trained else ""
    text = f"The function ``{program.name}`` as a layer.{called}{weights}"
    arguments = [_parameter_entry(p, "The weight's initial value." if p.trainable else "") for p in program.parameters]
    if trained:
        shared = (
            "shared_axes: None for weights that are one number each; a list of axes to share a weight along, as in "
            "``keras.layers.PReLU``, ``[]`` for one number per element. Axis 0 is the batch."
        )
        arguments.append(filled(shared, 2, STEP))
        for parameter in trained:
            arguments += _weight_entries(parameter)
    arguments.append("**kwargs: Keywords of ``keras.layers.Layer``.")
    return docstring(
        (
            _summary(program),
            filled(text, 1),
            _formula(program),
            _section("Args", arguments),
            _section("Raises", _raised(program)),
        ),
        1,
    )


def _summary(program: Program) -> str:
    return one_line(program.documentation.summary) or f"The activation ``{program.name}``."


def _formula(program: Program) -> str:
    described = program.documentation
    head = f"{program.name}({', '.join(program.inputs)})"
    lines = [f"{STEP}{head} = {one_line(described.formula)}"]
    for i, (name, text) in enumerate(described.let):
        lines.append(f"{STEP}{'where' if i == 0 else '     '} {one_line(name)} = {one_line(text)}")
    return "\n".join(lines)


def _gradients(program: Program) -> list[str]:
    entries = []
    for variable, formula, verdict in program.documentation.gradients:
        entries.append(f"by {one_line(variable)}: {one_line(formula)}")
        if verdict.strip():
            entries.append(STEP + filled(verdict, 3).replace("\n", "\n" + STEP))
    return entries


def _input_entry(name: str) -> str:
    return filled(f"{name}: A tensor, variable, array, list or number of any shape; {_TENSORS}.", 2, STEP)


def _parameter_entry(parameter: ProgramParameter, what: str) -> str:
    summary = one_line(parameter.summary)
    if summary and summary[-1] not in ".!?":
        summary += "."
    domain = one_line(parameter.domain.text)
    return filled(f"{parameter.name}: {summary} Domain: {domain}. Default: {parameter.default}. {what}", 2, STEP)


def _weight_entries(parameter: ProgramParameter) -> list[str]:
    name = parameter.name
    bounded = parameter.domain.low is not None or parameter.domain.high is not None or parameter.domain.nonzero
    default = "by default the projection onto the domain" if bounded else "by default none"
    return [
        filled(f"{name}_initializer: Initializer of the weight; overrides ``{name}``.", 2, STEP),
        filled(f"{name}_regularizer: Regularizer of the weight.", 2, STEP),
        filled(f"{name}_constraint: Constraint of the weight, {default}.", 2, STEP),
    ]


def _returned(program: Program) -> str:
    dtype = "in the input's dtype." if len(program.inputs) == 1 else "in the inputs' dtype, promoted where they differ."
    return filled(f"A tensor of the shape to which the arguments broadcast, {dtype}", 2)


def _raised(program: Program) -> list[str]:
    raised = ["TypeError: An argument is complex or not numeric."]
    if program.parameters:
        raised.append(filled("ValueError: A parameter that is a Python number lies outside its domain.", 2, STEP))
    return raised


def _section(title: str, entries: Sequence[str]) -> str:
    """A heading with its entries below it, indented; empty where there are none."""
    if not entries:
        return ""
    body = "\n".join(entries).replace("\n", "\n" + STEP)
    return f"{title}:\n{STEP}{body}"
