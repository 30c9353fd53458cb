"""The SQL with which `restore` stops uploads: the lost database may have read them to their end."""

from typing import Final

DELETE: Final = """
    DELETE FROM {piece} WHERE upload_id IN (
        SELECT id FROM {table} WHERE state IN ('waiting', 'reading'));
"""
STOP: Final = """
    UPDATE {table} SET state = 'stopped', finished_at = now()
    WHERE state IN ('waiting', 'reading');
"""


def stop(table: str, *pieces: str) -> str:
    """Return SQL that ends every unfinished upload of `table`, and deletes its rows in `pieces`."""
    deleting = (DELETE.format(piece=one, table=table) for one in pieces)
    return "\n".join((*deleting, STOP.format(table=table)))
