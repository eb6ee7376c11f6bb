"""ACT1xx: the file is not an activation file, or an expression is not in the language."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))


_error(
    "ACT101",
    "not UTF-8",
    "An activation file is UTF-8 text, with or without a byte order mark. Save it in that encoding.",
    "",
)
_error(
    "ACT102",
    "forbidden character",
    "YAML forbids control characters other than tab and line breaks. Neither they nor an escape may bring a null "
    "character or half of a surrogate pair into a text. Remove the character, or write the whole one.",
    'name: swish\nsummary: "self-gated \\ud83d"\nexpression: x * sigmoid(x)\n',
)
_error(
    "ACT103",
    "file too large",
    "A file of activations has at most 4 MiB. Divide it: one file becomes one module.",
    "",
)
_error(
    "ACT104",
    "not valid YAML",
    "The file does not follow the syntax of YAML at this place. Often a text needs quotes: where it contains a colon "
    "followed by a space, where it begins with one of `[ ] { } , & * # ? | > ! % @ - :` or a backtick, or where a tab"
    " stands in it.",
    "name: swish\nsummary: Self-gated: the input scales itself\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT105",
    "YAML tag",
    "A tag such as `!!float` would say how a value is to be read; the language decides that by its key. Remove the "
    "tag. A text that begins with `!` is quoted.",
    "name: swish\nexpression: !!str x * sigmoid(x)\n",
)
_error(
    "ACT106",
    "nested too deeply",
    "No activation nests its values deeper than a few levels. A value that refers to itself through an alias would "
    "have no end.",
    "name: swish\nexpression: x * sigmoid(x)\ntags: &tags [gated, *tags]\n",
)
_error(
    "ACT107",
    "too many entries",
    "A file has at most 1,000 documents, a mapping 1,000 keys and a list 1,000 items, those of merge keys included.",
    f"name: swish\nexpression: x * sigmoid(x)\ntags: [{', '.join(f't{n}' for n in range(1001))}]\n",
)
_error(
    "ACT108",
    "merge key without a mapping",
    "The merge key `<<` puts the keys of another mapping, or of a list of mappings, into this one. Its value is an "
    "alias of such a mapping, or the mapping itself.",
    "name: swish\nparameters:\n  beta: {<<: positive, default: 1}\nexpression: x * sigmoid(beta * x)\n",
)
_error(
    "ACT109",
    "no activation",
    "The file has no YAML document that is not empty. Write an activation into it, or remove it.",
    "# to be written\n",
)
_error(
    "ACT110",
    "unknown key",
    "The language has no such key here. Keys are never ignored: a misspelt one would be lost without a word.",
    "name: swish\nexpresion: x * sigmoid(x)\n",
)
_error(
    "ACT111",
    "duplicate key",
    "A key is given twice in one mapping, so that one of its values would be lost. Keep one of them.",
    "name: swish\nexpression: x * sigmoid(x)\nexpression: x * tanh(x)\n",
)
_error(
    "ACT112",
    "missing key",
    "A key that is required is not there: `name` and `expression` in an activation, `default` in a parameter's "
    "mapping, `value` in an example.",
    "name: swish\nsummary: Self-gated unit.\n",
)
_error(
    "ACT113",
    "wrong shape",
    "The value is text where a list or mapping belongs, or the other way round. An interval as a domain is quoted, "
    "since YAML reads its brackets as a list.",
    "name: swish\nexpression: x * sigmoid(x)\ntags: gated\n",
)
_error(
    "ACT114",
    "no value",
    "The key or item has no value, or a blank one. YAML also takes the plain words `null` and `~` for that; quoted, "
    "they are text. Give a value, or remove the key.",
    "name: swish\nparameters:\n  beta:\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT115",
    "neither true nor false",
    "The value of this key is `true` or `false`, without quotes.",
    "name: swish\nparameters:\n  beta: {default: 1, trainable: sometimes}\nexpression: x * sigmoid(beta * x)\n",
)
_error(
    "ACT116",
    "unknown format",
    "`format` says in which version of the language the file is written. This compiler reads version 1; a later one "
    "needs a later compiler.",
    "format: 2\nname: swish\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT117",
    "more than one line",
    "A summary is one line: it heads the docstring and stands in tables. What else there is to say goes into "
    "`description`.",
    "name: swish\nsummary: |\n  Self-gated unit.\n  It is smooth.\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT118",
    "text cut at a comma",
    "Between the braces of `{a: 1, b: 2}` YAML ends an unquoted text at a comma, also where that stands in "
    "parentheses. Quote the text, or write each key on a line of its own.",
    "name: relu\nlet: {positive_part: Max(x, 0)}\nexpression: positive_part\n",
)
_error(
    "ACT120",
    "not the name of an activation",
    "An activation's name is a function's name in Python: lower-case letters and digits, in parts joined by single "
    "underscores, a letter first. The layer's name is made of it: `hard_tanh` becomes `HardTanh`.",
    "name: HardTanh\nexpression: clip(x, -1, 1)\n",
)
_error(
    "ACT121",
    "name of an activation is taken",
    "The function or its layer would hide a keyword or builtin of Python, or one of `tf`, `keras` and `get`, which "
    "every generated package has. Choose another name and list this one under `aliases`.",
    "name: max\nexpression: Max(x, 0)\n",
)
_error(
    "ACT122",
    "not a name for expressions",
    "Inputs, parameters and `let` names consist of ASCII letters, digits and underscores and begin with a letter.",
    "name: swish\nparameters: {β: 1}\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT123",
    "reserved name",
    "Keywords of Python, the constants `pi`, `E`, `EulerGamma` and `GoldenRatio`, the output `y`, `tf`, `keras` and "
    "`Any` have their own meaning in expressions or generated code. Choose another name.",
    "name: swish\nparameters: {lambda: 1}\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT124",
    "name of a function",
    "An input or a `let` may not hide a function of the language. A parameter may, as papers write γ for one: within "
    "its document the function cannot be called then.",
    "name: swish\nlet: {sigmoid: 1 / (1 + exp(-x))}\nexpression: x * sigmoid\n",
)
_error(
    "ACT125",
    "name of an attribute of a layer",
    "A parameter is an argument and an attribute of the generated layer, where Keras's own arguments and attributes, "
    "`shared_axes` and the further keywords have their names already. Choose another.",
    "name: scaled_tanh\nparameters: {weights: 2}\nexpression: weights * tanh(x)\n",
)
_error(
    "ACT126",
    "name of a weight's argument",
    "A trainable parameter `beta` brings the layer's arguments `beta_initializer`, `beta_regularizer` and "
    "`beta_constraint`. No other parameter may bear one of these names.",
    "name: swish\nparameters:\n  beta: {default: 1, trainable: true}\n  beta_initializer: 1\n"
    "expression: beta_initializer * x * sigmoid(beta * x)\n",
)
_error(
    "ACT127",
    "name given twice",
    "Inputs, parameters and `let` names share one space and are all distinct. A file that gives no `inputs` has the "
    "one input `x`.",
    "name: swish\nparameters: {s: 1}\nlet: {s: sigmoid(x)}\nexpression: x * s\n",
)
_error(
    "ACT128",
    "not an alias",
    "An alias is a further name under which the activation is found: one word that begins with a letter, of ASCII "
    "letters, digits, `_`, `-` and `.`, given once and not the name itself.",
    "name: swish\naliases: [silu, swish]\nexpression: x * sigmoid(x)\n",
)
_error(
    "ACT129",
    "input that examples cannot give",
    "An example gives inputs by name beside its keys `value` and `derivative`, so that an input of such a name has no"
    " place in it.",
    "name: swish\ninputs: [value]\nexpression: value * sigmoid(value)\nexamples: [{value: 0}]\n",
)
_error(
    "ACT130",
    "unknown domain",
    "A domain is `real`, `positive`, `negative`, `nonnegative`, `nonpositive`, `nonzero` or a quoted interval; "
    "`integer` may follow, or stand alone.",
    "name: swish\nparameters:\n  beta: {default: 1, domain: postive}\nexpression: x * sigmoid(beta * x)\n",
)
_error(
    "ACT131",
    "malformed interval",
    'An interval is two ends between brackets, quoted: `"(0, 1)"` without its ends, `"[0, 1]"` with them, or mixed. '
    "Without quotes YAML reads many intervals as lists, or cuts them at the comma.",
    'name: swish\nparameters:\n  beta: {default: 1, domain: "(0; 2)"}\nexpression: x * sigmoid(beta * x)\n',
)
_error(
    "ACT132",
    "closed at infinity",
    "Infinity is no number and cannot belong to an interval, which is open there: `[1, inf)`.",
    'name: swish\nparameters:\n  beta: {default: 1, domain: "[0, inf]"}\nexpression: x * sigmoid(beta * x)\n',
)
_error(
    "ACT133",
    "empty domain",
    "The low end of an interval stands first, below the high one; with `integer`, an integer lies between them.",
    'name: swish\nparameters:\n  beta: {default: 1, domain: "(2, 0)"}\nexpression: x * sigmoid(beta * x)\n',
)
_error(
    "ACT134",
    "not the end of an interval",
    "An end is a decimal number within float64's range, a fraction of two such numbers, or `inf` with its sign. It is"
    " exact, as all numbers of the language are; names and functions have no place in it.",
    'name: swish\nparameters:\n  beta: {default: 1, domain: "(0, pi)"}\nexpression: x * sigmoid(beta * x)\n',
)

# ACT150 to ACT199: expressions and what refers to a name.


# Expressions.

_error(
    "ACT150",
    "not an expression",
    "The text does not parse: an operand or operator is missing, a parenthesis is not closed, or a word is a keyword "
    "of Python. A product is written with `*`, a power with `**`.",
    "name: shifted\nexpression: 2x + 1\n",
)
_error(
    "ACT151",
    "not in the language",
    "The language has arithmetic, comparisons, `and`, `or`, `not`, `a if condition else b` and calls of its functions, "
    "and nothing else of Python: no attributes, lists, text, assignments or imports.",
    "name: cube\nexpression: x^3\n",
)
_error(
    "ACT152",
    "impossible number",
    "A number is decimal, has at most 1,000 digits and lies within float64's range.",
    "name: huge\nexpression: 1e400*x\n",
)
_error(
    "ACT153",
    "undefined name",
    "The name is neither an input, a parameter or a `let` above, nor a constant or function of the language. `y`, the "
    "activation's output, may stand only in `derivative` and `surrogate`.",
    "name: swish\nexpression: x*sigmoid(bta*x)\nparameters: {beta: 1}\n",
)
_error(
    "ACT154",
    "wrong call",
    "A function is called with too few or too many arguments, with named ones, or what is called is no function: a "
    "parameter that bears a function's name hides the function.",
    "name: clipped\nexpression: clip(x)\n",
)
_error(
    "ACT155",
    "number and condition confused",
    "A condition stands where a number belongs, or the reverse. `step(x)` is the number 1 where `x > 0`; a choice is "
    "written `a if condition else b`.",
    "name: gated\nexpression: x*(x > 0)\n",
)
_error(
    "ACT156",
    "expression too deep",
    "The expression is nested more than 150 levels deep, or has a chain of more than 2,000 operators. Name its parts "
    "in `let`.",
    "name: deep\nexpression: " + "(" * 250 + "x" + ")" * 250 + "\n",
)
_error(
    "ACT160",
    "integer parameter trained",
    "Training moves a parameter by small steps, which an integer cannot take.",
    "name: rational_power\nparameters: {n: {default: 2, domain: positive integer, trainable: true}}\n"
    "expression: x**n\n",
)
_error(
    "ACT161",
    "mapping needed",
    "With several inputs there are several partial derivatives, so `derivative`, `surrogate` and the `derivative` of "
    "an example are mappings from names to expressions.",
    "name: product\ninputs: [a, b]\nexpression: a*b\nderivative: b\n",
)
_error(
    "ACT162",
    "no such partial derivative",
    "A partial derivative is given by the name of an input, or of a parameter that is not an integer.",
    "name: scaled\nparameters: {beta: 1}\nexpression: beta*x\nderivative: {betta: x}\n",
)
_error(
    "ACT163",
    "derivative and surrogate",
    "`derivative` claims what the derivative is; `surrogate` replaces it. One input or parameter has one or the other.",
    "name: spike\nexpression: step(x)\nderivative: 0\nsurrogate: 1/(1 + x**2)\n",
)
_error(
    "ACT164",
    "wrong example",
    "An example gives every input by its name, and parameters where they differ from their defaults.",
    "name: double\nexpression: 2*x\nexamples:\n  - {x: 1, z: 1, value: 2}\n",
)
_error(
    "ACT165",
    "nothing to accept",
    "`accept` maps the codes of warnings to reasons; errors cannot be accepted.",
    "name: double\nexpression: 2*x\naccept: {ACT399: seen}\n",
)
