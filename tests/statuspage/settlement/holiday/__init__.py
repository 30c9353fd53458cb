"""Holiday schedules: generated words, cards, and the check of prose."""
