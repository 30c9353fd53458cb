"""The console's forms: what staff write, on its way to a service."""
