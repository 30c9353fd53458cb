"""Monthly figures on how well the operator keeps its promises, computed from the log alone."""
