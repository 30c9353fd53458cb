"""Uploaded CSV files: stored in parts, read by a worker that may be killed, applied in batches."""
