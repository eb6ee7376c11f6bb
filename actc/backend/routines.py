"""An op's functions: its value, and its gradients, each computed anew from the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actc.backend.documents import pass_docstring
from actc.backend.layout import STEP, Atom, Call, Chain, Node, Prefix, flat, listed, statement
from actc.backend.printer import as_factor, paired_arguments, print_expression, typed
from actc.backend.text import literal
from actc.model.expr import LEAVES, Expr, postorder
from actc.model.program import Assignment, Program

_SLOW_COMPILED = frozenset({"asin", "acos", "atan", "atan2"})
"""What XLA computes many times more slowly than TensorFlow's own kernels do (docs/speed.md): a pass with one stays as
it is."""


_LONG = frozenset({"softplus", "log_sigmoid", "log1p", "expm1", "sin", "cos", "erfc", "normal_cdf"})
_AS_LONG_AS = 4
"""What a compiled pass computes by a series, and TensorFlow in as much time as it takes for so many sums."""


@dataclass(frozen=True, slots=True)
class OpText:
    """The finished parts of an op."""

    functions: tuple[str, ...]  # whole functions: the value, the gradients by the inputs, those by the parameters
    op: str  # the assignment that makes the op of them


@dataclass(frozen=True, slots=True)
class _Pass:
    """One function of an op: which arguments it uses and how much it does."""

    text: str
    uses: frozenset[str]
    operations: int  # tensors that it makes; 0 where XLA is not to compile it


def op_text(program: Program, op: str) -> OpText:
    """Print the op of a program under the name ``op``; its functions bear the activation's name too."""
    inputs = frozenset(program.inputs)
    value = _value(program, f"_{program.name}_value")
    passes = [value, _gradient(program, f"_{program.name}_gradient", program.inputs)]
    names = [f"_{program.name}_value", f"_{program.name}_gradient"]
    learned = tuple(p.name for p in program.parameters)
    if any(name not in inputs for name in program.with_respect_to):
        names.append(f"_{program.name}_gradient_of_parameters")
        passes.append(_gradient(program, names[-1], learned))
    arguments: list[Node] = [Atom(literal(program.name)), *map(Atom, names)]
    arguments += [_keyword("inputs", str(len(program.inputs)))] if len(program.inputs) > 1 else []
    arguments.append(_keyword("operations", flat(_tuple([str(p.operations) for p in passes]))))
    used = [[str(k) for k, name in enumerate(_variables(program)) if name in p.uses] for p in passes[1:]]
    arguments.append(_keyword("needs", flat(_tuple([flat(_tuple(indices)) for indices in used]))))
    return OpText(
        functions=tuple(p.text for p in passes),
        op="\n".join(statement(f"{op} = ", Call("_support.Op", tuple(arguments)), 0)),
    )


def _keyword(name: str, value: str) -> Node:
    return Atom(f"{name}={value}")


def _variables(program: Program) -> tuple[str, ...]:
    return program.inputs + tuple(p.name for p in program.parameters)


def _needed(body: Sequence[Assignment], results: Iterable[Expr]) -> tuple[tuple[Assignment, ...], frozenset[str]]:
    """The assignments that reach a result, and the names that do."""
    wanted: set[str] = set().union(*(r.free for r in results))
    kept = []
    for assignment in reversed(body):
        if assignment.name in wanted:
            wanted |= assignment.value.free
            kept.append(assignment)
    return tuple(reversed(kept)), frozenset(wanted)


def _operations(body: Sequence[Assignment], results: Iterable[Expr]) -> int:
    """How much is computed, in tensors; 0 where XLA would be slow."""
    nodes = list(postorder(*(a.value for a in body), *results))
    if any(node.op in _SLOW_COMPILED for node in nodes):
        return 0
    computed = [node for node in nodes if node.op not in LEAVES and node.free]
    return sum(_AS_LONG_AS if node.op in _LONG else 1 for node in computed)


def _value(program: Program, function: str) -> _Pass:
    variables = _variables(program)
    body, wanted = _needed(program.value.body, program.value.results)
    dtype = f"{variables[0]}.dtype"
    lines = [*_head(function, variables), STEP + pass_docstring(program, ())]
    paired = paired_arguments((*(a.value for a in body), program.value.results[0]))
    lines += _assignments(body, dtype, paired)
    result = typed(print_expression(program.value.results[0], dtype, paired), dtype)
    if not wanted.issuperset(variables):
        result = Call("_support.spread", (result, *_atoms(variables)))
    lines += statement("return ", result, 1)
    return _Pass("\n".join(lines), wanted, _operations(body, program.value.results))


def _gradient(program: Program, function: str, by: tuple[str, ...]) -> _Pass:
    """The upstream gradient times the partial derivatives by some variables."""
    variables = _variables(program)
    found = dict(zip(program.with_respect_to, program.gradient.results, strict=True))
    results = {name: found[name] for name in by if name in found}
    body, wanted = _needed(program.gradient.body, results.values())
    taken = {*variables, *(a.name for a in program.gradient.body)}
    upstream = _fresh("upstream", taken)
    dtype = f"{upstream}.dtype"
    lines = [*_head(function, (upstream, *variables)), STEP + pass_docstring(program, tuple(results))]
    paired = paired_arguments((*(a.value for a in body), *results.values()))
    lines += _assignments(body, dtype, paired)
    partials = {name: _fresh(f"grad_{name}", taken) for name in results}
    for name, result in results.items():
        lines += statement(f"{partials[name]} = ", _product(upstream, result, dtype, paired), 1)
    lines += statement("return ", _tuple([partials.get(name, "None") for name in by]), 1)
    return _Pass("\n".join(lines), wanted, _operations(body, results.values()))


def _fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _head(function: str, arguments: Sequence[str]) -> list[str]:
    return listed(f"def {function}(", tuple(Atom(f"{a}: Any") for a in arguments), ") -> Any:", 0)


def _assignments(body: Iterable[Assignment], dtype: str, paired: frozenset[Expr]) -> list[str]:
    lines = []
    for assignment in body:
        node = typed(print_expression(assignment.value, dtype, paired), dtype)
        lines += statement(f"{assignment.name} = ", node, 1)
    return lines


def _product(upstream: str, partial: Expr, dtype: str, paired: frozenset[Expr]) -> Node:
    """The upstream gradient times a partial derivative, which need not be a tensor."""
    if partial.is_number and partial.number == 0:
        return Call("tf.zeros_like", (Atom(upstream),))
    if partial.is_number and abs(partial.number) == 1:
        return Atom(upstream) if partial.number > 0 else Prefix("-", Atom(upstream))
    return Chain((Atom(upstream), as_factor(print_expression(partial, dtype, paired))), ("*",))


def _atoms(names: Sequence[str]) -> tuple[Node, ...]:
    return tuple(Atom(name) for name in names)


def _tuple(names: Sequence[str]) -> Node:
    return Atom(f"({names[0]},)") if len(names) == 1 else Call("", _atoms(names))
