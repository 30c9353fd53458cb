"""What may stand in the console's addresses."""

from statuspage.statements.ids import ALPHABET, LENGTH


class NumberConverter:
    """A statement's number: digits that fit the database's integers."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


class PublicIdConverter:
    """A public id, which also keeps it from being mistaken for a word such as `new`."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        """The id."""
        return value

    def to_url(self, value: str) -> str:
        """The id."""
        return value
