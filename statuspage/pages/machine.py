"""Views of the feeds, the badge, the log's documents and what crawlers ask for."""

from datetime import datetime
from functools import cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage.components.selectors import overall_state, visible_components
from statuspage.components.statuses import HEADLINES
from statuspage.incidents.selectors import incidents, maintenances
from statuspage.pages import feeds, ics
from statuspage.pages.badge import svg
from statuspage.pages.errors import NotHere
from statuspage.pages.http import (
    any_origin,
    asked_language,
    in_asked_language,
    public,
)
from statuspage.settlement.calendar.selectors import profiles
from statuspage.settlement.selectors import notices
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES

SUBJECTS_IN_SITEMAP: Final = 1000
SITEMAP_VIEWS: Final = (
    *("pages:home", "pages:arrival", "pages:history", "pages:uptime", "pages:notices"),
    *(
        "pages:ledger",
        "pages:transactions",
        "pages:transparency",
        "pages:log",
        "verification:verify",
    ),
)
DAY: Final = 24 * 60 * 60  # seconds
# Above this no number fits the column, and none was ever given.
LAST_NUMBER: Final = 2**63 - 1


@any_origin
@public
@in_asked_language
def rss(request: HttpRequest) -> HttpResponse:
    """RSS 2.0."""
    return _xml(request, Rss201rev2Feed, "machine:rss")


@any_origin
@public
@in_asked_language
def atom(request: HttpRequest) -> HttpResponse:
    """Atom 1.0 (RFC 4287)."""
    return _xml(request, Atom1Feed, "machine:atom")


@any_origin
@public
@in_asked_language
def json_feed(request: HttpRequest) -> HttpResponse:
    """JSON Feed 1.1."""
    language = asked_language(request)
    items = feeds.items(language)
    response = JsonResponse(
        feeds.json_feed(language, items),
        content_type="application/feed+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )
    return _dated(response, [item.at for item in items])


@any_origin
@public
@in_asked_language
def calendar(request: HttpRequest) -> HttpResponse:
    """Days without settlement and planned work; `?profile=fx` for cross-border settlement."""
    code = request.GET.get("profile", "domestic")
    profile = {one.code: one for one in profiles()}.get(code)
    if profile is None:
        raise NotHere(_("There is no calendar of this name."))
    content = ics.calendar_file(profile, asked_language(request))
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="calendar.ics"'},
    )


@any_origin
@public
@in_asked_language
def badge(request: HttpRequest) -> HttpResponse:
    """The overall state as a small picture to put on another site."""
    description, indicator = overall_state(visible_components())
    picture = svg(_("Service status"), str(HEADLINES[description]), indicator)
    return HttpResponse(picture, content_type="image/svg+xml")


@any_origin
@public
def widget(request: HttpRequest) -> HttpResponse:
    """The script that shows the overall state on another site."""
    return HttpResponse(_widget(), content_type="text/javascript; charset=utf-8")


@any_origin
@public
def statement_json(request: HttpRequest, number: int) -> HttpResponse:
    """The exact bytes whose SHA-256 the log gives."""
    statement = Statement.objects.filter(number=min(number, LAST_NUMBER)).first()
    if statement is None:
        raise NotHere(_("There is no statement with this number yet."))
    return HttpResponse(statement.canonical.encode(), content_type="application/json")


@public
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: all that is public."""
    lines = ("User-agent: *", "Disallow: /console/", f"Sitemap: {settings.SITE_URL}/sitemap.xml")
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain")


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page there is, in both languages."""
    rows = {"incident": incidents(), "maintenance": maintenances(), "notice": notices()}
    subjects = [
        (f"pages:{view}", public_id)
        for view, found in rows.items()
        for public_id in found.values_list("public_id", flat=True)[:SUBJECTS_IN_SITEMAP]
    ]
    context = {"views": SITEMAP_VIEWS, "subjects": subjects}
    context["languages"] = list(LANGUAGES)
    return render(request, "pages/sitemap.xml", context, content_type="application/xml")


@require_safe
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """To the icon, for pages that name none: the admin's, and pictures opened by themselves."""
    return redirect(static("img/icon.svg"))


@cache
def _widget() -> bytes:
    return (settings.BASE_DIR / "static/js/widget.js").read_bytes()


def _xml(
    request: HttpRequest, kind: type[Atom1Feed] | type[Rss201rev2Feed], view: str
) -> HttpResponse:
    language = get_language() or ""
    items = feeds.items(language)
    body = feeds.xml(kind, view, language, items)
    response = HttpResponse(body, content_type=kind.content_type)
    return _dated(response, [item.at for item in items])


def _dated(response: HttpResponse, moments: list[datetime]) -> HttpResponse:
    if moments:
        response["Last-Modified"] = http_date(max(moments).timestamp())
    return response
