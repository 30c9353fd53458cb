"""What a page is about, for search engines: schema.org as JSON-LD."""

import json
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from statuspage.pages.cards import IncidentCard, MaintenanceCard, NoticeCard
from statuspage.pages.feeds import feed_title
from statuspage.pages.timeline import TimelineEntry
from statuspage.statements.texts import in_language
from statuspage.statements.times import iso

Thing = dict[str, Any]
SCHEMA: Final = "https://schema.org"
# A text of ours must not end the element that it stands in.
ESCAPES: Final = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def site(language: str) -> Thing:
    """Return the site as a whole, with its search."""
    search = settings.SITE_URL + reverse("pages:history") + "?q={search_term_string}"
    return {
        "@context": SCHEMA,
        "@type": "WebSite",
        "name": feed_title(language),
        "url": settings.SITE_URL + reverse("pages:home"),
        "inLanguage": language,
        "publisher": _operator(language),
        "potentialAction": {
            "@type": "SearchAction",
            "target": search,
            "query-input": "required name=search_term_string",
        },
    }


def incident(card: IncidentCard, language: str) -> Thing:
    """Return an incident as live coverage, which grows until the incident is over."""
    url = settings.SITE_URL + reverse("pages:incident", args=[card.id])
    over = {"coverageEndTime": iso(card.resolved_at)} if card.resolved_at else {}
    return {
        **_article("LiveBlogPosting", str(card.name), url, card.timeline, language),
        "coverageStartTime": iso(card.started_at),
        **over,
        "liveBlogUpdate": [_update(one, url) for one in card.timeline if not one.withdrawn],
    }


def maintenance(card: MaintenanceCard, language: str) -> Thing:
    """Return planned work as an event whose time is known."""
    url = settings.SITE_URL + reverse("pages:maintenance", args=[card.id])
    return {
        "@context": SCHEMA,
        "@type": "Event",
        "eventStatus": f"{SCHEMA}/{'EventCancelled' if card.cancelled_at else 'EventScheduled'}",
        "name": str(card.name),
        "url": url,
        "startDate": iso(card.scheduled_for),
        "endDate": iso(card.scheduled_until),
        "eventAttendanceMode": f"{SCHEMA}/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": url},
        "organizer": _operator(language),
        "description": str(card.timeline[-1].body) if card.timeline else "",
    }


def notice(card: NoticeCard, language: str) -> Thing:
    """Return a notice to merchants."""
    url = settings.SITE_URL + reverse("pages:notice", args=[card.id])
    found = _article("Article", str(card.name), url, card.timeline, language)
    if card.original and not card.original.withdrawn:
        found["articleBody"] = str(card.original.body)
    return found


def script_text(thing: Thing) -> SafeString:
    """Return the text of a script element that no browser runs."""
    written = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(written.translate(ESCAPES))  # noqa: S308 - escaped just now


def _article(kind: str, name: str, url: str, timeline: Any, language: str) -> Thing:
    times: list[datetime] = [one.at for one in timeline]
    dates = {"datePublished": iso(min(times)), "dateModified": iso(max(times))} if times else {}
    return {
        "@context": SCHEMA,
        "@type": kind,
        "headline": name,
        "url": url,
        "inLanguage": language,
        **dates,
        "author": _operator(language),
        "publisher": _operator(language),
    }


def _update(entry: TimelineEntry, url: str) -> Thing:
    return {
        "@type": "BlogPosting",
        "headline": str(entry.label),
        "url": f"{url}#statement-{entry.number}",
        "datePublished": iso(entry.at),
        "articleBody": "\n".join(str(one) for one in (entry.body, entry.outcome) if one),
    }


def _operator(language: str) -> Thing:
    return {"@type": "Organization", "name": in_language(settings.OPERATOR_NAME, language)}
