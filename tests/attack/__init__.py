"""A random attack on the verdicts: activations, right and wrong claims, and the truth from high precision."""
