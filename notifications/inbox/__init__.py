"""What merchants wrote to us and no program understood: for people to read, answered once a day."""
