"""What those who run the product need: metrics, logs, backups."""
