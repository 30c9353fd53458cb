"""When the money arrives: settlement notices to merchants."""
