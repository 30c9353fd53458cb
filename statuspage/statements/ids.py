"""Public identifiers: opaque, short, and safe to read over the phone."""

import secrets
from typing import Final

# No vowels and no look-alikes (0/o, 1/l), so that no identifier spells a word or is misread.
ALPHABET: Final = "23456789bcdfghjkmnpqrstvwxyz"
LENGTH: Final = 12


def new_id() -> str:
    """Return twelve random characters: 57 bits, unguessable in practice and unique in the table."""
    left, found = secrets.randbelow(len(ALPHABET) ** LENGTH), ""
    for _ in range(LENGTH):
        left, place = divmod(left, len(ALPHABET))
        found += ALPHABET[place]
    return found
