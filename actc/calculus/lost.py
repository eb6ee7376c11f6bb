"""Where the chain rule's result has no value although the activation has a derivative."""

from __future__ import annotations

from actc.calculus.branches import atoms
from actc.calculus.compare import Comparison, Outcome
from actc.calculus.sampling import samples, space
from actc.model.activation import Activation
from actc.model.expr import ZERO, Expr, postorder

_PARTIAL = frozenset(("div", "pow", "sqrt", "log", "log1p", "acosh", "atanh", "asin", "acos"))  # not defined everywhere
_MOST_POINTS = 300
_BITS = (128,)


def lost_beside_branches(activation: Activation, variable: str, plain: Expr) -> bool:
    """Whether ``plain``, by the chain rule, is undefined in some open region in which the activation has values.

    That of ``asin(clip(a*x, -1, 1))`` is 0/0 wherever the clipping holds its argument still, which may be for some
    parameters only: so points on all sides of every branch are tried, with the parameters at their defaults and not.
    """
    if not any(node.op in _PARTIAL and atoms(node) for node in postorder(plain)):
        return False
    inputs = [given.name for given in activation.inputs]
    value = activation.value.expr
    comparison = Comparison(plain, ZERO, inputs, variable, value)
    every = list(samples(space((plain, value), activation.domains, activation.defaults, inputs)))
    stride = -(-len(every) // _MOST_POINTS)
    return any(comparison.judge(sample, _BITS).outcome is Outcome.UNDEFINED for sample in every[::stride])
