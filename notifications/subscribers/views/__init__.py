"""The pages on which merchants subscribe and manage."""
