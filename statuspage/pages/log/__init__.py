"""The public log: its page, tiles and proofs."""
