"""The body of an op: the forward pass, and the inner ``grad`` that computes everything anew from the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actc.backend.layout import WIDTH, Atom, Call, Chain, Node, Prefix, flat, listed, statement
from actc.backend.printer import as_factor, print_expression, typed
from actc.model.expr import Expr
from actc.model.program import Assignment, Program, Routine


@dataclass(frozen=True, slots=True)
class Names:
    """The local names of an op, none of which is an input, a parameter or a name of the routines."""

    dtype: str
    value: str
    grad: str
    upstream: str
    arguments: tuple[str, ...]  # as they came: "x_in", "beta_in"
    partials: tuple[str, ...]  # "grad_x", "grad_beta"; one for each entry of ``with_respect_to``


@dataclass(frozen=True, slots=True)
class OpText:
    """The finished parts of an op."""

    signature: str
    forward: str
    grad_signature: str
    backward: str
    result: str


def op_text(program: Program, op: str) -> OpText:
    """Print the op of a program under the name ``op``."""
    names = _names(program)
    return OpText(
        signature="\n".join(listed(f"def {op}(", tuple(Atom(f"{a}: Any") for a in names.arguments), ") -> Any:", 0)),
        forward="\n".join(_forward(program, names)),
        grad_signature=f"    def {names.grad}({names.upstream}: Any) -> Any:",
        backward="\n".join(_backward(program, names)),
        result="\n".join(_result(program, names)),
    )


def _variables(program: Program) -> tuple[str, ...]:
    return program.inputs + tuple(p.name for p in program.parameters)


def _names(program: Program) -> Names:
    variables = _variables(program)
    assigned = [a.name for routine in (program.value, program.gradient) for a in routine.body]
    taken = {*variables, *assigned}

    def fresh(name: str) -> str:
        while name in taken:
            name += "_"
        taken.add(name)
        return name

    return Names(
        dtype=fresh("dtype"),
        value=fresh("value"),
        grad=fresh("grad"),
        upstream=fresh("upstream"),
        arguments=tuple(fresh(f"{v}_in") for v in variables),
        partials=tuple(fresh(f"grad_{v}") for v in program.with_respect_to),
    )


def _needed(routine: Routine) -> tuple[tuple[Assignment, ...], frozenset[str]]:
    """The assignments that reach a result, and the inputs and parameters that do."""
    wanted: set[str] = set().union(*(r.free for r in routine.results))
    body = []
    for assignment in reversed(routine.body):
        if assignment.name in wanted:
            wanted |= assignment.value.free
            body.append(assignment)
    return tuple(reversed(body)), frozenset(wanted)


def _forward(program: Program, names: Names) -> list[str]:
    body, wanted = _needed(program.value)
    inputs = _atoms(names.arguments[: len(program.inputs)])
    lines = statement(f"{names.dtype} = ", Call("_support.computing_dtype", inputs), 1)
    for variable, argument in zip(_variables(program), names.arguments, strict=True):
        if variable in wanted:
            lines += statement(f"{variable} = ", Call("_support.enter", _atoms((argument, names.dtype))), 1)
    lines += _assignments(body, names, 1)
    value = typed(print_expression(program.value.results[0], names.dtype), names.dtype)
    lines += statement(f"{names.value} = ", value, 1)
    if not wanted.issuperset(_variables(program)):
        spread = Call("_support.spread", _atoms((names.value, *names.arguments)))
        lines += statement(f"{names.value} = ", spread, 1)
    return lines


def _backward(program: Program, names: Names) -> list[str]:
    body, wanted = _needed(program.gradient)
    lines = []
    for variable, argument in zip(_variables(program), names.arguments, strict=True):
        if variable in wanted:
            lines += statement(f"{variable} = ", Call("tf.cast", _atoms((argument, names.dtype))), 2)
    lines += statement(f"{names.upstream} = ", Call("tf.cast", _atoms((names.upstream, names.dtype))), 2)
    lines += _assignments(body, names, 2)
    for partial, result in zip(names.partials, program.gradient.results, strict=True):
        lines += statement(f"{partial} = ", _product(names.upstream, result, names.dtype), 2)
    known = dict(zip(program.with_respect_to, names.partials, strict=True))
    arguments = _tuple(names.arguments)
    partials = _tuple([known.get(variable, "None") for variable in _variables(program)])
    return lines + statement("return ", Call("_support.gradients", (arguments, partials)), 2)


def _result(program: Program, names: Names) -> list[str]:
    inputs = names.arguments[: len(program.inputs)]
    dtype: Node = Atom(f"{inputs[0]}.dtype")
    if len(inputs) > 1:
        dtype = Call("_support.result_dtype", _atoms(inputs))
    cast = Call("tf.cast", (Atom(names.value), dtype))
    line = f"    return {flat(cast)}, {names.grad}"
    if len(line) <= WIDTH:
        return [line]
    return [*statement(f"{names.value} = ", cast, 1), f"    return {names.value}, {names.grad}"]


def _assignments(body: Iterable[Assignment], names: Names, indent: int) -> list[str]:
    lines = []
    for assignment in body:
        node = typed(print_expression(assignment.value, names.dtype), names.dtype)
        lines += statement(f"{assignment.name} = ", node, indent)
    return lines


def _product(upstream: str, partial: Expr, dtype: str) -> Node:
    """The upstream gradient times a partial derivative, which need not be a tensor."""
    if partial.is_number and partial.number == 0:
        return Call("tf.zeros_like", (Atom(upstream),))
    if partial.is_number and abs(partial.number) == 1:
        return Atom(upstream) if partial.number > 0 else Prefix("-", Atom(upstream))
    return Chain((Atom(upstream), as_factor(print_expression(partial, dtype))), ("*",))


def _atoms(names: Sequence[str]) -> tuple[Node, ...]:
    return tuple(Atom(name) for name in names)


def _tuple(names: Sequence[str]) -> Node:
    return Call("", _atoms(names)) if len(names) > 1 else Atom(f"({names[0]},)")
