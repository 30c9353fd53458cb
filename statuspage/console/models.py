"""Which form has been published: the memory that makes a double click publish once."""

from django.db import models

from statuspage.statements.models import Statement


class Publication(models.Model):
    """A form's one-time token and the statement that came of it."""

    token = models.UUIDField(primary_key=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"#{self.statement_id}"
