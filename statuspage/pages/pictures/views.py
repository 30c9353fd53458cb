"""The picture of a published schedule, and of one that is being prepared."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.notices.models import Notice, Product
from statuspage.notices.phrases import full_day
from statuspage.notices.selectors import notices
from statuspage.pages import selectors
from statuspage.pages.cards import NoticeCard
from statuspage.pages.http import PageNotFound, public
from statuspage.pages.pictures.schedule import SchedulePicture
from statuspage.pages.pictures.signs import picture_notes
from statuspage.pages.timeline import TimelineEntry
from statuspage.settlement.holiday.generating import KIND, cards_for, words_for
from statuspage.statements.texts import Text, for_reader

PNG: Final = "image/png"
# The kind of notice of which there is one.
PICTURED: Final = KIND


@public
def schedule_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the picture of a holiday's schedule; there is none of what was withdrawn."""
    found = selectors.with_id(schedules, public_id)
    card = next(iter(selectors.notice_cards(found, selectors.reader())), None)
    if card is None or card.withdrawn or card.original is None or not card.original.cards:
        raise PageNotFound(_("There is no picture under this address."))
    return HttpResponse(_published(card, card.original).png(), content_type=PNG)


def schedules() -> QuerySet[Notice]:
    """Return the notices of which there may be a picture."""
    return notices().filter(kind=PICTURED)


def pictured(public_ids: Iterable[str]) -> list[str]:
    """Return the ids of those notices that may have a picture, in order."""
    found = schedules().filter(public_id__in=[*public_ids])
    return sorted(found.values_list("public_id", flat=True))


def draft_picture(holiday: str, year: int) -> bytes:
    """Return the picture of a schedule as it would be published now, marked as a draft.

    Raises:
        ValidationError: the calendar or the rules do not give one.
    """
    return SchedulePicture(
        operator=for_reader(settings.OPERATOR_NAME),
        title=for_reader(words_for(holiday, year).title),
        cards=cards_for(holiday, year),
        source="",
        address=settings.SITE_URL + reverse("pages:notices"),
        hint=_("Draft, not published yet. Do not pass it on."),
    ).png()


def draft_notes(title: Text | None = None) -> list[str]:
    """Return what a picture cannot show of names and of a headline, in any language."""
    names = (name for _code, name in Product.objects.values_list("code", "name"))
    texts = (settings.OPERATOR_NAME, title or {}, *names)
    return picture_notes(part for text in texts for part in text.values())


def _published(card: NoticeCard, said: TimelineEntry) -> SchedulePicture:
    day = timezone.localdate(card.published_at).isoformat()
    values = {"number": said.number, "day": full_day(day)}
    return SchedulePicture(
        operator=for_reader(settings.OPERATOR_NAME),
        title=str(card.name),
        cards=list(said.cards),
        source=_("Notice No. %(number)d, published on %(day)s") % values,
        address=settings.SITE_URL + reverse("pages:notice", args=[card.id]),
        hint=_("Corrected since: scan the code and read the correction.") if said.answers else "",
    )
