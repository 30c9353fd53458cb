"""How well the operator keeps its word, computed from the public log alone."""
