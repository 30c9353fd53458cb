"""What a holiday schedule says: its table in rows, cards and words, and what prose says of it."""
