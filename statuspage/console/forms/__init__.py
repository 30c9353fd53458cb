"""The console's forms: each validates what staff write and calls a service."""
