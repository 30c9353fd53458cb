"""E-mail: its providers, one file each."""
