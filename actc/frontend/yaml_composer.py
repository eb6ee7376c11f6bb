"""PyYAML's composer, held to what an activation file needs.

In its pure Python form, because only that one's marks are exact to the character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.composer import Composer
from yaml.error import YAMLError
from yaml.events import AliasEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner
from yaml.tokens import ScalarToken, Token

from actc.diagnostics import DiagnosticLog
from actc.frontend.source_text import SourceText
from actc.frontend.wording import quoted

if TYPE_CHECKING:
    from yaml import ScalarNode

DEPTH_LIMIT = 50


class RefusedError(YAMLError):
    """Valid YAML that is not read any further."""

    def __init__(self, code: str, offset: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset
        self.message = message


class DocumentComposer(Reader, Scanner, Parser, Composer, BaseResolver):
    """Composes nodes, refuses tags, recursion and depth, and keeps where each scalar itself starts.

    A node's own mark stands at its anchor, where it has one.
    """

    def __init__(self, source: SourceText, start: int, log: DiagnosticLog) -> None:
        Reader.__init__(self, source.text[start:])
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._source = source
        self._start = start
        self._log = log
        self._depth = 0
        self._open_anchors: list[str] = []
        self._scalar_starts: dict[int, Any] = {}

    # The stubs leave much of PyYAML untyped, and some of it is typed wrongly: hence Any and the ignores.

    def get_token(self) -> Token | None:
        token: Token | None = super().get_token()  # type: ignore[no-untyped-call]
        if isinstance(token, ScalarToken):
            self._scalar_starts[token.end_mark.index] = token.start_mark
        return token

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        offset = self._start + event.start_mark.index
        if isinstance(event, AliasEvent):
            if event.anchor in self._open_anchors:
                raise RefusedError("ACT106", offset, f"{quoted('*' + event.anchor)} stands inside what it refers to")
            return super().compose_node(parent, index)
        if self._depth >= DEPTH_LIMIT:
            raise RefusedError("ACT106", offset, f"nested more than {DEPTH_LIMIT} levels deep")
        if event.tag is not None:
            where = self._source.text.find("!", offset)  # behind the anchor, where there is one
            self._log.report(
                "ACT105",
                self._source.location(where),
                "YAML tags are not part of the language",
                "remove the tag; quote a text that begins with `!`",
            )
        self._depth += 1
        self._open_anchors.append(event.anchor)
        node = super().compose_node(parent, index)
        self._open_anchors.pop()
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> ScalarNode:
        node: ScalarNode = super().compose_scalar_node(anchor)
        if node.value or node.style:  # an empty plain scalar has no token of its own
            node.start_mark = self._scalar_starts.get(node.end_mark.index, node.start_mark)
        return node
