"""Limit change 限额调整: the highest amount per transaction, day and month, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from statuspage.lib.merchants import CardType
from statuspage.notices.audience import Audience
from statuspage.notices.fields import Payload, PayloadField, Table, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.lead_time import days_ahead
from statuspage.notices.phrases import day_range, listed, money, short_day
from statuspage.notices.values import DATE, PAID, PRODUCT, TEXT, choice_of
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight

CARD: Final = choice_of(CardType)
# The narrower first.
PERIODS: Final[Mapping[str, str | Promise]] = {
    "transaction": pgettext_lazy("limit", "Per transaction"),
    "day": pgettext_lazy("limit", "Per day"),
    "month": pgettext_lazy("limit", "Per month"),
}
OLD: Final[Mapping[str, str | Promise]] = {
    "transaction": _("Per transaction, until now"),
    "day": _("Per day, until now"),
    "month": _("Per month, until now"),
}
NEW: Final[Mapping[str, str | Promise]] = {
    "transaction": _("Per transaction, new"),
    "day": _("Per day, new"),
    "month": _("Per month, new"),
}
NO_LIMIT: Final = pgettext_lazy("limit", "None")


def _limits() -> Iterator[PayloadField]:
    for name in PERIODS:
        unlimited = _("In yuan. Leave empty if there was no limit.")
        yield optional(f"old_{name}", OLD[name], PAID, listed=False, help=unlimited)
        unchanged = _("In yuan. Leave empty if it does not change.")
        yield optional(f"new_{name}", NEW[name], PAID, listed=False, help=unchanged)


@register
class LimitChange(NoticeKind):
    """Gives each limit that changes, before and after; what it leaves out stays."""

    name = "limit_change"
    label = _("Limit change")
    advice = _("Enter only the limits that change. A limit that you leave empty stays as it is.")
    fields = (
        optional("product", _("Product"), PRODUCT, help=_("None chosen: every product.")),
        optional("card", _("Card type"), CARD, help=_("None chosen: every card.")),
        *_limits(),
        PayloadField("effective_on", _("Takes effect on"), DATE),
        optional("last_day", _("Last day"), DATE, not_before="effective_on", ahead=True),
        optional("why", _("Reason"), TEXT),
        optional(
            "what_to_do",
            _("What you can do"),
            TEXT,
            help=_("How to have a limit raised, or how to take larger payments."),
        ),
    )

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a notice that changes no limit, and one that repeats it."""
        errors: dict[str, object] = {}
        for name in PERIODS:
            old, new = _limit(payload, "old", name), _limit(payload, "new", name)
            if old is not None and new is None:
                errors[f"new_{name}"] = _("Enter the new limit, or delete the old one.")
            elif new is not None and old == new:
                errors[f"new_{name}"] = _("This is the limit until now. Enter a different one.")
        if not errors and not _changed(payload):
            errors["new_transaction"] = _("Enter at least one new limit.")
        if errors:
            raise ValidationError(errors)

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse a product that is not among those of the audience."""
        products = audience.get("products")
        if payload["product"] and products and payload["product"] not in products:
            problem = _("This product is not among the applicable products chosen below.")
            raise ValidationError({"product": problem})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a limit that becomes lower at once, and of one that another makes useless."""
        found: list[str | Promise] = []
        ahead = days_ahead(payload["effective_on"], moment)
        if ahead < 0:
            day = short_day(payload["effective_on"])
            found.append(_("%(day)s has passed. Is the day right?") % {"day": day})
        if ahead <= 0 and any(_lower(payload, name) for name in _changed(payload)):
            found.append(_("A limit becomes lower at once: merchants cannot prepare for it."))
        for narrow, wide in combinations(_changed(payload), 2):
            if _new(payload, narrow) > _new(payload, wide):
                labels = {"narrow": PERIODS[narrow], "wide": PERIODS[wide]}
                found.append(_("“%(narrow)s” is more than “%(wide)s”. Is it right?") % labels)
        return [*map(str, found)]

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the limits that change."""
        columns: list[str | Promise] = [
            _("Limit"),
            pgettext("limit", "Until now"),
            pgettext("limit", "New"),
        ]
        rows: list[list[str | Promise]] = [
            [PERIODS[name], _said(payload[f"old_{name}"]), _said(payload[f"new_{name}"])]
            for name in _changed(payload)
        ]
        return (Table(_("Limits that change"), columns, rows),)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say what for, from when on, and each new limit with the one before."""
        limits = listed(_in_words(payload, name) for name in _changed(payload))
        values = {"what": _what(payload), "limits": limits}
        if payload["last_day"]:
            days = day_range(payload["effective_on"], payload["last_day"])
            yield _("%(what)s, limits from %(first)s to %(last)s: %(limits)s.") % {**values, **days}
        else:
            day = short_day(payload["effective_on"])
            yield _("%(what)s, limits from %(day)s: %(limits)s.") % {**values, "day": day}
        yield for_reader(payload["what_to_do"] or {})

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return the time for which the new limits hold, as far as it is known."""
        last = payload["last_day"]
        ends = midnight(date.fromisoformat(last) + timedelta(days=1)) if last else None
        return midnight(date.fromisoformat(payload["effective_on"])), ends


def _limit(payload: Payload, which: str, name: str) -> Decimal | None:
    written = payload[f"{which}_{name}"]
    return None if written is None else Decimal(written)


def _new(payload: Payload, name: str) -> Decimal:
    return Decimal(payload[f"new_{name}"])


def _changed(payload: Payload) -> list[str]:
    """Return the periods whose limit changes."""
    return [name for name in PERIODS if payload[f"new_{name}"] is not None]


def _lower(payload: Payload, name: str) -> bool:
    """Return whether less can be taken than until now; a first limit is lower than none."""
    old = _limit(payload, "old", name)
    return old is None or _new(payload, name) < old


def _said(written: str | None) -> str:
    return str(NO_LIMIT) if written is None else money(written)


def _in_words(payload: Payload, name: str) -> str:
    values = {
        "period": PERIODS[name],
        "new": money(payload[f"new_{name}"]),
        "old": _said(payload[f"old_{name}"]),
    }
    if payload[f"old_{name}"] is None:
        return _("%(period)s %(new)s (no limit before)") % values
    return _("%(period)s %(new)s (was %(old)s)") % values


def _what(payload: Payload) -> str:
    """Return which cards of which product; all payments where neither is named."""
    names = [
        value.say(payload[name])
        for name, value in (("product", PRODUCT), ("card", CARD))
        if payload[name]
    ]
    return " ".join(names) or str(_("All payments"))
