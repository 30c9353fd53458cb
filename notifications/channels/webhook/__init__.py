"""Webhooks: its providers, one file each."""
