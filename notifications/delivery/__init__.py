"""Broadcasts and deliveries: from a statement to each recipient's phone, once."""
