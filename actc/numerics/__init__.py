"""From exact formulas to programs whose floating-point results can be trusted."""
