"""Rules that wait for a second person before they publish by themselves."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from statuspage.lib.database_clock import database_now
from statuspage.lib.waiting import WaitingItem
from statuspage.monitors.selectors import rules_waiting
from statuspage.staff.permissions import Act
from statuspage.staff.second_person import hands_on
from statuspage.statements.times import iso


def rules_to_confirm() -> Iterator[WaitingItem]:
    """Yield the rules that shall publish without confirmation and that nobody has confirmed."""
    for one in rules_waiting():
        by = one.changed_by
        yield WaitingItem(
            key=f"rule {one.pk} {iso(one.changed_at) if one.changed_at else ''}".rstrip(),
            kind=_("Rule that publishes by itself"),
            name={"zh-hans": one.name},
            since=one.changed_at or database_now(),
            path=reverse("console:signal_rule", args=[one.pk]),
            act=Act.APPROVE,
            not_by=frozenset({by.pk, *hands_on([by.pk], one.changed_at)} if by else ()),
            by=by.get_username() if by else "",
        )
