"""Voice calls: their providers, one file each."""
