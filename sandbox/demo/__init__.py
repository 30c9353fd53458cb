"""Demonstration data: an operator's late payouts, from first sign to resolution."""
