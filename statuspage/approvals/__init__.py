"""Drafts, approval by a second person, review afterwards, and publishing a form only once."""
