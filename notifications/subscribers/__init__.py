"""Subscribers: people and firms that asked for notifications."""
