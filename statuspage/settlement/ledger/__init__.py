"""The public ledger: what was promised to merchants, and what has been paid of it."""
