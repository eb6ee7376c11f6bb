"""Prints ``docs/diagnostics.md``: ``python -m actc.cli.docs > docs/diagnostics.md``."""

from __future__ import annotations

import sys

from actc.reporting.codes_page import codes_page

if __name__ == "__main__":
    sys.stdout.write(codes_page())
