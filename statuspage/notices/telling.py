"""Whom a notice is sent to: everybody concerned, agents alone, or nobody."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.statements.choices import clean_choice


class Told(TextChoices):
    """Who gets a message; page, log and feeds have every notice."""

    ALL = "all", _("Everyone it concerns")
    AGENTS = "agents", _("Agents only")
    NOBODY = "nobody", _("Nobody: only on the page")


SILENT: Final = _("What was published before is not sent again: choose “Nobody: only on the page”.")


def clean_told(value: object, default: Told, *, silent: bool) -> Told:
    """Return the choice, or the default where none was made; `silent` allows only nobody.

    Raises:
        ValidationError: there is no such choice, or it is not nobody although it must be.
    """
    if value is None or value == "":
        return Told.NOBODY if silent else default
    chosen = Told(clean_choice(Told, value))
    if silent and chosen is not Told.NOBODY:
        raise ValidationError({"told": SILENT})
    return chosen
