"""SMS: its providers, one file each."""
