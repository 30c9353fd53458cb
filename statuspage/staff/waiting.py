"""Accounts and tokens that wait for a second person, for the list of all that waits."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from statuspage.lib.waiting import WaitingItem
from statuspage.staff.permissions import Act
from statuspage.staff.second_person import accounts_waiting, open_changes, tokens_waiting


def accounts() -> Iterator[WaitingItem]:
    """Yield accounts that nobody has confirmed as they are, once their owner has taken them."""
    for one in accounts_waiting():
        changes = list(open_changes(one))
        if one.waits_for_owner:
            continue
        last = changes[0] if changes else None
        yield WaitingItem(
            key=f"account {one.pk} {last.pk if last else 0}",
            kind=_("Account"),
            name={"zh-hans": one.get_username()},
            since=last.at if last else one.date_joined,
            path=reverse("console:person", args=[one.pk]),
            act=Act.CONFIRM,
            not_by=frozenset({one.pk, *(change.by_id for change in changes if change.by_id)}),
            private=True,
        )


def tokens() -> Iterator[WaitingItem]:
    """Yield tokens that publish alone and that nobody has confirmed."""
    for one in tokens_waiting():
        yield WaitingItem(
            key=f"token {one.pk}",
            kind=_("API token"),
            name={"zh-hans": one.name},
            since=one.created_at,
            path=reverse("console:people"),
            act=Act.CONFIRM,
            not_by=frozenset({one.staff_id, *([one.issued_by_id] if one.issued_by_id else [])}),
            by=one.issued_by.get_username() if one.issued_by else "",
            private=True,
        )
