"""What the templates are given: frozen records of finished text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actc.backend.documents import function_docstring, layer_docstring, module_docstring
from actc.backend.layout import STEP, Atom, Call, Node, listed, statement
from actc.backend.printer import print_number
from actc.backend.routines import op_text
from actc.backend.text import literal
from actc.model.domain import Domain
from actc.model.program import Program, ProgramParameter

_RESERVED = frozenset({"self", "super", "kwargs", "shared_axes"})
_WEIGHT_ARGUMENTS = ("initializer", "regularizer", "constraint")


@dataclass(frozen=True, slots=True)
class ActivationContext:
    """One activation: the texts of its op, its function and its layer."""

    domains: str  # the table of its parameters' domains, "" where it has none
    passes: tuple[str, ...]  # the op's functions: its value, its gradients
    op: str
    function_key: str  # '"swish"'
    function_signature: str
    function_docstring: str
    function_body: str
    layer_key: str
    layer_name: str
    layer_docstring: str
    layer_signature: str
    layer_body: str
    layer_call: str


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """One generated module."""

    header: str
    docstring: str
    exports: str  # its ``__all__``
    activations: tuple[ActivationContext, ...]
    uses_tensorflow: bool  # whether an op calls it itself


@dataclass(frozen=True, slots=True)
class PackageContext:
    """The generated ``__init__.py``."""

    header: str
    docstring: str
    imports: tuple[str, ...]
    exports: str
    functions: str  # the table from names to functions


@dataclass(frozen=True, slots=True)
class SupportContext:
    """The generated support file."""

    header: str
    package: str  # a Python string literal
    xla: str  # whether XLA may compile passes: True or False


def module_context(header: str, programs: tuple[Program, ...]) -> ModuleContext:
    """The context of a module with these activations, in their order."""
    activations = tuple(_activation_context(p) for p in programs)
    return ModuleContext(
        header=header,
        docstring=module_docstring(programs),
        exports=exports_text(name for p in programs for name in (p.name, p.layer_name)),
        activations=activations,
        uses_tensorflow=any("tf." in function for a in activations for function in a.passes),
    )


def exports_text(names: Iterable[str]) -> str:
    """``__all__ = [...]``, sorted by code point."""
    return "\n".join(listed("__all__ = [", tuple(Atom(literal(name)) for name in sorted(names)), "]", 0))


def _activation_context(program: Program) -> ActivationContext:
    _refuse_reserved(program)
    op, table = f"_{program.name}_op", f"_{program.name.upper()}_DOMAINS"
    text = op_text(program, op)
    return ActivationContext(
        domains=_domain_table(table, program.parameters),
        passes=text.functions,
        op=text.op,
        function_key=literal(program.name),
        function_signature=_function_signature(program),
        function_docstring=function_docstring(program),
        function_body=_function_body(program, op, table),
        layer_key=literal(program.layer_name),
        layer_name=program.layer_name,
        layer_docstring=layer_docstring(program),
        layer_signature=_layer_signature(program),
        layer_body=_layer_body(program, table),
        layer_call=_layer_call(program),
    )


def _refuse_reserved(program: Program) -> None:
    """Raise ValueError for names that the generated signatures need for themselves."""
    variables = (*program.inputs, *(p.name for p in program.parameters))
    names = [*variables, *(name for p in program.parameters if p.trainable for name in _weight_arguments(p))]
    taken = {p.name for p in program.parameters} & _RESERVED
    for name in names:
        if name in taken or names.count(name) > 1:
            raise ValueError(f"{program.name}: the name {name!r} is taken by an argument of the generated code")


def _weight_arguments(parameter: ProgramParameter) -> tuple[str, ...]:
    return tuple(f"{parameter.name}_{what}" for what in _WEIGHT_ARGUMENTS)


def _domain_table(table: str, parameters: tuple[ProgramParameter, ...]) -> str:
    if not parameters:
        return ""
    lines = [f"{table} = {{"]
    for parameter in parameters:
        lines += statement(f"{literal(parameter.name)}: ", _domain(parameter.domain), 1)
        lines[-1] += ","
    return "\n".join([*lines, "}"])


def _domain(domain: Domain) -> Node:
    """The call that makes the domain anew; what is as usual is left out."""
    arguments = [literal(domain.text)]
    if domain.low is not None:
        arguments.append(f"low={print_number(domain.low)}")
    if domain.high is not None:
        arguments.append(f"high={print_number(domain.high)}")
    flags = {
        "low_closed": domain.low is not None and not domain.low_open,
        "high_closed": domain.high is not None and not domain.high_open,
        "nonzero": domain.nonzero,
        "integer": domain.integer,
    }
    arguments += [f"{name}=True" for name, is_set in flags.items() if is_set]
    return Call("_support.Domain", tuple(map(Atom, arguments)))


def _function_signature(program: Program) -> str:
    items = [f"{name}: Any" for name in program.inputs]
    items += [f"{p.name}: Any = {p.default}" for p in program.parameters]
    return "\n".join(listed(f"def {program.name}(", tuple(map(Atom, items)), ") -> Any:", 0))


def _function_body(program: Program, op: str, table: str) -> str:
    arguments = [Atom(literal(program.name)), Atom(op), _tuple(program.inputs)]
    if program.parameters:
        arguments += [_tuple([p.name for p in program.parameters]), Atom(table)]
    return "\n".join(statement("return ", Call("_support.call", tuple(arguments)), 1))


def _tuple(names: list[str] | tuple[str, ...]) -> Node:
    return Call("", tuple(map(Atom, names))) if len(names) > 1 else Atom(f"({names[0]},)")


def _layer_signature(program: Program) -> str:
    trained = [p for p in program.parameters if p.trainable]
    items = ["self", *(f"{p.name}: Any = {p.default}" for p in program.parameters)]
    if trained:
        items.append("shared_axes: Any = None")
    items += [f"{name}: Any = None" for p in trained for name in _weight_arguments(p)]
    lines = listed("def __init__(", (*map(Atom, items), Atom("**kwargs: Any")), ") -> None:", 1)
    return "\n".join(lines)


def _layer_body(program: Program, table: str) -> str:
    lines = [f"{STEP * 2}super().__init__(**kwargs)"]
    if len(program.inputs) > 1:
        lines.append(f"{STEP * 2}self._count = {len(program.inputs)}")
    if any(p.trainable for p in program.parameters):
        lines.append(f"{STEP * 2}self._share(shared_axes)")
    for parameter in program.parameters:
        name = literal(parameter.name)
        arguments = [name, parameter.name, f"{table}[{name}]"]
        method = "self._add_parameter"
        if parameter.trainable:
            method = "self._add_weight"
            arguments += _weight_arguments(parameter)
        lines += statement("", Call(method, tuple(map(Atom, arguments))), 2)
    return "\n".join(lines)


def _layer_call(program: Program) -> str:
    parameters = [f"self.{p.name}" for p in program.parameters]
    if len(program.inputs) == 1:
        return "\n".join(statement("return ", _call(program.name, ["self._one(inputs)", *parameters]), 2))
    inputs = _free(program.inputs, {program.name, "inputs", "self"})
    taken = f"{STEP * 2}{', '.join(inputs)} = self._several(inputs)"
    return "\n".join([taken, *statement("return ", _call(program.name, [*inputs, *parameters]), 2)])


def _free(names: tuple[str, ...], taken: set[str]) -> list[str]:
    """The names, with underscores added to those that are taken."""
    found = []
    for name in names:
        free = name
        while free in taken or (free != name and free in names):
            free += "_"
        found.append(free)
    return found


def _call(function: str, arguments: list[str]) -> Node:
    return Call(function, tuple(map(Atom, arguments)))
