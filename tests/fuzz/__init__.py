"""Coverage-guided fuzzing of the loader, the parser of expressions and the whole of ``actc check``."""
