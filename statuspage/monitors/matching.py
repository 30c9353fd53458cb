"""Whether a signal's labels fit a rule: names must be there, values may have a `*`."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_LABELS: Final = 50
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 500


def clean_matchers(value: Any) -> dict[str, str]:
    """The labels a rule asks for.

    Raises:
        ValidationError: there is none, or one is no text.
    """
    if not isinstance(value, Mapping) or not 0 < len(value) <= MOST_LABELS:
        raise ValidationError(_("Write one label on each line, such as alertname=PayoutsLate."))
    for name, wanted in value.items():
        if not (isinstance(wanted, str) and name and wanted) or len(name) > LONGEST_NAME:
            raise ValidationError(_("Write one label on each line, such as alertname=PayoutsLate."))
    return dict(value)


def fits(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """True where every label that is asked for is there with a fitting value."""
    return all(
        name in labels and fnmatchcase(labels[name], _plain(wanted))
        for name, wanted in matchers.items()
    )


def _plain(wanted: str) -> str:
    """Only the star is special: monitors' own values have brackets and question marks."""
    return wanted.replace("[", "[[]").replace("?", "[?]")
