"""The console: the pages for staff."""
