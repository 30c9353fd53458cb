"""Notices to merchants and their kinds."""
