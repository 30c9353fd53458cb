"""What pages show beside the log, compared with what the statements say."""
