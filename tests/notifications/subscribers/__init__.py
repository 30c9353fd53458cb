"""Tests of the people and firms that asked to be told."""
