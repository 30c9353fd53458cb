"""Signals from monitors, and the incident drafts that rules make of them."""
