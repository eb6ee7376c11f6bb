"""THE table of operations: one row for each, read by parser, calculus, prover, printer, documentation and tests.

A row says how the language spells the operation, how many arguments it takes, where it is defined, where it may bend or
jump, and what its partial derivatives are. What a target calls it is a column that each backend keeps beside its
printer; that every row has one is tested. Functions that are only names for a formula (``silu``, ``clip``, ``sech``)
have a row in ``MACROS`` and are gone after parsing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from actc.model.algebra import compare, conjunction, disjunction, where
from actc.model.expr import ONE, ZERO, Expr, apply, constant, lift, number, postorder

Partial = Callable[..., Expr]
"""A partial derivative of an operation, as a function of the operation's arguments."""

HALF = number(Fraction(1, 2))
PI = constant("pi")


@dataclass(frozen=True, slots=True)
class Operation:
    """One row.

    ``partials`` has one entry for each argument; None where the operation is piecewise constant in it or is resolved
    into branches before it is differentiated. ``defined`` is the condition under which the result is real and finite;
    None means everywhere. ``edges`` are the expressions whose zeros may be kinks or jumps of a function that is made of
    this operation (the base of a root, the argument of ``Abs``); integer steps are listed by ``steps``.
    """

    name: str  # the key: "tanh"
    spelling: str  # as the language writes it: "tanh", "Abs"
    least: int = 1
    most: int = 1
    partials: tuple[Partial | None, ...] | None = None
    defined: Callable[..., Expr] | None = None
    edges: Callable[..., tuple[Expr, ...]] | None = None
    steps: Callable[..., Expr] | None = None  # jumps where this is an integer (half of an odd one for round)
    callable: bool = True  # may be called in an activation file

    def takes(self, count: int) -> bool:
        return self.least <= count <= self.most

    @property
    def is_smooth(self) -> bool:
        """Analytic wherever it is defined, its edges aside."""
        return self.partials is not None


def _u(op: str, *args: Expr) -> Expr:
    return apply(op, *args)


def _not_a_pole_of_gamma(u: Expr) -> Expr:
    return disjunction(compare("gt", u, ZERO), compare("ne", _u("floor", u), u))


def _pow_defined(u: Expr, v: Expr) -> Expr:
    if v.is_number and v.number.denominator == 1:
        return compare("ne", u, ZERO) if v.number < 0 else apply("true")
    if v.is_number:
        return compare("gt" if v.number < 0 else "ge", u, ZERO)
    # 0**v is 0 for v > 0 and 1 for v = 0; a negative base needs an integer exponent.
    at_zero = conjunction(compare("eq", u, ZERO), compare("ge", v, ZERO))
    whole = conjunction(compare("lt", u, ZERO), compare("eq", _u("floor", v), v))
    return disjunction(compare("gt", u, ZERO), disjunction(at_zero, whole))


def _pow_edges(u: Expr, v: Expr) -> tuple[Expr, ...]:
    return () if v.is_number and v.number.denominator == 1 else (u,)


def _pow_by_exponent(u: Expr, v: Expr) -> Expr:
    # u**v * log(u) tends to 0 with u for every v > 0.
    return where(compare("eq", u, ZERO), ZERO, _u("pow", u, v) * _u("log", u))


def _sech_squared(u: Expr) -> Expr:
    # 4*sigmoid(2u)*sigmoid(-2u): exact in both tails, where 1 - tanh(u)**2 cancels.
    return number(4) * (_u("sigmoid", 2 * u) * _u("sigmoid", -2 * u))


def _gauss(u: Expr) -> Expr:
    return _u("exp", -(u**2))


def _erf_slope(u: Expr) -> Expr:
    return number(2) / _u("sqrt", PI) * _gauss(u)


def _normal_pdf(u: Expr) -> Expr:
    return _u("exp", -(u**2) / 2) / _u("sqrt", 2 * PI)


def _polygamma_by_u(n: Expr, u: Expr) -> Expr:
    return _u("polygamma", n + 1, u)


