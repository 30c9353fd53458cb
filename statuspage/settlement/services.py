"""Publishing notices to merchants."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.audience import clean_audience
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import notice_kind
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text

TITLE_LENGTH = 120


def notice_publish(
    *,
    kind: str,
    title: Text,
    body: Text,
    author: Author | None,
    payload: Mapping[str, object] | None = None,
    audience: Mapping[str, object] | None = None,
    incident_id: str = "",
    published_at: datetime | None = None,
) -> Statement:
    """Publish a notice; `incident_id` is the public id of the incident it belongs to, if any.

    Raises:
        ValidationError: the kind, a text, the payload, the audience or the incident is not usable.
    """
    moment = published_at or timezone.now()
    title, body = clean_text(title, max_length=TITLE_LENGTH), clean_text(body)
    details = notice_kind(kind).clean(payload or {})
    addressed = clean_audience(audience)
    _check_incident(incident_id)
    with publishing():
        notice = Notice.objects.create(
            kind=kind,
            title=title,
            payload=details,
            audience=addressed,
            incident_id=incident_id,
            published_at=moment,
        )
        return publish(
            kind=f"notice.{kind}",
            subject=Subject("notice", notice.public_id),
            content={
                "name": dict(title),
                "body": dict(body),
                "payload": details,
                "audience": {"categories": [*addressed["categories"]]},
                "incident": incident_id or None,
            },
            author=author,
            published_at=moment,
        )


def _check_incident(incident_id: str) -> None:
    """An incident exists when the log speaks of it: settlement does not know its table."""
    if (
        incident_id
        and not Statement.objects.filter(subject_type="incident", subject_id=incident_id).exists()
    ):
        raise ValidationError(
            _("Unknown incident: %(id)s"), code="incident", params={"id": incident_id}
        )
