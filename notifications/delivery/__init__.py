"""Broadcasts and deliveries: from a statement to each merchant's phone, once."""
