"""``python -m actc`` is ``actc``."""

from __future__ import annotations

import sys

from actc.cli import main

if __name__ == "__main__":
    sys.exit(main())
