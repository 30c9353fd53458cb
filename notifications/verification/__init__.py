"""Is this message from us? What was sent, word for word, and how a merchant finds out."""
