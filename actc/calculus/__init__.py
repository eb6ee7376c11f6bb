"""Derivatives, proofs and refutations, kinks and jumps, and where an activation is defined."""
