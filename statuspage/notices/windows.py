"""From when to when a notice holds: by its details, or else as its author says."""

from datetime import datetime
from typing import Final, TypeAlias

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload
from statuspage.notices.kind import NOT_BEFORE, NoticeKind

Window: TypeAlias = tuple[datetime | None, datetime | None]

NOT_AS_ITS_DETAILS: Final = _(
    "The details of this notice say another time. Leave this empty, or change the details."
)


def window_of(
    kind: NoticeKind, payload: Payload, begins: datetime | None, ends: datetime | None
) -> Window:
    """Return from when to when a notice holds, by its details or else its author; both may be open.

    Raises:
        ValidationError: its author says something else than its details, or it ends before it
            begins.
    """
    given = {"effective_from": begins, "effective_until": ends}
    said = dict(zip(given, kind.window(payload), strict=True))
    if other := [name for name, at in given.items() if at and said[name] not in {None, at}]:
        raise ValidationError(dict.fromkeys(other, NOT_AS_ITS_DETAILS))
    window = begins or said["effective_from"], ends or said["effective_until"]
    if window[0] and window[1] and window[1] < window[0]:
        raise ValidationError({"effective_until": NOT_BEFORE})
    return window
