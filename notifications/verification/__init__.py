"""Message verification: keep what was sent, word for word, so that merchants can check it."""
