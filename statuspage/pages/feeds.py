"""The log as RSS, Atom and JSON Feed: one entry a statement, corrections as new entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.feedgenerator import SyndicationFeed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.lib.tables import in_lines
from statuspage.pages.addresses import statement_id, statement_path
from statuspage.pages.overall import overall_state
from statuspage.pages.timeline import tone_and_label
from statuspage.statements.documents import ALONE, said_by
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.texts import CHINESE, in_language
from statuspage.statements.times import from_iso, iso

ANSWERED: Final = {
    CORRECTION: gettext_lazy("Correction to No. %(number)d: %(body)s"),
    WITHDRAWAL: gettext_lazy("Withdrawal of No. %(number)d: %(body)s"),
}


def xml(kind: type[SyndicationFeed], view: str, language: str, found: Sequence[Statement]) -> bytes:
    """Return the statements as a feed, in the format of one of Django's generators."""
    feed = kind(
        title=feed_title(language),
        link=home_url(),
        description=_description(),
        subtitle=_description(),
        language=language,
        feed_url=_own_url(view, language),
        feed_guid=settings.SITE_URL + reverse("machine:atom"),
    )
    for one in found:
        feed.add_item(
            title=_title(one, language),
            link=settings.SITE_URL + statement_path(one),
            description=linebreaks(whole_text(one, language), autoescape=True),
            unique_id=statement_id(one),
            unique_id_is_permalink=False,
            pubdate=one.happened_at,
            updateddate=one.published_at,
            categories=[one.kind],
        )
    return feed.writeString("utf-8").encode()


def json_feed(language: str, found: Sequence[Statement]) -> dict[str, object]:
    """Return the feed by JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_title(language),
        "description": _description(),
        "home_page_url": home_url(),
        "feed_url": _own_url("machine:json_feed", language),
        "language": language,
        "authors": [{"name": in_language(settings.OPERATOR_NAME, language)}],
        "items": [
            {
                "id": statement_id(one),
                "url": settings.SITE_URL + statement_path(one),
                "title": _title(one, language),
                "content_text": whole_text(one, language),
                "date_published": iso(one.happened_at),
                "tags": [one.kind],
                **_entered(one),
            }
            for one in found
        ],
    }


def _description() -> str:
    """Return the present state, and what the feed has."""
    values = {"state": overall_state().headline}
    return _("%(state)s. Everything the operator has published, newest first.") % values


def _entered(statement: Statement) -> dict[str, str]:
    """Return when it was entered, if that was not when it happened."""
    published = statement.published_at
    return {} if statement.happened_at == published else {"date_modified": iso(published)}


def feed_title(language: str) -> str:
    """Return the title of the feed, with the operator's name."""
    operator = in_language(settings.OPERATOR_NAME, language)
    return _("%(operator)s service status") % {"operator": operator}


def home_url() -> str:
    """Return the home page in the active language."""
    return settings.SITE_URL + reverse("pages:home")


def _own_url(view: str, language: str) -> str:
    return f"{settings.SITE_URL}{reverse(view)}?lang={language}"


def _title(statement: Statement, language: str) -> str:
    _tone, label = tone_and_label(statement)
    return labelled(str(label), in_language(statement.content["name"], language))


def labelled(label: str, name: str) -> str:
    """Return the name after its label, or alone if it already begins with the label."""
    if name.startswith(label):
        return name
    return _("%(label)s: %(name)s") % {"label": label, "name": name}


def whole_text(statement: Statement, language: str) -> str:
    """Return what an e-mail says of the statement: text, details and next promise."""
    parts, news = [detailed(statement, language)], statement.news
    if promised := news.get("next_update_by"):
        time = _time(from_iso(promised), statement.published_at)
        parts.append(_("Next update by %(time)s.") % {"time": time})
    return "\n\n".join(filter(None, parts))


def detailed(statement: Statement, language: str) -> str:
    """Return the statement's text with its details and tables, in the active language."""
    news = statement.news
    found = {name: news.get(name) or {} for name in ("details", "tables")}
    lines, tables = (one.get(language) or one.get(CHINESE) or [] for one in found.values())
    details = [_("%(label)s: %(text)s") % one for one in lines]
    # Words that need no headline say what the tables say.
    details += in_lines([] if news.get(ALONE) else tables)
    return "\n\n".join(filter(None, [spoken(statement, language), "\n".join(details)]))


def _time(promised: datetime, said: datetime) -> str:
    """Return the time in Beijing, with its date and year if they are not the statement's."""
    there, day = timezone.localtime(promised), timezone.localdate(said)
    if there.date() == day:
        return f"{there:%H:%M}"
    return dateformat.format(there, _("j M H:i") if there.year == day.year else _("j M Y H:i"))


def spoken(statement: Statement, language: str) -> str:
    """Return the statement's text; an answer begins with the number of what it answers."""
    body = said_by(statement.news, language)
    if statement.corrects_id is None:
        return body
    values = {"number": statement.corrects_id, "body": body}
    return str(ANSWERED[statement.kind]) % values
