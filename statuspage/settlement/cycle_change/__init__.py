"""The crisis recipe “T+1 becomes T+N”: what follows from the facts, and the words for it."""
