"""What `restore` does to pages: they are rendered again, under numbers that are new."""

from typing import Final

# The files and the memory of web processes may show a later edition, of the database that was
# lost. Seconds since 1970 are ahead of any number that it reached.
RENDER_AGAIN: Final = """
    UPDATE pages_edition
    SET reference = '', number = greatest(number, extract(epoch FROM clock_timestamp())::bigint);
"""
