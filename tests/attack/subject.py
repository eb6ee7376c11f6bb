"""An activation of the attack, and the file that claims its derivative."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from attack.terms import Term, substitute, sym, text


@dataclass(frozen=True)
class Subject:
    """An activation without a claim."""

    inputs: dict[str, str]  # name -> domain
    parameters: dict[str, tuple[str, str]]  # name -> default, domain
    expression: Term
    odd: bool = False  # built without care for where it is defined
    let: dict[str, Term] = field(default_factory=dict)  # names in claims alone

    def document(self, by: str, claim: Term, random: Random | None = None) -> str:
        """The activation file that claims a derivative."""
        lines = ["name: attacked", "inputs:"]
        lines += [f'  {name}: "{domain}"' for name, domain in self.inputs.items()]
        if self.parameters:
            lines.append("parameters:")
            lines += [f'  {n}: {{default: "{v}", domain: "{d}"}}' for n, (v, d) in self.parameters.items()]
        if self.let:
            lines.append("let:")
            lines += [f'  {name}: "{text(part)}"' for name, part in self.let.items()]
        lines += [f'expression: "{text(self.expression, random)}"', "derivative:", f'  {by}: "{text(claim, random)}"']
        return "\n".join(lines) + "\n"

    def opened(self, claim: Term) -> Term:
        """A claim without ``let`` names and ``y``."""
        for name, part in reversed(self.let.items()):
            claim = substitute(claim, sym(name), part)
        return substitute(claim, sym("y"), self.expression)
