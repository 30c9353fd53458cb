"""The text by which each statement is found: kept beside the log, and made from it."""

from typing import Final

from django.db import connection, models

from statuspage.statements.models import Statement

# Title and text in both languages; full width made half and small letters, so that what is typed on
# any keyboard finds it. Chinese has no spaces: it is looked for as it stands, and not by words.
FILL: Final = """
    INSERT INTO pages_searchtext (statement_id, text)
    SELECT number, lower(normalize(concat_ws(' ',
        document #>> '{content,name,zh-hans}', document #>> '{content,name,en}',
        document #>> '{content,body,zh-hans}', document #>> '{content,body,en}'), NFKC))
    FROM statements_statement WHERE number > %s
    ON CONFLICT DO NOTHING
"""


class SearchText(models.Model):
    """One statement's text."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.PROTECT, related_name="searched"
    )
    text = models.TextField()

    class Meta:
        app_label = "pages"

    def __str__(self) -> str:
        return f"#{self.statement_id}"


def keep_search_text(statement: Statement) -> None:
    """For every new statement, inside its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [statement.number - 1])
