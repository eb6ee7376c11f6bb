"""The last stage before text: expressions become routines with named, shared intermediates."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from actc.calculus.intervals import of_domain
from actc.lowering.branches import guard_branches
from actc.lowering.constants import fold_constants, nearest_double
from actc.lowering.nan import keep_nan
from actc.lowering.settled import settle_branches
from actc.model.algebra import negation, where
from actc.model.expr import LEAVES, NAN, UNDEFINED, Expr, fold, postorder, rebuild, symbol
from actc.model.program import Assignment, Documentation, Program, ProgramParameter, Routine
from actc.model.text import to_text
from actc.model.verdict import Gradient, Gradients, Kink, Verdict


def lower(gradients: Gradients, described: Gradients | None = None) -> Program:
    """The program of one activation.

    ``described`` are the gradients whose formulas the docstrings show, where those to be emitted were rewritten.

    - closed parts become float64 constants;
    - sides of branches get safe inputs in the gradients, which may be differentiated again; the value never is;
    - a NaN of the input reaches the output;
    - what is used twice, and what the author named, gets a name.
    """
    activation = gradients.activation
    inputs = tuple(i.name for i in activation.inputs)
    defaults = {p.name: nearest_double(p.default) or Fraction(0) for p in activation.parameters}
    names = {fold_constants(formula.expr): name for name, formula in activation.let}
    taken = frozenset({*inputs, *defaults, *names.values()})

    ranges = {p.name: of_domain(p.domain) for p in activation.parameters}

    def finish(expr: Expr) -> Expr:
        folded = settle_branches(fold_constants(_covered(expr)))
        depends = tuple(name for name in inputs if name in folded.free)
        return keep_nan(guard_branches(folded, inputs, defaults, ranges), depends)

    value = keep_nan(settle_branches(fold_constants(_covered(gradients.value))), inputs)
    slopes = tuple(finish(g.expr) for g in gradients.gradients)
    return Program(
        name=activation.name,
        layer_name=activation.layer_name,
        inputs=inputs,
        parameters=tuple(
            ProgramParameter(
                name=p.name,
                default=_literal(defaults[p.name], integer=p.domain.integer),
                domain=p.domain,
                trainable=p.trainable,
                summary=p.summary,
            )
            for p in activation.parameters
        ),
        value=_routine((value,), names, taken),
        gradient=_routine(slopes, names, taken),
        with_respect_to=tuple(g.variable for g in gradients.gradients),
        documentation=_document(described or gradients),
    )


def _covered(root: Expr) -> Expr:
    """What a ``Piecewise`` leaves open is NaN; no number is there, or an error was reported."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node is UNDEFINED:
            return NAN
        if node.op == "where" and args[2].op == "where" and args[2].args[2] is NAN:
            rest = args[2].args
            if rest[0] == negation(args[0]):
                return where(args[0], args[1], rest[1])
        return rebuild(node, args)

    return fold(root, visit)


def _literal(value: Fraction, *, integer: bool) -> str:
    return str(int(value)) if integer else repr(float(value))


def _routine(results: tuple[Expr, ...], names: Mapping[Expr, str], taken: frozenset[str]) -> Routine:
    """Name what is used more than once, in the order in which it is needed."""
    uses: dict[Expr, int] = {}
    order = list(postorder(*results))
    for node in order:
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    for result in results:
        uses[result] = uses.get(result, 0) + 1
    body: list[Assignment] = []
    known: dict[Expr, Expr] = {}
    count = 0

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        nonlocal count
        here = rebuild(node, args)
        if node.op in LEAVES or not node.free:
            return here
        if node in names:
            name = names[node]
        elif uses[node] > 1 and not _is_trivial(node):
            count += 1
            while f"t{count}" in taken:
                count += 1
            name = f"t{count}"
        else:
            return here
        body.append(Assignment(name, here))
        return symbol(name)

    finished = tuple(fold(result, visit, known) for result in results)
    return Routine(tuple(body), finished)


def _is_trivial(node: Expr) -> bool:
    return node.op == "neg" and not node.args[0].args


def _document(gradients: Gradients) -> Documentation:
    spec = gradients.activation.spec
    return Documentation(
        summary=spec.summary.value if spec.summary else "",
        description=spec.description.value if spec.description else "",
        references=tuple(r.value for r in spec.reference),
        source=spec.location.file.replace("\\", "/").rsplit("/", 1)[-1],
        formula=" ".join(spec.expression.value.split()),
        let=tuple((n.name.value, " ".join(n.value.value.split())) for n in spec.let),
        gradients=tuple((g.variable, _slope_text(gradients, g), _sentence(g)) for g in gradients.gradients),
        conventions=tuple(_convention(k) for k in gradients.kinks),
    )


def _slope_text(gradients: Gradients, gradient: Gradient) -> str:
    activation = gradients.activation
    written = {**dict(activation.claims), **dict(activation.surrogates)}.get(gradient.variable)
    if written is not None:
        return " ".join(written.text.value.split())
    named = {formula.expr: symbol(name) for name, formula in reversed(activation.let)}
    expr = gradient.expr
    if expr.op == "where" and expr.args[2] is NAN:  # outside the inputs' domains
        expr = expr.args[1]
    text = to_text(fold(expr, lambda node, args: named.get(node) or rebuild(node, args)))
    return text if len(text) <= 400 else "derived; see the code"


def _sentence(gradient: Gradient) -> str:
    match gradient.verdict:
        case Verdict.PROVED:
            return f"proved equal to the derivative ({gradient.method})"
        case Verdict.VERIFIED:
            return f"agrees with the derivative ({gradient.method}); not proved"
        case Verdict.DERIVED:
            return "derived by the compiler"
        case Verdict.SURROGATE:
            return "a surrogate, chosen by the author in place of the derivative"
    return str(gradient.verdict.value)


def _convention(kink: Kink) -> str:
    sides = f"left {_short(kink.left)}, right {_short(kink.right)}, gradient used {_short(kink.used)}"
    return f"{kink.kind} at {kink.where}, by {kink.of}: {sides}"


def _short(value: float | None) -> str:
    return "depends" if value is None else f"{value:.6g}"
