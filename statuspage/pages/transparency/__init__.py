"""The page of how well the operator keeps its word, and its raw data."""
