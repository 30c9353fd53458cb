"""For operators: metrics, logs, backups, heartbeats."""
