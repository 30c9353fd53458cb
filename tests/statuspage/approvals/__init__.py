"""Two persons: who may publish what alone."""
