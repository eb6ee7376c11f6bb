"""The shape of an activation's graph: limits, where it rises and falls, range and zeros. Certain, or not said."""
