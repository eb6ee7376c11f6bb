"""From expressions to straight-line code that a target can print."""
