"""Try the product on one machine: simulated providers, demonstration data, one command."""
