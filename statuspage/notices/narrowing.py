"""What a notice's payload says of whom it is for."""

from collections.abc import Mapping

from statuspage.notices.audience import Audience, clean_audience
from statuspage.notices.fields import Payload
from statuspage.notices.kind import NoticeKind


def audience_for(
    kind: NoticeKind, payload: Payload, given: Mapping[str, object] | None
) -> Audience:
    """Return the audience: as given, and where a list is not given what the payload says of it.

    Raises:
        ValidationError: as `clean_audience` does.
    """
    cleaned = clean_audience(given)
    named = kind.narrows(payload) if payload else {}
    missing = {name: [*values] for name, values in named.items() if name not in (given or {})}
    return clean_audience({**cleaned, **missing})
