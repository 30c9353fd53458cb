"""Staff are reminded of promises before and after their time, up a chain."""
