"""What is said after an incident: what happened, why, and what follows from it."""
