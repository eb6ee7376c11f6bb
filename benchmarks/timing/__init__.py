"""How fast generated code is beside others: what is timed, how, and what came out."""
