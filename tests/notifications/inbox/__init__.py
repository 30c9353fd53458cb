"""Texts that no program understands."""
