"""Pictures of activations: plots in files and in the terminal, and the gallery. Texts and data only; no printing."""
