"""The transparency page: monthly figures, charts and raw data."""
