"""Components: the services that merchants depend on, and their states."""
