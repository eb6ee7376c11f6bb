"""The files that ``actc new`` writes."""

from __future__ import annotations

import yaml

from actc import resources
from actc.project.usage import UsageError, did_you_mean

_STARTER = """\
# An activation for `actc build`. Only `name` and `expression` are required.
# For completion in an editor: `actc schema > activation.schema.json`, and name that file to its YAML plugin.

name: {name}
summary: One line about it, for the docstring.
# reference: https://arxiv.org/abs/...

parameters:
  # A number, or more: `trainable` makes it a weight of the layer, `domain` is what proofs may assume.
  slope: {{default: 1.0, domain: positive, trainable: true}}

let: # shared by every expression below
  s: sigmoid(slope * x)

expression: x * s

# A claim: it is proved equal to the derivative by x, or the build fails. Leave it out and it is derived.
# To train with something else than the derivative, say `surrogate` instead.
derivative: s + slope * x * s * (1 - s)

examples: # known points; checked
  - {{x: 0, value: 0, derivative: 0.5}}
"""


def starter(name: str) -> str:
    """A commented file that builds as it is."""
    return _STARTER.format(name=name)


def like_shipped(name: str, like: str) -> str:
    """The document of a shipped activation under another name, without its aliases."""
    known: list[str] = []
    for file in sorted(resources.activations().glob("*.yaml")):
        text = file.read_text("utf-8")
        for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if not isinstance(root, yaml.MappingNode):
                continue
            keys = {key.value: (key, value) for key, value in root.value}
            names = [keys["name"][1].value]
            if "aliases" in keys:
                names.extend(node.value for node in keys["aliases"][1].value)
            if like in names:
                return _renamed(text, root, keys, name)
            known.extend(names)
    raise UsageError(f"no activation `{like}` is shipped", did_you_mean(like, known))


def _renamed(text: str, root: yaml.MappingNode, keys: dict[str, tuple[yaml.Node, yaml.Node]], name: str) -> str:
    """The stretch of the file that is the document, with its comments, but another name."""
    start, end = root.start_mark.index, root.end_mark.index
    cuts = [(keys["name"][1].start_mark.index, keys["name"][1].end_mark.index, name)]
    if "aliases" in keys:
        key, value = keys["aliases"]
        after = text.find("\n", value.end_mark.index - 1)
        cuts.append((key.start_mark.index, len(text) if after < 0 else after + 1, ""))
    document = text[start:end]
    for first, last, new in sorted(cuts, reverse=True):
        document = document[: first - start] + new + document[last - start :]
    return document.rstrip() + "\n"
