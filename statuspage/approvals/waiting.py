"""What waits for a second person: proposals, postmortems, calendar years, and reviews due."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.models import Proposal, ProposalAct, ProposalState
from statuspage.approvals.proposals import to_review, waiting
from statuspage.calendar.models import CalendarYear, YearStatus
from statuspage.lib.database_clock import database_now
from statuspage.lib.waiting import ReturnedItem, WaitingItem, all_returned, all_waiting
from statuspage.notices.kind import notice_kind
from statuspage.postmortems.models import Postmortem, PostmortemState
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may
from statuspage.staff.second_person import hands_on
from statuspage.statements.texts import CHINESE, ENGLISH

POSTMORTEM: Final = _("Postmortem")
# How long a person's first page shows what was sent back.
SHOWN: Final = timedelta(days=3)


def shown_to(staff: Staff) -> list[WaitingItem]:
    """Return what waits before it takes effect, as far as this person may see it."""
    return [
        one
        for one in all_waiting()
        if one.at_once
        and not (one.resolves or one.prepares)
        and (not one.private or may(staff, Act(one.act)))
    ]


def to_prepare_by(staff: Staff) -> list[WaitingItem]:
    """Return what is to be prepared in time, for those who may do so."""
    return [one for one in all_waiting() if one.prepares and may(staff, Act(one.act))]


def may_decide(staff: Staff, item: WaitingItem) -> bool:
    """Return whether this person may decide the item: by role, and because others wrote it."""
    return staff.pk not in item.not_by and may(staff, Act(item.act))


def returned_to(staff: Staff) -> list[ReturnedItem]:
    """Return what was sent back to this person in the last days, latest first."""
    found = all_returned(database_now() - SHOWN)
    return [one for one in reversed(found) if one.author == staff.pk]


def proposals() -> Iterator[WaitingItem]:
    """Yield notices, corrections and withdrawals that were submitted for approval."""
    for one in waiting():
        yield WaitingItem(
            # One that is looked at again is another matter: people are told again.
            key=f"proposal {one.pk}" + (f" {one.held_at.isoformat()}" if one.held_at else ""),
            kind=_label(one),
            name=one.draft["title"],
            since=one.held_at or one.proposed_at,
            path=reverse("console:notice_proposal", args=[one.pk]),
            act=Act.APPROVE,
            not_by=frozenset(
                {one.proposed_by_id, *hands_on([one.proposed_by_id], one.proposed_at)}
            ),
            by=one.proposed_by.get_username(),
        )


def postmortems() -> Iterator[WaitingItem]:
    """Yield postmortems that were submitted for approval."""
    rows = Postmortem.objects.filter(state=PostmortemState.WAITING)
    for one in rows.select_related("incident", "author"):
        yield WaitingItem(
            key=f"postmortem {one.pk} {one.version}",
            kind=POSTMORTEM,
            name=one.incident.name,
            since=one.updated_at,
            path=reverse("console:postmortem", args=[one.incident.public_id]),
            act=Act.APPROVE,
            not_by=frozenset({one.author_id, *hands_on([one.author_id], one.updated_at)}),
            by=one.author.get_username(),
        )


def calendar_years() -> Iterator[WaitingItem]:
    """Yield years of the calendar that are loaded and not reviewed, from this year on."""
    this_year = timezone.localdate(database_now()).year
    rows = CalendarYear.objects.filter(status=YearStatus.LOADED, year__gte=this_year)
    for one in rows.select_related("profile", "loaded_by"):
        if one.loaded_at is None:
            continue
        asked = urlencode({"profile": one.profile.code, "year": one.year})
        yield WaitingItem(
            key=f"year {one.pk} {one.loaded_at.isoformat()}",
            kind=_("Calendar year"),
            name=_in_year(one.profile.name, one.year),
            since=one.loaded_at,
            path=f"{reverse('console:calendar')}?{asked}",
            act=Act.REVIEW_CALENDAR,
            not_by=frozenset({one.loaded_by_id} if one.loaded_by_id else ()),
            by=one.loaded_by.get_username() if one.loaded_by else "",
            at_once=one.loaded_by is not None,
        )


def reviews() -> Iterator[WaitingItem]:
    """Yield statements that were published at once and that nobody has reviewed yet."""
    for one in to_review():
        yield WaitingItem(
            key=f"review {one.number}",
            kind=_("Review"),
            name=one.content.get("name", {}),
            since=one.published_at,
            path=reverse("console:reviews"),
            act=Act.APPROVE,
            not_by=frozenset({one.author_id} if one.author_id else ()),
            by=one.author.get_username() if one.author else "",
            at_once=False,
        )


def returned_proposals(since: datetime) -> Iterator[ReturnedItem]:
    """Yield proposals that were sent back; not to whoever took them back.

    Of what was scheduled and did not go out its approver hears, too.
    """
    rows = Proposal.objects.filter(state=ProposalState.SENT_BACK, decided_at__gte=since)
    for one in rows:
        for reader in {one.proposed_by_id, one.approved_by_id} - {None, one.decided_by_id}:
            if one.decided_at and reader:
                yield ReturnedItem(
                    key=f"returned proposal {one.pk}"
                    + ("" if reader == one.proposed_by_id else f" {reader}"),
                    kind=_label(one),
                    name=one.draft["title"],
                    note=one.note,
                    at=one.decided_at,
                    path=reverse("console:notice_proposal", args=[one.pk]),
                    author=reader,
                )


def returned_postmortems(since: datetime) -> Iterator[ReturnedItem]:
    """Yield postmortems that a second person sent back and that nobody submitted again."""
    rows = Postmortem.objects.filter(state=PostmortemState.DRAFT, returned_at__gte=since)
    for one in rows.select_related("incident"):
        if one.returned_at:
            yield ReturnedItem(
                key=f"returned postmortem {one.pk} {one.returned_at.isoformat()}",
                kind=POSTMORTEM,
                name=one.incident.name,
                note=one.note,
                at=one.returned_at,
                path=reverse("console:postmortem", args=[one.incident.public_id]),
                author=one.author_id,
            )


def _label(proposal: Proposal) -> str | Promise:
    if proposal.act == ProposalAct.NOTICE:
        return notice_kind(proposal.kind).label
    return ProposalAct(proposal.act).label


def _in_year(profile: Mapping[str, str], year: int) -> dict[str, str]:
    chinese = profile[CHINESE]
    return {CHINESE: f"{year} 年 {chinese}", ENGLISH: f"{year} {profile.get(ENGLISH, chinese)}"}
