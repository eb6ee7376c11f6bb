"""What ``benchmarks/accuracy.py`` measures, and against what."""
