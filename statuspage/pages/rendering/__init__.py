"""Which pages a statement changes, and rendering them through Django's own views."""
