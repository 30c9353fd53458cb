"""Views of the public pages."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from statuspage.incidents.selectors import incidents, maintenances
from statuspage.lib.client_ip import client_ip
from statuspage.lib.rate_limits import within_limit
from statuspage.lib.render_cache import once
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.pages import linked_data, selectors
from statuspage.pages.backlog import backlog_card
from statuspage.pages.cards import account_cards, postmortem_card
from statuspage.pages.http import PageNotFound, public, too_fast
from statuspage.pages.log.page import log_head_at
from statuspage.pages.paging import asked_month, page_of
from statuspage.pages.search import (
    FOUND_A_PAGE,
    Choice,
    SearchQuery,
    cards_of,
    components_to_choose,
    read_choice,
    read_wanted,
)
from statuspage.pages.timeline import TimelineEntry
from statuspage.settlement.ledger import commitments

NOTICES_A_PAGE: Final = 20
ACCOUNTS_A_PAGE: Final = 20

Found = TypeVar("Found")
# One set of rows for both languages.
_commitments = once(commitments)
RecipientCounts = Mapping[int, Sequence[tuple[str | Promise, int]]]


@public
def home(request: HttpRequest) -> HttpResponse:
    """Show the current state."""
    reader = selectors.reader()
    page = selectors.home(reader)
    context = {
        "page": page,
        "refresh": page["refresh"],
        "linked_data": linked_data.site(reader.language),
    }
    return render(request, "pages/home.html", context)


@public
def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one incident with all its statements."""
    reader = selectors.reader()
    card = _found(selectors.incident_cards(selectors.with_id(incidents, public_id), reader))

    postmortem = (
        postmortem_card(public_id, reader.language, timezone.localdate(reader.now))
        if card.resolved
        else None
    )
    context = {
        "card": card,
        "notices": selectors.related_notices(public_id, reader),
        "backlog": backlog_card(public_id, reader.language),
        "refresh": selectors.REFRESH_CALM if card.resolved else selectors.REFRESH_OPEN,
        "linked_data": linked_data.incident(card, reader.language),
        "postmortem": postmortem,
        **_head(card.timeline),
    }
    return render(request, "pages/incident.html", context)


@public
def maintenance(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one maintenance with all its statements."""
    reader = selectors.reader()
    card = _found(selectors.maintenance_cards(selectors.with_id(maintenances, public_id), reader))
    context = {
        "card": card,
        "refresh": selectors.REFRESH_CALM,
        "linked_data": linked_data.maintenance(card, reader.language),
        **_head(card.timeline),
    }
    return render(request, "pages/maintenance.html", context)


@public
def history(request: HttpRequest) -> HttpResponse:
    """Show one month (`?month=2025-02`), or search with `?q=`, `?component=` and `?kind=`."""
    wanted, reader = read_wanted(request.GET), selectors.reader()
    context: dict[str, object] = {
        "wanted": wanted,
        "components": components_to_choose(reader.language),
    }
    if wanted.anything:
        return _search(request, wanted, context)
    page = selectors.history(asked_month(request), reader)
    return render(request, "pages/history.html", {**context, "page": page})


def _search(request: HttpRequest, wanted: SearchQuery, context: dict[str, object]) -> HttpResponse:
    if not within_limit("search", client_ip(request), settings.SEARCH_PER_IP_MINUTE):
        return too_fast(request, "pages/search.html", context)
    page = page_of(request, wanted.subjects(), FOUND_A_PAGE)
    cards = cards_of(list(page), selectors.reader())
    found = {"page": page, "cards": cards, "pager_query": wanted.query}
    return render(request, "pages/search.html", {**context, **found})


@public
def notice_list(request: HttpRequest) -> HttpResponse:
    """List all notices, newest first; `?category=micro&kind=delay` filters them."""
    chosen = read_choice(request.GET)
    page = page_of(request, _chosen(chosen), NOTICES_A_PAGE)
    cards = selectors.notice_cards(page, selectors.reader())
    context = {"cards": cards, "page": page, "chosen": chosen, "pager_query": chosen.query}
    return render(request, "pages/notices.html", context)


@once
def _chosen(choice: Choice) -> QuerySet[Notice]:
    return choice.narrow(notices())


@public
def ledger(request: HttpRequest) -> HttpResponse:
    """List what was promised to merchants and what has been paid, newest first."""
    page = page_of(request, _commitments(), ACCOUNTS_A_PAGE)
    context = {"accounts": account_cards(page, selectors.reader()), "page": page}
    return render(request, "pages/ledger.html", context)


@public
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one notice to merchants."""
    reader = selectors.reader()
    card = _found(selectors.notice_cards(selectors.with_id(notices, public_id), reader))
    promised = commitments().filter(notice__public_id=card.id)
    context = {
        "card": card,
        "incident_name": card.incident_name,
        "products": selectors.product_names(card.products, reader.language),
        "linked_data": linked_data.notice(card, reader.language),
        "account": next(iter(account_cards(promised, reader)), None),
        **_head(card.timeline),
    }
    return render(request, "pages/notice.html", context)


def _head(timeline: Sequence[TimelineEntry]) -> dict[str, object]:
    """Return the log head after a page's newest statement, and the recipient counts of each."""
    return {
        "log_head": log_head_at(timeline[0].number) if timeline else None,
        "told": _recipient_counts(tuple(entry.number for entry in timeline)),
    }


@once
def _recipient_counts(numbers: tuple[int, ...]) -> RecipientCounts:
    """Return, by the statement's number, how many each channel reached; one query for all."""
    if not numbers:
        return {}
    counts: RecipientCounts = import_string(settings.RECIPIENT_COUNTS)(numbers)
    return counts


def _found(cards: Sequence[Found]) -> Found:
    """Return the only card, or answer 404."""
    if not cards:
        raise PageNotFound(
            _("Nothing has ever been published at this address. Please check the link.")
        )
    return cards[0]
