"""Normal forms: expressions as rational functions over a tower of generators, and zero-testing with them."""

from actc.calculus.normal_form.zero import LIMIT, Decision, Outcome, compare, constant_sign, is_zero

__all__ = ["LIMIT", "Decision", "Outcome", "compare", "constant_sign", "is_zero"]
