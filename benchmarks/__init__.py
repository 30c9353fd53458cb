"""Measurements, side by side in one run; see docs/adr/ for what was decided by them."""
