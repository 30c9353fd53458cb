"""Incidents and maintenance, with their lifecycles and templates."""
