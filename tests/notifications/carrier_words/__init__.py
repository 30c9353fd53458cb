"""Words that carriers refuse."""
