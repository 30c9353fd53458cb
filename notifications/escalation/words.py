"""What staff read when they are reminded, in both languages."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from notifications.channels.base import Content
from notifications.escalation.promises import Kind, Promise
from statuspage.statements.texts import LANGUAGES, in_language

# By what was promised, and whether its time is past.
SENTENCES: Final = {
    (Kind.UPDATE, False): gettext_lazy(
        "Due in %(span)s: the update on “%(name)s” promised by %(time)s"
    ),
    (Kind.UPDATE, True): gettext_lazy(
        "Late by %(span)s: the update on “%(name)s” promised by %(time)s"
    ),
    (Kind.FIRST, False): gettext_lazy(
        "Due in %(span)s: the first public word on “%(name)s”, due by %(time)s"
    ),
    (Kind.FIRST, True): gettext_lazy(
        "Late by %(span)s: the first public word on “%(name)s”, due by %(time)s"
    ),
    (Kind.POSTMORTEM, False): gettext_lazy(
        "Due in %(span)s: the postmortem of “%(name)s”, due by %(time)s"
    ),
    (Kind.POSTMORTEM, True): gettext_lazy(
        "Late by %(span)s: the postmortem of “%(name)s”, due by %(time)s"
    ),
    (Kind.REGULATOR, False): gettext_lazy(
        "Due in %(span)s: a report to the regulator on “%(name)s”, due by %(time)s"
    ),
    (Kind.REGULATOR, True): gettext_lazy(
        "Late by %(span)s: a report to the regulator on “%(name)s”, due by %(time)s"
    ),
    (Kind.DISCLOSURE, False): gettext_lazy("Due in %(span)s: “%(name)s”, due by %(time)s"),
    (Kind.DISCLOSURE, True): gettext_lazy("Late by %(span)s: “%(name)s”, due by %(time)s"),
}
TWO_HOURS: Final = 120


def content(promise: Promise, now: datetime) -> Content:
    """The message: what is due by when, how long that is, and where to write it."""
    lines = []
    for language in LANGUAGES:
        with override(language):
            operator = in_language(settings.OPERATOR_NAME, language)
            said = {"operator": operator, "what": _what(promise, language, now)}
            lines.append(_("[%(operator)s] %(what)s") % said)
    return Content(text="\n".join([*lines, settings.SITE_URL + promise.url]), subject=lines[0])


def _what(promise: Promise, language: str, now: datetime) -> str:
    late = now >= promise.by
    values = {
        "name": in_language(promise.name, language),
        "time": f"{timezone.localtime(promise.by):%m-%d %H:%M}",
        "span": _minutes(abs(now - promise.by)),
    }
    return str(SENTENCES[promise.kind, late]) % values


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < TWO_HOURS:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
