"""What merchants depend on, and the state it is in."""
