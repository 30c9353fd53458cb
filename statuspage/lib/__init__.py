"""Small shared helpers without tables."""
