"""The pages that people read."""

from collections.abc import Sequence
from typing import Final, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from statuspage.client_ip import client_ip
from statuspage.pages import linked_data, selectors
from statuspage.pages.accounts import account_cards
from statuspage.pages.backlog import backlog_card
from statuspage.pages.cards import Reader
from statuspage.pages.errors import NotHere
from statuspage.pages.http import public
from statuspage.pages.log.head import log_head_at
from statuspage.pages.narrowing import read_choice
from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace
from statuspage.pages.paging import asked_month, page_of
from statuspage.pages.postmortems import postmortem_card
from statuspage.pages.search import (
    FOUND_A_PAGE,
    Wanted,
    cards_of,
    components_to_choose,
    read_wanted,
)
from statuspage.pages.timeline import Entry
from statuspage.pages.told import told
from statuspage.settlement.ledger.selectors import commitments
from statuspage.settlement.selectors import notices
from statuspage.statements.texts import CHINESE

NOTICES_A_PAGE: Final = 20
ACCOUNTS_A_PAGE: Final = 20

Found = TypeVar("Found")


@public
def home(request: HttpRequest) -> HttpResponse:
    """What is going on now."""
    page = selectors.home(_reader())
    context = {
        "page": page,
        "refresh": page.refresh,
        "linked_data": linked_data.site(_language()),
    }
    return render(request, "pages/home.html", context)


@public
def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    """One incident, everything that was said about it."""
    reader = _reader()
    card = _found(selectors.incident(public_id, reader))
    related = selectors.related_notices(public_id, reader)
    refresh = selectors.REFRESH_CALM if card.resolved else selectors.REFRESH_OPEN
    backlog = backlog_card(public_id, reader.language)
    postmortem = (
        postmortem_card(public_id, reader.language, timezone.localdate(reader.now))
        if card.resolved
        else None
    )
    context = {
        **{"card": card, "notices": related, "backlog": backlog, "refresh": refresh},
        "linked_data": linked_data.incident(card, reader.language),
        "postmortem": postmortem,
        **_head(card.timeline),
    }
    return render(request, "pages/incident.html", context)


@public
def maintenance(request: HttpRequest, public_id: str) -> HttpResponse:
    """One maintenance, everything that was said about it."""
    card = _found(selectors.maintenance(public_id, _reader()))
    context = {
        **{"card": card, "refresh": selectors.REFRESH_CALM},
        "linked_data": linked_data.maintenance(card, _language()),
        **_head(card.timeline),
    }
    return render(request, "pages/maintenance.html", context)


@public
def history(request: HttpRequest) -> HttpResponse:
    """One month, `?month=2025-02`, the present one unless asked for another.

    With `?q=`, `?component=` or `?kind=` instead whatever was said of it, the latest first.
    """
    wanted, reader = read_wanted(request.GET), _reader()
    context: dict[str, object] = {
        "wanted": wanted,
        "components": components_to_choose(reader.language),
    }
    if wanted.anything:
        return _search(request, wanted, context)
    page = selectors.history(asked_month(request), reader)
    return render(request, "pages/history.html", {**context, "page": page})


def _search(request: HttpRequest, wanted: Wanted, context: dict[str, object]) -> HttpResponse:
    if not keeps_pace("search", client_ip(request), settings.SEARCH_PER_IP_MINUTE):
        told = render(request, "pages/search.html", {**context, "too_fast": True}, status=429)
        told["Retry-After"] = str(WINDOW_SECONDS)
        return told
    page = page_of(request, wanted.subjects(), FOUND_A_PAGE)
    cards = cards_of(list(page), _reader())
    found = {"page": page, "cards": cards, "pager_query": wanted.query}
    return render(request, "pages/search.html", {**context, **found})


@public
def notice_list(request: HttpRequest) -> HttpResponse:
    """Every notice to merchants, the newest first; `?category=micro&kind=delay` narrows it."""
    chosen = read_choice(request.GET)
    page = page_of(request, chosen.narrow(notices()), NOTICES_A_PAGE)
    cards = selectors.notice_cards(page, _reader())
    context = {"cards": cards, "page": page, "chosen": chosen, "pager_query": chosen.query}
    return render(request, "pages/notices.html", context)


@public
def ledger(request: HttpRequest) -> HttpResponse:
    """What was promised to merchants, and what has been paid, the newest first."""
    page = page_of(request, commitments(), ACCOUNTS_A_PAGE)
    context = {"accounts": account_cards(page, _reader()), "page": page}
    return render(request, "pages/ledger.html", context)


@public
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """One notice to merchants."""
    reader = _reader()
    card = _found(selectors.notice(public_id, reader))
    promised = commitments().filter(notice__public_id=card.id)
    context = {
        "card": card,
        "incident_name": selectors.incident_name(card.incident_id, reader.language),
        "products": selectors.product_names(card.products, reader.language),
        "linked_data": linked_data.notice(card, reader.language),
        "account": next(iter(account_cards(promised, reader)), None),
        **_head(card.timeline),
    }
    return render(request, "pages/notice.html", context)


def _head(timeline: Sequence[Entry]) -> dict[str, object]:
    """The log as it stood after the newest statement of a page, and who was told of each."""
    return {
        "log_head": log_head_at(timeline[0].number) if timeline else None,
        "told": told(tuple(entry.number for entry in timeline)),
    }


def _language() -> str:
    return get_language() or CHINESE


def _reader() -> Reader:
    return selectors.reader(_language())


def _found(card: Found | None) -> Found:
    """The card, or a 404."""
    if card is None:
        raise NotHere(_("Nothing was ever published under this address."))
    return card
