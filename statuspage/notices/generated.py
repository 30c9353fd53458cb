"""Words that a kind of notice makes from its payload, for its author to publish or to edit."""

from typing import NamedTuple

from statuspage.statements.short import Short
from statuspage.statements.texts import Text


class GeneratedWords(NamedTuple):
    """A headline, a text, and shorter words by medium, in each language."""

    title: Text
    body: Text
    short: Short
