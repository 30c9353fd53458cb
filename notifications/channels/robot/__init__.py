"""Robots of groups: its providers, one file each."""
