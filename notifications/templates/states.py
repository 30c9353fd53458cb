"""The states of a template at its provider, and which may follow which: pure."""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class TemplateState(models.TextChoices):
    """How far a template is."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    # The provider no longer has it, or never had it.
    MISSING = "missing", _("Missing at the provider")


_T = TemplateState
# A provider says what it likes, at any time; only we make drafts, and out of what is not in use.
_SAID: Final = frozenset({_T.IN_REVIEW, _T.APPROVED, _T.REFUSED, _T.MISSING})
TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    _T.DRAFT: _SAID,
    _T.IN_REVIEW: _SAID | {_T.DRAFT},
    _T.APPROVED: _SAID | {_T.DRAFT},
    _T.REFUSED: _SAID | {_T.DRAFT},
    _T.MISSING: _SAID | {_T.DRAFT},
}
# With these nothing can be sent, and staff must do something.
LOST: Final = frozenset({_T.REFUSED, _T.MISSING})
