"""Incidents and maintenance: what happened, what is planned, and the words at hand for it."""
