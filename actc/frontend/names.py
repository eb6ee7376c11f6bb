"""Which names an author may choose. Each check reports what is wrong and returns whether the name may be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from actc.diagnostics import DiagnosticLog
from actc.frontend.fields import EXAMPLE
from actc.frontend.reserved import (
    BUILTINS,
    GENERATED_ARGUMENTS,
    KEYWORDS,
    LAYER_NAMES,
    PACKAGE_NAMES,
    VARIABLE_NAMES,
    WEIGHT_ARGUMENTS,
)
from actc.frontend.wording import quoted
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES
from actc.model.spec import Text

ACTIVATION_NAME = "[a-z][a-z0-9]*(_[a-z0-9]+)*"
EXAMPLE_KEYS = frozenset(field.name for field in EXAMPLE.fields)
ALIAS = "[A-Za-z][A-Za-z0-9_.-]*"
IDENTIFIER = "[A-Za-z][A-Za-z0-9_]*"


def layer_name(name: str) -> str:
    """The layer's name for an activation's: the parts joined, each with its first letter raised.

    >>> layer_name("hard_tanh")
    'HardTanh'
    """
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _hiding() -> dict[str, str]:
    """Activation names whose layer would bear a builtin's or keyword's name: ``value_error``, ``none``."""
    split = {"_".join(re.findall("[A-Z]+(?![a-z])|[A-Z][a-z]+", taken)).lower(): taken for taken in BUILTINS | KEYWORDS}
    return {name: taken for name, taken in sorted(split.items()) if name and layer_name(name) == taken}


HIDING_LAYERS = _hiding()
RESERVED_ACTIVATIONS = frozenset(
    {name for name in KEYWORDS | BUILTINS | PACKAGE_NAMES if name == name.lower()} | set(HIDING_LAYERS)
)


def check_activation_name(name: Text, log: DiagnosticLog) -> bool:
    """An activation's ``name``: lower-case parts joined by single underscores, and no name that is taken."""
    value = name.value
    if not re.fullmatch(ACTIVATION_NAME, value):
        message = f"{quoted(value)} cannot be the name of an activation"
        suggestion = _lower_case(value)
        rule = "lower-case letters and digits, in parts joined by `_`, a letter first"
        _report(log, "ACT120", name, message, f"write `{suggestion}`" if suggestion else rule)
        return False
    if value in HIDING_LAYERS:
        message = f"the layer of {quoted(value)} would be `{layer_name(value)}`, which Python has taken"
        _report(log, "ACT121", name, message, "choose another name")
        return False
    taken = (
        "a Python keyword"
        if value in KEYWORDS
        else "a Python builtin"
        if value in BUILTINS
        else "a name of every generated package"
        if value in PACKAGE_NAMES
        else None
    )
    if taken is not None:
        help = f"choose another name and list `{value}` under `aliases`"
        _report(log, "ACT121", name, f"{quoted(value)} is {taken}", help)
    return taken is None


def check_aliases(name: Text | None, aliases: Iterable[Text], log: DiagnosticLog) -> bool:
    """The ``aliases``: single words, none of them given twice or the name itself."""
    first = {} if name is None else {name.value: name}
    right = True
    for alias in aliases:
        earlier = first.setdefault(alias.value, alias)
        if not re.fullmatch(ALIAS, alias.value):
            message = f"{quoted(alias.value)} cannot be an alias"
            _report(log, "ACT128", alias, message, "a letter, then letters, digits, `_`, `-` and `.`")
            right = False
        elif earlier is not alias:
            message = f"alias {quoted(alias.value)} is given already, on line {earlier.location.line}"
            _report(log, "ACT128", alias, message, "remove it")
            right = False
    return right


def check_input_name(name: Text, log: DiagnosticLog) -> bool:
    """An input's name: an identifier that the language leaves free."""
    return _check_identifier(name, log) and _check_not_function(name, "an input", log)


def check_let_name(name: Text, log: DiagnosticLog) -> bool:
    """The name of a ``let``: an identifier that the language leaves free."""
    return _check_identifier(name, log) and _check_not_function(name, "a `let`", log)


