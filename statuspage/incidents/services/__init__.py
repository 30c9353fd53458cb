"""Everything that changes an incident or a maintenance."""
