"""When does my money arrive, and why: the answer that was true at any moment."""
