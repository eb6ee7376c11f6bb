"""The output folder: what it holds, what it should hold, and the one place that writes it."""
