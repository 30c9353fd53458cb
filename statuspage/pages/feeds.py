"""The log as RSS, Atom and JSON Feed: one entry a statement, corrections as new entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.feedgenerator import SyndicationFeed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.pages.addresses import statement_id, subject_url
from statuspage.pages.timeline import tone_and_label
from statuspage.statements.models import Statement
from statuspage.statements.selectors import last_statements
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.texts import CHINESE, in_language
from statuspage.statements.times import from_iso, iso

NEWEST: Final = 50
ANSWERED: Final = {
    CORRECTION: gettext_lazy("Correction of No. %(number)d: %(body)s"),
    WITHDRAWAL: gettext_lazy("Withdrawal of No. %(number)d: %(body)s"),
}


@dataclass(frozen=True)
class Item:
    """One statement as an entry of a feed."""

    id: str
    url: str
    title: str
    text: str
    at: datetime
    tag: str


def items(language: str) -> list[Item]:
    """The newest statements, newest first, in the active language."""
    return [_item(statement, language) for statement in last_statements(NEWEST)]


def xml(kind: type[SyndicationFeed], view: str, language: str, found: Sequence[Item]) -> bytes:
    """The feed in the format of one of Django's generators."""
    feed = kind(
        title=feed_title(language),
        link=home_url(),
        description=_("Everything the operator has said in public, newest first."),
        language=language,
        feed_url=_own_url(view, language),
        feed_guid=settings.SITE_URL + reverse("machine:atom"),
    )
    for item in found:
        feed.add_item(
            title=item.title,
            link=item.url,
            description=linebreaks(item.text, autoescape=True),
            unique_id=item.id,
            unique_id_is_permalink=False,
            pubdate=item.at,
            updateddate=item.at,
            categories=[item.tag],
        )
    return feed.writeString("utf-8").encode()


def json_feed(language: str, found: Sequence[Item]) -> dict[str, object]:
    """The feed by JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_title(language),
        "home_page_url": home_url(),
        "feed_url": _own_url("machine:json_feed", language),
        "language": language,
        "authors": [{"name": in_language(settings.OPERATOR_NAME, language)}],
        "items": [
            {
                "id": item.id,
                "url": item.url,
                "title": item.title,
                "content_text": item.text,
                "date_published": iso(item.at),
                "tags": [item.tag],
            }
            for item in found
        ],
    }


def feed_title(language: str) -> str:
    """The operator's name and what this is."""
    operator = in_language(settings.OPERATOR_NAME, language)
    return _("%(operator)s service status") % {"operator": operator}


def home_url() -> str:
    """The home page in the active language."""
    return settings.SITE_URL + reverse("pages:home")


def _own_url(view: str, language: str) -> str:
    return f"{settings.SITE_URL}{reverse(view)}?lang={language}"


def _item(statement: Statement, language: str) -> Item:
    subject = (statement.subject_type, statement.subject_id)
    _tone, label = tone_and_label(statement)
    values = {"label": label, "name": in_language(statement.content["name"], language)}
    return Item(
        id=statement_id(*subject, statement.number),
        url=f"{subject_url(*subject)}#statement-{statement.number}",
        title=_("%(label)s: %(name)s") % values,
        text=whole_text(statement, language),
        at=statement.published_at,
        tag=statement.kind,
    )


def whole_text(statement: Statement, language: str) -> str:
    """All that a letter to subscribers says of it: the text, the details, and the next promise."""
    content = statement.content
    said = content.get("details") or {}
    details = [
        _("%(label)s: %(text)s") % one for one in said.get(language) or said.get(CHINESE, [])
    ]
    promised = content.get("next_update_by") if statement.corrects_id is None else None
    parts = [spoken(statement, language), "\n".join(details)]
    if promised:
        time = _time(from_iso(promised), statement.published_at)
        parts.append(_("Next update by %(time)s.") % {"time": time})
    return "\n\n".join(part for part in parts if part)


def _time(promised: datetime, said: datetime) -> str:
    """In Beijing, with its date where that is another day than the statement's."""
    there = timezone.localtime(promised)
    if there.date() == timezone.localdate(said):
        return f"{there:%H:%M}"
    return dateformat.format(there, _("j M H:i"))


def spoken(statement: Statement, language: str) -> str:
    """The statement's text; of a correction or withdrawal, with the number of what it answers."""
    body = in_language(statement.content["body"], language)
    if statement.corrects_id is None:
        return body
    values = {"number": statement.corrects_id, "body": body}
    return str(ANSWERED[statement.kind]) % values
