"""The append-only log of everything the operator has said in public."""
