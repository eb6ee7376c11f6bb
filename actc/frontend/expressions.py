"""Expressions from text, through a whitelist over Python's grammar. Nothing is ever evaluated as Python.

The walk has one method for each kind of node that the language has; every other kind is refused by name.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.scan import scan
from actc.frontend.suggestions import KEYWORD_HELP, OTHER_NAMES
from actc.model import algebra
from actc.model.expr import FALSE, TRUE, UNDEFINED, ZERO, Expr, apply, constant, number, symbol
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS, MACROS, Macro, is_total
from actc.model.spec import Text

_ERROR = symbol("?")
"""Stands where a mistake was reported, so that one mistake is reported once."""

_CHOOSE = "write `a if condition else b`"

_DEEPEST = 150
"""Levels of nesting, the chain of a sum or product not counted."""

_LONGEST = 2000
"""Operators in one chain. Every Python that is supported parses that many, some not many more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use."""

    names: Mapping[str, Expr] = field(default_factory=dict)  # inputs, parameters, let
    parameters: frozenset[str] = frozenset()  # those that hide a function of their name
    output: Expr | None = None  # what `y` is; None where it may not stand


def parse_number(text: Text, scope: Scope, log: DiagnosticLog) -> Expr | None:
    """The numeric expression; None after reporting why there is none."""
    return _parse(text, scope, log, _Walk.number)


def parse_either(text: Text, scope: Scope, log: DiagnosticLog) -> Expr | None:
    """A numeric expression or a condition."""
    return _parse(text, scope, log, _Walk.visit)


def _parse(text: Text, scope: Scope, log: DiagnosticLog, start: Callable[[_Walk, ast.expr], Expr]) -> Expr | None:
    if not text.value.strip():
        log.report("ACT150", text.location, "an expression is expected here")
        return None
    source = scan(text, log)
    if source is None:
        return None
    indent = len(source) - len(source.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice about `1 is x` or `2(x)`; we have our own
            tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError as error:
        _explain_syntax(text, source, indent, error, log)
        return None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        log.report("ACT156", text.location, "the expression is nested too deeply or too long", "name parts in `let`")
        return None
    walk = _Walk(text, source, indent, scope, log)
    try:
        result = start(walk, tree.body)
    except RecursionError:
        log.report("ACT156", text.location, "the expression is nested too deeply or too long", "name parts in `let`")
        return None
    return result if walk.sound else None


def _explain_syntax(text: Text, source: str, indent: int, error: SyntaxError, log: DiagnosticLog) -> None:
    index = indent + error.offset - 1 if error.offset else len(source)  # Python gives 0 for the end of the text
    index = min(max(index, 0), len(source))
    said = (error.msg or "").lower()
    word = source[index:].split("(")[0].split()[0] if source[index:].split("(")[0].split() else ""
    for name, hint in KEYWORD_HELP.items():
        at = _find_word(source, name)
        if at >= 0:
            log.report("ACT150", text.at(at), f"`{name}` is a keyword of Python and cannot stand here", hint, len(name))
            return
    if "was never closed" in said:
        log.report("ACT150", text.at(index), "this parenthesis is never closed")
    elif "unmatched" in said:
        log.report("ACT150", text.at(index), "this parenthesis was never opened")
    elif "nested" in said or "too complex" in said:
        log.report("ACT156", text.location, "the expression is nested too deeply or too long", "name parts in `let`")
    elif "expected 'else'" in said:
        log.report("ACT150", text.at(index), "`if` needs an `else`", "write `a if condition else b`")
    elif index >= len(source.rstrip()):
        log.report("ACT150", text.at(len(source.rstrip())), "the expression ends too early")
    elif "forgot a comma" in said or (word and (word[0].isalnum() or word[0] == "(")):
        # Python marks the whole of `a b`; the gap is after its first operand.
        log.report("ACT150", text.at(index), "an operator is missing here", "write the `*` of a product")
    else:
        log.report("ACT150", text.at(index), "this is not an expression of the language")


def _find_word(source: str, word: str) -> int:
    start = source.find(word)
    while start >= 0:
        before, after = source[start - 1 : start], source[start + len(word) : start + len(word) + 1]
        if not (before.isidentifier() or before.isdigit()) and not (after.isidentifier() or after.isdigit()):
            return start
        start = source.find(word, start + 1)
    return -1


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Mod: "mod",
    ast.Pow: "pow",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


class _Walk:
    """Turns a syntax tree into an expression and goes on after a mistake, to report them all."""

    def __init__(self, text: Text, source: str, indent: int, scope: Scope, log: DiagnosticLog) -> None:
        self.text = text
        self.stripped = source.strip()
        self.encoded = self.stripped.encode()
        self.indent = indent
        self.scope = scope
        self.log = log
        self.sound = True
        self.depth = 0

    def number(self, node: ast.expr) -> Expr:
        result = self.visit(node)
        if result.is_condition:
            return self.refuse("ACT155", node, "a number is expected, this is a condition", _CHOOSE)
        return result

    def condition(self, node: ast.expr) -> Expr:
        result = self.visit(node)
        if not result.is_condition and result is not _ERROR:
            return self.refuse("ACT155", node, "a condition is expected, this is a number", "compare it, as in `x > 0`")
        return result

    def visit(self, node: ast.expr) -> Expr:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise RecursionError
        result = self._visit(node)
        self.depth -= 1
        return result

    def _visit(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                return self._logic(node)
            case ast.IfExp():
                return self._choice(node)
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self.refuse("ACT151", node, "names of modules are not in the language")
            case ast.Tuple():
                self.visit_all(node.elts)
                return self.refuse("ACT151", node, "a comma separates nothing here", "a decimal point is written `.`")
        return self.refuse("ACT151", node, f"{_describe(node)} is not in the language")

    def _constant(self, node: ast.Constant) -> Expr:
        if isinstance(node.value, bool):
            return TRUE if node.value else FALSE
        if isinstance(node.value, int | float):
            return number(Fraction(self.segment(node)))
        return self.refuse("ACT151", node, f"{_describe(node)} is not in the language")

    def _name(self, node: ast.Name) -> Expr:
        name = node.id
        if name in self.scope.names:
            return self.scope.names[name]
        if name == "y":
            if self.scope.output is not None:
                return self.scope.output
            return self.refuse("ACT153", node, "`y`, the output, may stand only in `derivative` and `surrogate`")
        if name in CONSTANT_NAMES:
            return constant(name)
        if name in FUNCTION_NAMES:
            return self.refuse("ACT153", node, f"`{name}` is a function", f"call it, as in `{_signature(name)}`")
        return self.refuse("ACT153", node, f"`{name}` is not defined", self.suggest(name, calls=False))

    def _unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not | ast.Invert):
            return algebra.negation(self.condition(node.operand))
        operand = self.number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        return algebra.negate(operand) if operand.is_number else apply("neg", operand)

    def _binary(self, node: ast.BinOp) -> Expr:
        # A long sum leans to the left: walk down its spine without recursion.
        spine: list[ast.BinOp] = [node]
        while isinstance(spine[-1].left, ast.BinOp):
            spine.append(spine[-1].left)
        if len(spine) > _LONGEST:
            raise RecursionError
        left: Expr | None = None
        for step in reversed(spine):
            left = self._operate(step, left)
        return left if left is not None else ZERO

    def _operate(self, node: ast.BinOp, left: Expr | None) -> Expr:
        op = type(node.op)
        if op in (ast.BitAnd, ast.BitOr):
            a = self.visit(node.left) if left is None else left
            b = self.visit(node.right)
            if _ERROR in (a, b):
                return _ERROR
            if not (a.is_condition and b.is_condition):
                sign = "&" if op is ast.BitAnd else "|"
                hint = f"put comparisons in parentheses, as in `(x > 0) {sign} (x < 1)`"
                return self.refuse("ACT155", node, f"`{sign}` joins conditions", hint, self.operator_place(node))
            return algebra.conjunction(a, b) if op is ast.BitAnd else algebra.disjunction(a, b)
        if op not in _BINARY:
            power = "a power is written `**`" if op is ast.BitXor else None
            sign = "`^`" if op is ast.BitXor else _describe(node)
            if left is None:
                self.visit(node.left)
            self.visit(node.right)
            return self.refuse("ACT151", node, f"{sign} is not in the language", power, self.operator_place(node))
        if left is not None and left.is_condition:
            left = self.refuse("ACT155", node.left, "a number is expected, this is a condition", _CHOOSE)
        a = self.number(node.left) if left is None else left
        return operate(_BINARY[op], a, self.number(node.right))

    def _compare(self, node: ast.Compare) -> Expr:
        operands = [self.number(n) for n in (node.left, *node.comparators)]
        if _ERROR in operands:
            return _ERROR
        result = TRUE
        for op, a, b in zip(node.ops, operands, operands[1:], strict=False):
            if type(op) not in _COMPARE:
                return self.refuse("ACT151", node, "only `<`, `<=`, `>`, `>=`, `==` and `!=` compare")
            result = algebra.conjunction(result, _compared(_COMPARE[type(op)], a, b))
        return result

    def _logic(self, node: ast.BoolOp) -> Expr:
        join = algebra.conjunction if isinstance(node.op, ast.And) else algebra.disjunction
        result = self.condition(node.values[0])
        for value in node.values[1:]:
            result = join(result, self.condition(value))
        return result

    def _choice(self, node: ast.IfExp) -> Expr:
        condition = self.condition(node.test)
        a = self.visit(node.body)
        b = self.visit(node.orelse)
        if a.is_condition and b.is_condition:
            other = algebra.conjunction(algebra.negation(condition), b)
            return algebra.disjunction(algebra.conjunction(condition, a), other)
        if a.is_condition or b.is_condition:
            if _ERROR in (a, b):
                return _ERROR
            return self.refuse("ACT155", node, "one branch is a number, the other a condition")
        return _chosen(condition, a, b)

    def _call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name):
            return self._call_of_no_name(node)
        name = node.func.id
        arguments = node.args
        if name in self.scope.names:
            what = "a parameter here" if name in self.scope.parameters else "a number"
            hint = None if name in FUNCTION_NAMES else f"for a product, write `{name}*(...)`"
            self.visit_all(arguments)
            return self.refuse("ACT154", node, f"`{name}` is {what} and cannot be called", hint)
        if name not in FUNCTION_NAMES:
            self.visit_all(arguments)
            what = "a constant and cannot be called" if name in CONSTANT_NAMES else "no function of the language"
            return self.refuse("ACT153", node.func, f"`{name}` is {what}", self.suggest(name, calls=True))
        if node.keywords:
            return self.refuse("ACT154", node, f"`{name}` takes no named arguments", f"write `{_signature(name)}`")
        for argument in arguments:
            if isinstance(argument, ast.Starred):
                return self.refuse("ACT151", argument, "`*` cannot unpack here")
        if name == "Piecewise":
            return self._piecewise(node)
        return self._function(node, name)

    def _call_of_no_name(self, node: ast.Call) -> Expr:
        self.visit_all(node.args)
        if isinstance(node.func, ast.Attribute):
            known = FUNCTION_NAMES | set(OTHER_NAMES)
            hint = (
                f"write `{OTHER_NAMES.get(node.func.attr, node.func.attr)}(...)`" if node.func.attr in known else None
            )
            return self.refuse("ACT151", node.func, "names of modules are not in the language", hint)
        return self.refuse("ACT150", node, "only a function can be called", "write the `*` of a product")

    def _function(self, node: ast.Call, name: str) -> Expr:
        row = FUNCTIONS[name]
        condition = name in ("And", "Or", "Not")
        args = tuple((self.condition if condition else self.number)(a) for a in node.args)
        if not row.least <= len(args) <= row.most:
            count = f"{row.least} argument{'s' if row.least > 1 else ''}"
            if row.most > row.least:
                count = f"{row.least} to {row.most} arguments" if row.most < 10 else "at least one argument"
            message = f"`{name}` takes {count}, not {len(args)}"
            return self.refuse("ACT154", node, message, f"write `{_signature(name)}`")
        if name == "Not":
            return algebra.negation(args[0])
        if condition and len(args) == 1:
            return args[0]
        return row.expand(*args) if isinstance(row, Macro) else apply(row.name, *args)

    def _piecewise(self, node: ast.Call) -> Expr:
        if not node.args:
            return self.refuse(
                "ACT154", node, "`Piecewise` needs pairs", "write `Piecewise((value, condition), (value, True))`"
            )
        pairs: list[tuple[Expr, Expr]] = []
        for argument in node.args:
            if not isinstance(argument, ast.Tuple) or len(argument.elts) != 2:
                self.refuse("ACT154", argument, "a pair `(value, condition)` is expected")
                continue
            pairs.append((self.number(argument.elts[0]), self.condition(argument.elts[1])))
        result = UNDEFINED
        for value, condition in reversed(pairs):
            result = _chosen(condition, value, result)
        return result

    def visit_all(self, nodes: list[ast.expr]) -> None:
        """Look for mistakes in what cannot be used."""
        for node in nodes:
            if not isinstance(node, ast.Tuple | ast.Starred):
                self.visit(node)

    def suggest(self, name: str, *, calls: bool) -> str | None:
        if name in OTHER_NAMES:
            return f"write `{OTHER_NAMES[name]}`"
        known = set(FUNCTION_NAMES) if calls else {*self.scope.names, *CONSTANT_NAMES}
        near = difflib.get_close_matches(name, sorted(known), 1, 0.6)
        if not near:
            folded = {k.lower(): k for k in sorted(known)}
            near = [folded[name.lower()]] if name.lower() in folded else []
        if not near and not calls:
            near = difflib.get_close_matches(name, sorted(FUNCTION_NAMES), 1, 0.8)
        return f"did you mean `{near[0]}`?" if near else None

    def place(self, node: ast.expr) -> tuple[Location, int]:
        start = len(self.encoded[: node.col_offset].decode())
        end = len(self.encoded[: node.end_col_offset].decode()) if node.end_col_offset is not None else start + 1
        return self.text.at(self.indent + start), end - start

    def segment(self, node: ast.expr) -> str:
        return self.encoded[node.col_offset : node.end_col_offset].decode()

    def operator_place(self, node: ast.BinOp) -> int:
        end = len(self.encoded[: node.left.end_col_offset].decode())
        while self.stripped[end] in " )":
            end += 1
        return end

    def refuse(
        self,
        code: str,
        node: ast.expr,
        message: str,
        help: str | None = None,
        index: int | None = None,
    ) -> Expr:
        """Report and return something that lets the walk go on."""
        self.sound = False
        location, length = self.place(node)
        if index is not None:
            location, length = self.text.at(self.indent + index), 1
        self.log.report(code, location, message, help, length)
        return _ERROR


def operate(op: str, a: Expr, b: Expr) -> Expr:
    """A binary operation as the author wrote it: exact numbers are folded, roots recognised, nothing is reordered."""
    if a.is_number and b.is_number and op in ("add", "sub", "mul"):
        return {"add": algebra.add, "sub": algebra.subtract, "mul": algebra.multiply}[op](a, b)
    if op == "div" and a.is_number and b.is_number and b is not ZERO:
        return algebra.divide(a, b)
    if op == "pow":
        if b.is_number and abs(b.number) == Fraction(1, 2):
            root = apply("sqrt", a)
            return root if b.number > 0 else apply("div", number(1), root)
        if a.is_number and b.is_number:
            return algebra.power(a, b)
        if a.op == "constant" and a.name == "E":
            return apply("exp", b)
    return apply(op, a, b)


def _compared(op: str, a: Expr, b: Expr) -> Expr:
    """The comparison; ``log(x) == log(x)`` is not true where there is no log(x)."""
    return algebra.compare(op, a, b) if a is not b or is_total(a) else apply(op, a, b)


def _chosen(condition: Expr, a: Expr, b: Expr) -> Expr:
    """a where the condition holds, else b; a condition that may have no value stays even if nothing depends on it."""
    return algebra.where(condition, a, b) if a is not b or is_total(condition) else apply("where", condition, a, b)


def _signature(name: str) -> str:
    if name == "Piecewise":
        return "Piecewise((value, condition), (value, True))"
    if name in MACROS:
        return MACROS[name].signature
    row = FUNCTIONS[name]
    return f"{name}({'x' if row.most == 1 else 'a, b'})"


_DESCRIPTIONS: dict[type[ast.AST], str] = {
    ast.Lambda: "`lambda`",
    ast.List: "a list",
    ast.Dict: "a mapping",
    ast.Set: "a set",
    ast.Subscript: "an index",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.JoinedStr: "text",
    ast.NamedExpr: "`:=`",
    ast.Await: "`await`",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield`",
    ast.Starred: "`*` before a name",
}


def _describe(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, complex):
            return "an imaginary number"
        return "`None`" if node.value is None else "`...`" if node.value is ... else "text"
    return _DESCRIPTIONS.get(type(node), "this")
