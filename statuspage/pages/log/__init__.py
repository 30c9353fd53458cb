"""The public log as people and auditors read it: its page, its tiles, its proofs."""
