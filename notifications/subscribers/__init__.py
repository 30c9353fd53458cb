"""People and firms that asked to be told."""
