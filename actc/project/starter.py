"""The files that ``actc new`` writes."""

from __future__ import annotations

from actc.project.catalogue import find_shipped

SCHEMA = "activation.schema.json"
"""The file beside the sources from which editors know the keys."""

_MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"

_STARTER = """\
# An activation for `actc build`. Only `name` and `expression` are required.

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
    return _MODELINE + _STARTER.format(name=name)


def like_shipped(name: str, like: str) -> str:
    """The document of a shipped activation under another name, without its aliases."""
    shipped = find_shipped(like)
    start, end = shipped.root.start_mark.index, shipped.root.end_mark.index
    cuts = []
    if (entry := shipped.entry("name")) is not None:
        cuts.append((entry[1].start_mark.index, entry[1].end_mark.index, name))
    if (entry := shipped.entry("aliases")) is not None:
        after = shipped.text.find("\n", entry[1].end_mark.index - 1)
        cuts.append((entry[0].start_mark.index, len(shipped.text) if after < 0 else after + 1, ""))
    document = shipped.text[start:end]
    for first, last, new in sorted(cuts, reverse=True):
        document = document[: first - start] + new + document[last - start :]
    return _MODELINE + document.rstrip() + "\n"
