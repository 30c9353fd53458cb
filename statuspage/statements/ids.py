"""Public identifiers: opaque, short, and safe to read over the phone."""

import secrets
from itertools import product
from typing import Final

# No vowels and no look-alikes (0/o, 1/l), so that no identifier spells a word or is misread.
ALPHABET: Final = "23456789bcdfghjkmnpqrstvwxyz"
LENGTH: Final = 12
# The id of a subject in a preview: well formed, so that URLs can be shown.
NO_ID: Final = "xxxxxxxxxxxx"
PAIRS: Final = [*map("".join, product(ALPHABET, repeat=2))]


def new_id() -> str:
    """Return twelve random characters: 57 bits, unguessable in practice and unique in the table."""
    left, found = secrets.randbelow(len(ALPHABET) ** LENGTH), ""
    while len(found) < LENGTH:
        left, place = divmod(left, len(PAIRS))
        found += PAIRS[place]
    return found
