"""Staff: people, roles and API tokens."""
