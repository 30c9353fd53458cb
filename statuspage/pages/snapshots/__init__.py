"""Rendered public answers, stored in PostgreSQL and in files."""
