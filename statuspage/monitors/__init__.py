"""What monitors report, and the drafts that come of it by rule."""
