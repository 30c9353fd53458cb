"""Deadlines of reports to the regulator; all of it is private to staff."""
