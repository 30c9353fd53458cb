"""Views of the feeds, the badge, the log's documents and what crawlers ask for."""

from datetime import UTC
from typing import Final

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage.calendar.selectors import profiles
from statuspage.incidents.selectors import incidents, maintenances
from statuspage.lib.paths import RESOURCES
from statuspage.notices.selectors import notices
from statuspage.pages import feeds, ics
from statuspage.pages.badge import svg
from statuspage.pages.http import (
    PageNotFound,
    View,
    any_origin,
    asked_language,
    for_machines,
    public,
)
from statuspage.pages.overall import overall_state
from statuspage.statements.models import Statement
from statuspage.statements.selectors import latest_told
from statuspage.statements.texts import LANGUAGES

SUBJECTS_IN_SITEMAP: Final = 1000
IN_FEEDS: Final = 50  # statements
SITEMAP_VIEWS: Final = (
    "pages:home",
    "pages:arrival",
    "pages:history",
    "pages:uptime",
    "pages:notices",
    "pages:ledger",
    "pages:transactions",
    "pages:transparency",
    "pages:log",
    "verification:verify",
    "pages:privacy",
)
# RFC 9116 wants less than a year; a whole number of months keeps the file the same for a month.
SECURITY_MONTHS: Final = 6
DAY: Final = 24 * 60 * 60  # seconds
# Larger numbers do not fit the column, and no statement has one.
LAST_NUMBER: Final = 2**63 - 1


def _xml_feed(kind: type[Atom1Feed] | type[Rss201rev2Feed], view: str) -> View[[]]:
    @for_machines
    def feed(request: HttpRequest) -> HttpResponse:
        language = asked_language(request)
        found = latest_told(IN_FEEDS)
        body = feeds.xml(kind, view, language, found)
        return _dated(HttpResponse(body, content_type=kind.content_type), found)

    return feed


rss = _xml_feed(Rss201rev2Feed, "machine:rss")
atom = _xml_feed(Atom1Feed, "machine:atom")  # RFC 4287


@for_machines
def json_feed(request: HttpRequest) -> HttpResponse:
    """Serve JSON Feed 1.1."""
    language = asked_language(request)
    found = latest_told(IN_FEEDS)
    response = JsonResponse(
        feeds.json_feed(language, found),
        content_type="application/feed+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )
    return _dated(response, found)


@for_machines
def calendar(request: HttpRequest) -> HttpResponse:
    """Serve days without settlement and planned work; `?profile=fx` for cross-border settlement."""
    code = request.GET.get("profile", "domestic")
    profile = {one.code: one for one in profiles()}.get(code)
    if profile is None:
        raise PageNotFound(_("Calendar not found."))
    content = ics.calendar_file(profile, asked_language(request))
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="calendar.ics"'},
    )


@for_machines
def badge(request: HttpRequest) -> HttpResponse:
    """Return the overall state as a small picture to put on another site."""
    state = overall_state()
    picture = svg(_("Service status"), state.headline, state.indicator)
    return HttpResponse(picture, content_type="image/svg+xml")


@any_origin
@public
def widget(request: HttpRequest) -> HttpResponse:
    """Return the script that shows the overall state on another site."""
    script = (RESOURCES / "static/js/widget.js").read_bytes()
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@any_origin
@public
def statement_json(request: HttpRequest, number: int) -> HttpResponse:
    """Return the exact bytes whose SHA-256 the log gives."""
    statement = Statement.objects.filter(number=min(number, LAST_NUMBER)).first()
    if statement is None:
        raise PageNotFound(_("There is no statement with this number yet."))
    return HttpResponse(statement.canonical.encode(), content_type="application/json")


@public
def robots(request: HttpRequest) -> HttpResponse:
    """Return what crawlers may read: all that is public."""
    lines = ("User-agent: *", "Disallow: /console/", f"Sitemap: {settings.SITE_URL}/sitemap.xml")
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain")


@public
def security(request: HttpRequest) -> HttpResponse:
    """Return where to report vulnerabilities (RFC 9116); 404 without SECURITY_CONTACT."""
    if not settings.SECURITY_CONTACT:
        raise PageNotFound(_("This site has not published a security contact."))
    months = relativedelta(months=SECURITY_MONTHS, day=1, hour=0, minute=0, second=0)
    lines = (
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {timezone.now().astimezone(UTC) + months:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    )
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain; charset=utf-8")


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """Serve every page's address, in both languages."""
    rows = {"incident": incidents(), "maintenance": maintenances(), "notice": notices()}
    subjects = [
        (f"pages:{view}", public_id)
        for view, found in rows.items()
        for public_id in found.values_list("public_id", flat=True)[:SUBJECTS_IN_SITEMAP]
    ]
    context = {"views": SITEMAP_VIEWS, "subjects": subjects, "languages": list(LANGUAGES)}
    return render(request, "pages/sitemap.xml", context, content_type="application/xml")


@require_safe
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the icon, for pages that name none: the admin's, and pictures opened directly."""
    return redirect(static("img/icon.svg"))


def _dated(response: HttpResponse, found: list[Statement]) -> HttpResponse:
    if found:
        newest = max(one.published_at for one in found)
        response["Last-Modified"] = http_date(newest.timestamp())
    return response
