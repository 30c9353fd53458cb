"""Which transactions an incident held up, and how a merchant may ask about one of theirs."""
