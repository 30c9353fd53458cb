"""Tests of the crisis recipe's plan and words."""
