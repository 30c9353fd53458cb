"""The texts that providers have approved: which are registered, and in which state each is."""
