"""Transactions that an incident delayed, and the look-up for merchants."""
