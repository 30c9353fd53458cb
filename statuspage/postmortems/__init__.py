"""Postmortems: what happened in an incident, why, and the follow-up actions."""