_ROWS = (
    Operation("add", "+", 2, 2, (lambda a, b: ONE, lambda a, b: ONE), callable=False),
    Operation("sub", "-", 2, 2, (lambda a, b: ONE, lambda a, b: number(-1)), callable=False),
    Operation("mul", "*", 2, 2, (lambda a, b: b, lambda a, b: a), callable=False),
    Operation(
        "div",
        "/",
        2,
        2,
        (lambda a, b: ONE / b, lambda a, b: -(a / b**2)),
        defined=lambda a, b: compare("ne", b, ZERO),
        callable=False,
    ),
    Operation("neg", "-", partials=(lambda u: number(-1),), callable=False),
    Operation(
        "pow",
        "**",
        2,
        2,
        (lambda u, v: v * u ** (v - 1), _pow_by_exponent),
        defined=_pow_defined,
        edges=_pow_edges,
        callable=False,
    ),
    Operation(
        "mod",
        "%",
        2,
        2,
        (lambda a, b: ONE, lambda a, b: -_u("floor", a / b)),
        defined=lambda a, b: compare("ne", b, ZERO),
        steps=lambda a, b: a / b,
        callable=False,
    ),
    Operation("exp", "exp", partials=(lambda u: _u("exp", u),)),
    Operation("log", "log", partials=(lambda u: ONE / u,), defined=lambda u: compare("gt", u, ZERO)),
    Operation(
        "sqrt",
        "sqrt",
        partials=(lambda u: HALF / _u("sqrt", u),),
        defined=lambda u: compare("ge", u, ZERO),
        edges=lambda u: (u,),
    ),
    Operation("cbrt", "cbrt", partials=(lambda u: ONE / (3 * _u("cbrt", u) ** 2),), edges=lambda u: (u,)),
    Operation("sin", "sin", partials=(lambda u: _u("cos", u),)),
    Operation("cos", "cos", partials=(lambda u: -_u("sin", u),)),
    Operation(
        "tan",
        "tan",
        partials=(lambda u: 1 + _u("tan", u) ** 2,),
        defined=lambda u: compare("ne", _u("cos", u), ZERO),
    ),
    Operation(
        "asin",
        "asin",
        partials=(lambda u: ONE / _u("sqrt", (1 - u) * (1 + u)),),
        defined=lambda u: compare("le", _u("abs", u), ONE),
        edges=lambda u: (u - 1, u + 1),
    ),
    Operation(
        "acos",
        "acos",
        partials=(lambda u: number(-1) / _u("sqrt", (1 - u) * (1 + u)),),
        defined=lambda u: compare("le", _u("abs", u), ONE),
        edges=lambda u: (u - 1, u + 1),
    ),
    Operation("atan", "atan", partials=(lambda u: ONE / (1 + u**2),)),
    Operation(
        "atan2",
        "atan2",
        2,
        2,
        (lambda y, x: x / (x**2 + y**2), lambda y, x: -(y / (x**2 + y**2))),
        edges=lambda y, x: (y, x),
    ),
    Operation("sinh", "sinh", partials=(lambda u: _u("cosh", u),)),
    Operation("cosh", "cosh", partials=(lambda u: _u("sinh", u),)),
    Operation("tanh", "tanh", partials=(_sech_squared,)),
    Operation("asinh", "asinh", partials=(lambda u: ONE / _u("sqrt", u**2 + 1),)),
    Operation(
        "acosh",
        "acosh",
        partials=(lambda u: ONE / _u("sqrt", (u - 1) * (u + 1)),),
        defined=lambda u: compare("ge", u, ONE),
        edges=lambda u: (u - 1,),
    ),
    Operation(
        "atanh",
        "atanh",
        partials=(lambda u: ONE / ((1 - u) * (1 + u)),),
        defined=lambda u: compare("lt", _u("abs", u), ONE),
    ),
    Operation("erf", "erf", partials=(_erf_slope,)),
    Operation("erfc", "erfc", partials=(lambda u: -_erf_slope(u),)),
    Operation("gamma", "gamma", partials=(lambda u: _u("gamma", u) * _u("digamma", u),), defined=_not_a_pole_of_gamma),
    Operation("loggamma", "loggamma", partials=(lambda u: _u("digamma", u),), defined=_not_a_pole_of_gamma),
    Operation("digamma", "digamma", partials=(lambda u: _u("polygamma", ONE, u),), defined=_not_a_pole_of_gamma),
    Operation(
        "polygamma",
        "polygamma",
        2,
        2,
        (None, _polygamma_by_u),
        defined=lambda n, u: _not_a_pole_of_gamma(u),
        callable=False,
    ),
    Operation(
        "sinc",
        "sinc",
        partials=(lambda u: where(compare("eq", u, ZERO), ZERO, (_u("cos", u) - _u("sinc", u)) / u),),
    ),
    Operation("sigmoid", "sigmoid", partials=(lambda u: _u("sigmoid", u) * _u("sigmoid", -u),)),
    Operation("softplus", "softplus", partials=(lambda u: _u("sigmoid", u),)),
    Operation("log_sigmoid", "log_sigmoid", partials=(lambda u: _u("sigmoid", -u),)),
    Operation("log1p", "log1p", partials=(lambda u: ONE / (1 + u),), defined=lambda u: compare("gt", u, number(-1))),
    Operation("expm1", "expm1", partials=(lambda u: _u("exp", u),)),
    Operation("normal_cdf", "normal_cdf", partials=(_normal_pdf,)),
    # Below: operations that are resolved into branches, region by region, before anything is differentiated.
    Operation("abs", "Abs", edges=lambda u: (u,)),
    Operation("sign", "sign", edges=lambda u: (u,)),
    Operation("min", "Min", 2, 2, edges=lambda a, b: (a - b,)),
    Operation("max", "Max", 2, 2, edges=lambda a, b: (a - b,)),
    Operation("where", "if", 3, 3, callable=False),
    Operation("floor", "floor", steps=lambda u: u),
    Operation("ceiling", "ceiling", steps=lambda u: u),
    Operation("round", "round", steps=lambda u: u + HALF),
    # Conditions.
    *(
        Operation(name, sign, 2, 2, edges=lambda a, b: (a - b,), callable=False)
        for name, sign in (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="), ("eq", "=="), ("ne", "!="))
    ),
    Operation("and", "And", 2, 2),
    Operation("or", "Or", 2, 2),
    Operation("not", "Not"),
)

OPERATIONS: dict[str, Operation] = {}
OPERATIONS.update({row.name: row for row in _ROWS})


@dataclass(frozen=True, slots=True)
class Macro:
    """A function of the language that is a name for a formula."""

    name: str
    least: int
    most: int
    expand: Callable[..., Expr]
    signature: str  # for messages: "clip(v, low, high)"


def _clip(v: Expr, low: Expr, high: Expr) -> Expr:
    return _u("min", _u("max", v, low), high)


def _step(u: Expr) -> Expr:
    return where(compare("gt", u, ZERO), ONE, ZERO)


def _heaviside(u: Expr) -> Expr:
    return where(compare("gt", u, ZERO), ONE, where(compare("lt", u, ZERO), ZERO, HALF))


def _log(u: Expr, base: Expr | None = None) -> Expr:
    return _u("log", u) if base is None else _u("log", u) / _u("log", base)


def _extreme(op: str) -> Callable[..., Expr]:
    def expand(*args: Expr) -> Expr:
        result = args[0]
        for arg in args[1:]:
            result = _u(op, result, arg)
        return result

    return expand


_MANY = 1000

MACROS: dict[str, Macro] = {
    row.name: row
    for row in (
        Macro("relu", 1, 1, lambda u: _u("max", u, ZERO), "relu(x)"),
        Macro("clip", 3, 3, _clip, "clip(v, low, high)"),
        Macro("hard_sigmoid", 1, 1, lambda u: _clip(u / 6 + HALF, ZERO, ONE), "hard_sigmoid(x)"),
        Macro("gelu", 1, 1, lambda u: u * _u("normal_cdf", u), "gelu(x)"),
        Macro("silu", 1, 1, lambda u: u * _u("sigmoid", u), "silu(x)"),
        Macro("normal_pdf", 1, 1, _normal_pdf, "normal_pdf(x)"),
        Macro("step", 1, 1, _step, "step(x)"),
        Macro("Heaviside", 1, 1, _heaviside, "Heaviside(x)"),
        Macro("sec", 1, 1, lambda u: ONE / _u("cos", u), "sec(x)"),
        Macro("sech", 1, 1, lambda u: ONE / _u("cosh", u), "sech(x)"),
        Macro("log2", 1, 1, lambda u: _u("log", u) / _u("log", lift(2)), "log2(x)"),
        Macro("log", 1, 2, _log, "log(x) or log(x, base)"),
        Macro("Min", 1, _MANY, _extreme("min"), "Min(a, b, ...)"),
        Macro("Max", 1, _MANY, _extreme("max"), "Max(a, b, ...)"),
        Macro("min", 1, _MANY, _extreme("min"), "min(a, b, ...)"),
        Macro("max", 1, _MANY, _extreme("max"), "max(a, b, ...)"),
        Macro("And", 1, _MANY, _extreme("and"), "And(a, b, ...)"),
        Macro("Or", 1, _MANY, _extreme("or"), "Or(a, b, ...)"),
    )
}

FUNCTIONS: dict[str, Operation | Macro] = {row.spelling: row for row in _ROWS if row.callable}
FUNCTIONS.update({"abs": OPERATIONS["abs"], "round": OPERATIONS["round"]})
FUNCTIONS.update(MACROS)

FUNCTION_NAMES: frozenset[str] = frozenset({*FUNCTIONS, "Piecewise"})
"""Every name that an expression may call."""

CONSTANT_NAMES: frozenset[str] = frozenset({"pi", "E", "EulerGamma", "GoldenRatio"})
"""Every name that stands for a fixed real number."""


def is_total(expr: Expr) -> bool:
    """Whether every operation in it is real everywhere."""
    for node in postorder(expr):
        if node.op == "pow":
            exponent = node.args[1]
            if not (exponent.is_number and exponent.number.denominator == 1 and exponent.number > 0):
                return False
        elif node.op in OPERATIONS and OPERATIONS[node.op].defined is not None:
            return False
    return True


def _check() -> None:
    """The table checks itself: what a row claims to be total must have its columns."""
    for row in OPERATIONS.values():
        if row.partials is not None and len(row.partials) != row.most:
            raise ValueError(f"{row.name} has {row.most} arguments but {len(row.partials)} partial derivatives")
        if row.least > row.most:
            raise ValueError(f"{row.name} takes {row.least} to {row.most} arguments")


_check()
