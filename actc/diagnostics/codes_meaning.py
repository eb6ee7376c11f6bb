"""ACT2xx: what an activation says is wrong (errors). ACT3xx: it may not be what is meant (warnings)."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))


def _warning(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.WARNING, title, explanation, example))


# Claims and examples.

_error(
    "ACT201",
    "wrong derivative",
    "The claimed derivative differs from the derivative at the point shown. The difference is certain: both values "
    "were enclosed in ball arithmetic. If it is meant to differ, call it `surrogate`.",
    "name: softsign\nexpression: x/(1 + Abs(x))\nderivative: 1 - y**2\n",
)
_error(
    "ACT202",
    "wrong value at a kink",
    "At a kink a claim may take any value between the derivatives on the two sides, and no other.",
    "name: bent\nexpression: Max(x, 0)\nderivative: Piecewise((1, x > 0), (0, x < 0), (2, True))\n",
)
_error(
    "ACT203",
    "claim not a real number",
    "The activation has a derivative at the point shown, but the claim is not a real, finite number there.",
    "name: parabola\nexpression: x**2\nderivative: 2*sqrt(x)**2\n",
)
_error(
    "ACT204",
    "undecided claim",
    "The claim was neither proved nor refuted, and could not be compared with the derivative anywhere.",
    "",
)
_error(
    "ACT205",
    "wrong example value",
    "The activation does not have this value. Integers and constant expressions are exact, a number with a decimal "
    "point is held to one unit of its last digit.",
    "name: double\nexpression: 2*x\nexamples:\n  - {x: 1, value: 3}\n",
)
_error(
    "ACT206",
    "wrong example derivative",
    "The gradient that is emitted (the surrogate's, where there is one) does not have this value.",
    "name: double\nexpression: 2*x\nexamples:\n  - {x: 1, value: 2, derivative: 1}\n",
)
_error(
    "ACT207",
    "example outside the domain",
    "The example's point does not lie in the domains of the inputs and parameters.",
    "name: root\ninputs: {x: nonnegative}\nexpression: x**2\nexamples:\n  - {x: -1, value: 1}\n",
)

# Where an activation is defined.

_error(
    "ACT210",
    "not a real number",
    "With its parameters at their defaults an activation must be real and finite at every input in its domain. Narrow "
    "the domain (`inputs: {x: positive}`) or change the expression.",
    "name: logarithm\nexpression: log(x)\n",
)
_error(
    "ACT211",
    "Piecewise does not cover the reals",
    "At the point shown no condition of the `Piecewise` holds. End it with a pair `(value, True)`.",
    "name: half\nexpression: Piecewise((x, x > 0), (0, x < 0))\n",
)
_error(
    "ACT212",
    "surrogate not a real number",
    "A surrogate must be real and finite wherever the activation is.",
    "name: spike\nexpression: step(x)\nsurrogate: 1/x\n",
)
_error(
    "ACT213",
    "no one-sided derivative",
    "The derivative has no limit at the point shown, not even an infinite one, so there is nothing to emit. A "
    "`derivative` or `surrogate` may give a value.",
    "name: wiggle\nexpression: 0 if x == 0 else x**2*sin(1/x)\n",
)
_error(
    "ACT214",
    "trainable parameter without a gradient",
    "The partial derivative by a trainable parameter is not a real number at the point shown, at the defaults. Give a "
    "`surrogate` for it, narrow the input's domain, or do not train it.",
    "name: power\nparameters: {n: {default: 2, trainable: true}}\nexpression: x**n\n"
    "accept: {ACT310: n stays an integer}\n",
)
_error(
    "ACT215",
    "default outside the domain",
    "A parameter's default must lie in its domain.",
    "name: scaled\nparameters: {beta: {default: -1, domain: positive}}\nexpression: beta*x\n",
)
_error(
    "ACT216",
    "impossible constant",
    "A constant part of an expression is not a real number, or is beyond float64's range.",
    "name: broken\nexpression: x + log(-1)\n",
)

# Warnings.

_warning(
    "ACT301",
    "verified, not proved",
    "No proof was found within the work allowed, and no counterexample either: the claim agrees with the derivative at "
    "all points looked at. It is emitted as it is written. `--strict` refuses it.",
    "",
)
_warning(
    "ACT302",
    "gradient is 0 everywhere",
    "Nothing can be learned through a gradient that vanishes. Threshold units are trained with a `surrogate`; "
    "`derivative: 0` says that the zero is meant.",
    "name: spike\nexpression: step(x)\n",
)
_warning(
    "ACT303",
    "infinite gradient",
    "At the point shown the derivative tends to the same infinity from both sides, and that is what is emitted.",
    "name: cube_root\nexpression: cbrt(x)\n",
)
_warning(
    "ACT304",
    "partial derivative not a real number",
    "At the point shown the activation is real but its partial derivative by the parameter is not; the gradient is NaN "
    "there.",
    "name: power\nparameters: {n: 2}\nexpression: x**n\naccept: {ACT310: n stays an integer}\n",
)
_warning(
    "ACT310",
    "not defined for other parameter values",
    "For the parameter values shown the activation is not real and finite everywhere. A `domain` rules them out.",
    "name: steep\nparameters: {a: 1}\nexpression: x/(1 + a*x**2)\n",
)
_warning(
    "ACT311",
    "not shown to be defined everywhere",
    "Neither a proof that the activation is real and finite everywhere was found, nor a point where it is not.",
    "",
)
_warning(
    "ACT312",
    "no formula at a kink",
    "The gradient's value at the point shown depends on the parameters in a way for which no formula was found; what "
    "is emitted there is what the branches of the derivative happen to give.",
    "",
)
_warning(
    "ACT313",
    "not accurate everywhere",
    "Value and gradients are to be finite wherever the true result is, and within 8 units in the last place (ULP), or "
    "within what a change of an input's last bit does. No program that keeps this was found for the formula: its worst "
    "error, among the points looked at, and where it occurs are shown. They come from simulated arithmetic in which "
    "each operation is correctly rounded. Elsewhere the result is as good as `accuracy` in the report says.",
    "name: above_tangent\nparameters: {a: 1.5}\nexpression: atan(x) - atan(a) - (x - a)/(1 + a**2)\n",
)
_warning(
    "ACT320",
    "accepted but absent",
    "A warning that `accept` names no longer occurs. Remove the line, so that it is seen when it comes back.",
    "name: double\nexpression: 2*x\naccept: {ACT302: as published}\n",
)
