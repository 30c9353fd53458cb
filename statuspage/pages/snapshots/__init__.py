"""Public answers kept as bytes: in PostgreSQL, in files, and in the memory of each web process."""
