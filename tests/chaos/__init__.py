"""Random faults from one table against the real product, and one oracle."""
