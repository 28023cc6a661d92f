"""The gate: an operator's phone that admits people, with signal and without."""