def check_parameter_name(name: Text, log: DiagnosticLog) -> bool:
    """A parameter's name: an identifier, perhaps a function's, but free as an argument and attribute of its layer."""
    if not _check_identifier(name, log):
        return False
    value = name.value
    if value in GENERATED_ARGUMENTS:
        message = f"{quoted(value)} is an argument of every generated layer"
    elif value in LAYER_NAMES:
        message = f"{quoted(value)} is an argument or attribute of `keras.layers.Layer`"
    else:
        return True
    _report(log, "ACT125", name, message, "choose another name")
    return False


def check_weight_arguments(parameters: Sequence[Text], trainable: Iterable[Text], log: DiagnosticLog) -> bool:
    """That no parameter bears the name of an argument which a trainable one brings: ``beta_initializer``."""
    brought = {f"{owner.value}_{part}": owner for owner in trainable for part in WEIGHT_ARGUMENTS}
    right = True
    for name in parameters:
        if name.value in brought:
            owner = brought[name.value].value
            message = f"{quoted(name.value)} is the layer's argument for the trainable parameter {quoted(owner)}"
            _report(log, "ACT126", name, message, "choose another name")
            right = False
    return right


def check_distinct(names: Iterable[Text], log: DiagnosticLog) -> bool:
    """That inputs, parameters and ``let`` names all differ. The later one in the file is reported."""
    first: dict[str, Text] = {}
    right = True
    for name in sorted(names, key=lambda name: name.location):
        earlier = first.setdefault(name.value, name)
        if earlier is not name:
            message = f"the name {quoted(name.value)} is taken, on line {earlier.location.line}"
            _report(log, "ACT127", name, message, "inputs, parameters and `let` have distinct names")
            right = False
    return right


def check_not_implied(names: Iterable[Text], implied: str, log: DiagnosticLog) -> bool:
    """That no parameter or ``let`` bears the name of the input which a file has that gives none."""
    clashing = [name for name in names if name.value == implied]
    for name in clashing:
        message = f"the name {quoted(implied)} is taken by the input"
        _report(log, "ACT127", name, message, "name the input otherwise under `inputs`")
    return not clashing


def check_inputs_in_examples(inputs: Iterable[Text], log: DiagnosticLog) -> bool:
    """That no input bears the name of an example's own key: the example could not give it."""
    clashing = [name for name in inputs if name.value in EXAMPLE_KEYS]
    for name in clashing:
        message = f"examples cannot give the input {quoted(name.value)}, as they have a key of that name"
        _report(log, "ACT129", name, message, "choose another name")
    return not clashing


def _check_identifier(name: Text, log: DiagnosticLog) -> bool:
    value = name.value
    if not re.fullmatch(IDENTIFIER, value):
        rule = "ASCII letters, digits and `_`, a letter first"
        _report(log, "ACT122", name, f"{quoted(value)} cannot be a name in expressions", rule)
        return False
    if value == "y":
        reason = "the activation's own output"
    elif value in KEYWORDS:
        reason = "a Python keyword"
    elif value in CONSTANT_NAMES:
        reason = "a constant"
    elif value in VARIABLE_NAMES:
        reason = "a type in generated code" if value == "Any" else "a module in generated code"
    else:
        return True
    _report(log, "ACT123", name, f"{quoted(value)} is {reason}", "choose another name")
    return False


def _check_not_function(name: Text, role: str, log: DiagnosticLog) -> bool:
    if name.value not in FUNCTION_NAMES:
        return True
    message = f"{quoted(name.value)} is a function and cannot name {role}"
    _report(log, "ACT124", name, message, "choose another name; only a parameter may hide a function")
    return False


def _lower_case(value: str) -> str | None:
    """``HardTanh``, ``hard-tanh`` or ``Hard Tanh`` as a name, None where no name comes of it."""
    if not value.isascii():
        return None
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", value)
    name = re.sub(r"[\W_]+", "_", spaced).strip("_").lower()
    taken = name in KEYWORDS or name in BUILTINS or name in PACKAGE_NAMES or name in HIDING_LAYERS
    return name if re.fullmatch(ACTIVATION_NAME, name) and not taken and len(name) <= 60 else None


def _report(log: DiagnosticLog, code: str, name: Text, message: str, help: str) -> None:
    log.report(code, name.location, message, help, length=len(name.value))
