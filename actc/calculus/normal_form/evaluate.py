"""From an expression to its normal form."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from actc.calculus.branches import atoms, resolve
from actc.calculus.differentiate import differentiate
from actc.calculus.normal_form import circular, powers, special
from actc.calculus.normal_form.field import Ratio
from actc.calculus.normal_form.tower import Tower
from actc.calculus.regions import is_plain
from actc.calculus.work import GaveUp
from actc.model.expr import Expr, postorder

_MOST_BITS = 4000  # of a number
_STEPS = frozenset({"floor", "ceiling", "round"})
_EULER_GAMMA = (Fraction(577215, 10**6), Fraction(577216, 10**6))


class Evaluation:
    """Normal forms of expressions in one tower; ``generic`` is the variable that moves, if one does."""

    def __init__(self, tower: Tower, generic: str | None) -> None:
        self.tower = tower
        self._generic = generic
        self._known: dict[Expr, Ratio] = {}

    def value(self, root: Expr) -> Ratio:
        """The normal form. Raises Undefined for a division by zero and GaveUp for a branch."""
        for node in postorder(root):
            if node not in self._known:
                self._known[node] = self._visit(node)
        return self._known[root]

    def _visit(self, node: Expr) -> Ratio:
        tower = self.tower
        if node.op == "number":
            number = node.number
            if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MOST_BITS:
                raise GaveUp
            return tower.field.rational(number.numerator, number.denominator)
        if node.op == "symbol":
            return tower.symbol(node.name)
        if node.op == "constant":
            return _constant(tower, node.name)
        args = [self._known[a] for a in node.args]
        if node.op in _STEPS:
            return self._step(node, args[0])
        if node.op not in _FUNCTIONS:
            raise GaveUp  # a branch that no sign of an atom decides
        return _FUNCTIONS[node.op](tower, *args)

    def _step(self, node: Expr, value: Ratio) -> Ratio:
        rounded = {"floor": special.floor, "ceiling": special.ceiling, "round": special.nearest}[node.op]
        return rounded(self.tower, value, self._moves(node.args[0]))

    def _moves(self, argument: Expr) -> bool:
        """Whether the argument is certainly not constant along the generic variable."""
        if self._generic is None or self._generic not in argument.free:
            return False
        slope = differentiate(argument, self._generic)
        # Differentiation tells single points apart, such as 0 under ``sinc``; what vanishes nowhere else is left out.
        exceptions = atoms(slope)
        if not all(is_plain(atom) for atom in exceptions):
            return False
        change = self.value(resolve(slope, dict.fromkeys(exceptions, 1), tidy=False))
        return not self.tower.field.is_zero(change) and not self.tower.is_wild(change)


def _constant(tower: Tower, name: str) -> Ratio:
    field = tower.field
    match name:
        case "pi":
            return circular.pi(tower)
        case "E":
            return powers.exponential(tower, field.one)
        case "GoldenRatio":
            return field.scale(field.add(field.one, powers.root(tower, field.integer(5), Fraction(1, 2))), 1, 2)
    return tower.constant(name, *_EULER_GAMMA)


def _log(tower: Tower, u: Ratio) -> Ratio:
    tower.require_nonnegative(u)
    tower.require_nonzero(u)
    return powers.logarithm(tower, u)


def _sqrt(tower: Tower, u: Ratio) -> Ratio:
    tower.require_nonnegative(u)
    return powers.root(tower, u, Fraction(1, 2))


def _cbrt(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    if field.is_zero(u):
        return u
    size = powers.root(tower, u, Fraction(1, 3))
    return size if tower.sign_of(u) > 0 else field.negate(size)


def _sigmoid(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    e = powers.exponential(tower, u)
    return field.divide(e, field.add(field.one, e))


def _softplus(tower: Tower, u: Ratio) -> Ratio:
    return powers.logarithm(tower, tower.field.add(tower.field.one, powers.exponential(tower, u)))


def _tanh(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    e = powers.exponential(tower, field.scale(u, 2))
    return field.divide(field.subtract(e, field.one), field.add(e, field.one))


def _hyperbolic(tower: Tower, u: Ratio, sign: int) -> Ratio:
    field = tower.field
    e = powers.exponential(tower, u)
    return field.scale(field.add(e, field.scale(field.invert(e), sign)), 1, 2)


def _asinh(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    hypotenuse = powers.root(tower, field.add(field.multiply(u, u), field.one), Fraction(1, 2))
    total = field.add(u, hypotenuse)
    tower.assume(total, 1)  # the hypotenuse is longer than the leg
    return powers.logarithm(tower, total)


def _acosh(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    below = field.subtract(u, field.one)
    tower.require_nonnegative(below)
    tower.assume(field.add(u, field.one), 1)
    leg = powers.root(tower, field.subtract(field.multiply(u, u), field.one), Fraction(1, 2))
    tower.assume(field.add(u, leg), 1)
    return powers.logarithm(tower, field.add(u, leg))


def _atanh(tower: Tower, u: Ratio) -> Ratio:
    field = tower.field
    above, below = field.add(field.one, u), field.subtract(field.one, u)
    tower.require_nonnegative(above)
    tower.require_nonnegative(below)
    return field.scale(powers.logarithm(tower, field.divide(above, below)), 1, 2)


def _sinc(tower: Tower, u: Ratio) -> Ratio:
    if tower.field.is_zero(u):
        return tower.field.one
    return tower.field.divide(circular.sine(tower, u), u)


def _divide(tower: Tower, a: Ratio, b: Ratio) -> Ratio:
    tower.require_nonzero(b)
    return tower.field.divide(a, b)


def _mod(tower: Tower, a: Ratio, b: Ratio) -> Ratio:
    field = tower.field
    return field.subtract(a, field.multiply(b, special.floor(tower, _divide(tower, a, b))))


def _polygamma0(tower: Tower, u: Ratio) -> Ratio:
    return special.polygamma(tower, tower.field.zero, u)


_FUNCTIONS: dict[str, Callable[..., Ratio]] = {
    "add": lambda t, a, b: t.field.add(a, b),
    "sub": lambda t, a, b: t.field.subtract(a, b),
    "mul": lambda t, a, b: t.field.multiply(a, b),
    "div": _divide,
    "neg": lambda t, u: t.field.negate(u),
    "pow": powers.power,
    "mod": _mod,
    "exp": powers.exponential,
    "log": _log,
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "sin": circular.sine,
    "cos": circular.cosine,
    "tan": circular.tangent,
    "asin": circular.arc_sine,
    "acos": circular.arc_cosine,
    "atan": circular.arc_tangent,
    "atan2": circular.arc_tangent_2,
    "sinh": lambda t, u: _hyperbolic(t, u, -1),
    "cosh": lambda t, u: _hyperbolic(t, u, 1),
    "tanh": _tanh,
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "erf": special.error_function,
    "erfc": lambda t, u: t.field.subtract(t.field.one, special.error_function(t, u)),
    "normal_cdf": special.normal_cdf,
    "gamma": special.gamma,
    "loggamma": special.log_gamma,
    "digamma": _polygamma0,
    "polygamma": special.polygamma,
    "sinc": _sinc,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": lambda t, u: t.field.subtract(u, _softplus(t, u)),
    "log1p": lambda t, u: _log(t, t.field.add(t.field.one, u)),
    "expm1": lambda t, u: t.field.subtract(powers.exponential(t, u), t.field.one),
}


def check_functions() -> None:
    """Raises ValueError where the table has a smooth operation that has no normal form here."""
    from actc.model.operations import OPERATIONS

    missing = {row.name for row in OPERATIONS.values() if row.is_smooth} - set(_FUNCTIONS)
    if missing:
        raise ValueError(f"no normal form for {', '.join(sorted(missing))}")


check_functions()
