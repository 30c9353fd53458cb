"""What requests and answers look like; whether an act is allowed, the services decide."""
