"""What an e-mail is made of, what mail servers answer, and what comes back."""
