"""Words that carriers refuse or restrict in SMS, pointed out to whoever writes them."""
