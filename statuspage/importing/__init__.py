"""Bring old notices and incidents along, from files and from the exports of other status pages."""
