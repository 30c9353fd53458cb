"""The private clock of what is owed to the regulator; nothing of it is ever public."""
