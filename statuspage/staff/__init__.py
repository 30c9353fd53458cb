"""Who may speak for the operator: people, roles and API tokens."""
