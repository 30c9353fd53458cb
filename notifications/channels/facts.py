"""The typed facts of a bulletin by name, which approved templates have variables for: pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy, override

from notifications.channels import fact_values as read
from notifications.channels import sms_text, wording
from notifications.channels.base import Bulletin, Note
from notifications.channels.fact_values import Fact, FactType, Reader
from notifications.channels.phrases import phrase_of

Facts = Mapping[str, Fact]
# The types of what notes name.
NOTE_TYPES: Final[Mapping[str, FactType]] = {
    "code": FactType.CODE,
    "minutes": FactType.NUMBER,
    "number": FactType.NUMBER,
    "hotline": FactType.PHONE,
}
# A test has no code, so that nobody takes it for a statement; a template wants one all the same.
TEST_CODE: Final = "TEST"
# Every name with its type, as a template's fields may refer to it, and its label for the console.
NAMES: Final[Mapping[str, tuple[FactType, Any]]] = {
    "what": (FactType.TEXT, gettext_lazy("Title, or name of the incident")),
    "service": (FactType.PRODUCT, gettext_lazy("Services concerned")),
    "status": (FactType.TEXT, gettext_lazy("State, or kind of notice")),
    "phrase": (FactType.TEXT, gettext_lazy("The same in five Chinese characters")),
    "body": (FactType.TEXT, gettext_lazy("What it says, in short")),
    "published": (FactType.MOMENT, gettext_lazy("Date and time of publication")),
    "number": (FactType.NUMBER, gettext_lazy("Statement number")),
    "code": (FactType.CODE, gettext_lazy("Verification code of the statement")),
    "corrected": (FactType.NUMBER, gettext_lazy("Number of the corrected or withdrawn statement")),
    "date": (FactType.DATE, gettext_lazy("Date of publication")),
    "time": (FactType.TIME, gettext_lazy("Time of publication")),
    "since": (FactType.MOMENT, gettext_lazy("Start of the incident")),
    "next_update": (FactType.MOMENT, gettext_lazy("Next update by")),
    "from": (FactType.MOMENT, gettext_lazy("First day or time concerned")),
    "until": (FactType.MOMENT, gettext_lazy("Last day or time concerned")),
    "effective_date": (FactType.DATE, gettext_lazy("Takes effect on")),
    "last_day": (FactType.DATE, gettext_lazy("Last day")),
    "arrival_date": (FactType.DATE, gettext_lazy("Money arrives by")),
    "payout_date": (FactType.DATE, gettext_lazy("Money is paid out by")),
    "settlement_date": (FactType.DATE, gettext_lazy("Money is settled by")),
    "paid_by": (FactType.DATE, gettext_lazy("Refund or compensation paid by")),
    "amount": (FactType.MONEY, gettext_lazy("Amount in yuan")),
    "paid_so_far": (FactType.MONEY, gettext_lazy("Paid so far, in yuan")),
    "waived": (FactType.MONEY, gettext_lazy("Waived per transaction at most, in yuan")),
    "limit_transaction": (FactType.MONEY, gettext_lazy("New limit per transaction, in yuan")),
    "limit_day": (FactType.MONEY, gettext_lazy("New limit per day, in yuan")),
    "limit_month": (FactType.MONEY, gettext_lazy("New limit per month, in yuan")),
    "fee": (FactType.RATE, gettext_lazy("New fee")),
    "old_fee": (FactType.RATE, gettext_lazy("Fee before")),
    "percent": (FactType.RATE, gettext_lazy("Share in percent")),
    "cycle": (FactType.RATE, gettext_lazy("Settlement cycle")),
    "year": (FactType.NUMBER, gettext_lazy("Year")),
    "count": (FactType.NUMBER, gettext_lazy("Number of transactions")),
    "models": (FactType.PRODUCT, gettext_lazy("Models or names concerned")),
    "channel": (FactType.TEXT, gettext_lazy("Channel that is closed or limited")),
    "minutes": (FactType.NUMBER, gettext_lazy("Minutes for which a code is valid")),
    "who": (FactType.TEXT, gettext_lazy("Authority, or whoever covers the cost")),
    "operator": (FactType.TEXT, gettext_lazy("Operator")),
    "hotline": (FactType.PHONE, gettext_lazy("Hotline")),
}


# A date on which money comes is another fact where the merchants' rules promise the payout, or
# some of them the one and some the other (settlement/verbs.py): paid out is not credited.
MONEY_DATES: Final = ("arrives_by", "backlog_by", "settles_by")
BY_VERB: Final = {"payout": "payout_date", "settled": "settlement_date"}
# Fact, key of the content, and how it is read.
CONTENT: Final[Sequence[tuple[str, str, Reader]]] = (
    ("service", "components", read.concerned),
    ("since", "started_at", read.start),
)
HOURS: Final[Sequence[tuple[str, str, Reader]]] = (
    ("from", "scheduled_for", read.start),
    ("until", "scheduled_until", read.end),
)
# Fact, the fields of payloads that say it (the first that has a value), and how it is read.
PAYLOAD: Final[Sequence[tuple[str, Sequence[str], Reader]]] = (
    (
        "from",
        ("transactions_from", "starts", "restored_at", "first_day", "valid_from", "effective_on"),
        read.start,
    ),
    ("until", ("transactions_until", "ends", "last_day", "valid_until"), read.end),
    (
        "effective_date",
        (
            *("effective_on", "valid_from", "starts", "first_day"),
            *("decided_on", "paid_on", "counted_at", "restored_at"),
        ),
        read.iso_day,
    ),
    ("last_day", ("last_day", "ends", "valid_until"), read.last_day),
    ("paid_by", ("paid_by", "credited_by"), read.iso_day),
    (
        "amount",
        (
            *("amount", "promised_total", "fine", "limit_amount", "cost"),
            *("open_amount", "compensated"),
        ),
        read.money,
    ),
    ("paid_so_far", ("paid_so_far",), read.money),
    ("waived", ("amount_waived",), read.money),
    ("limit_transaction", ("new_transaction",), read.money),
    ("limit_day", ("new_day",), read.money),
    ("limit_month", ("new_month",), read.money),
    ("fee", ("new_fee", "fee"), read.fee),
    ("old_fee", ("old_fee",), read.fee),
    ("percent", ("percent_waived", "share_paid", "settled_percent"), read.percent),
    ("cycle", ("cycle",), read.cycle),
    ("year", ("year",), read.count),
    ("count", ("open", "transactions"), read.count),
    ("models", ("models", "names"), read.names),
    ("channel", ("channel",), read.text_of),
    ("who", ("authority", "borne_by"), read.text_of),
)


def facts_of(bulletin: Bulletin) -> Facts:
    """Return the facts that the bulletin has, in the reader's language; none of them is empty."""
    with override(bulletin.language):
        found = [*_common(bulletin), *_of_content(bulletin)]
    return {name: fact for name, fact in found if fact and fact.text}


def facts_of_note(note: Note) -> Facts:
    """Return the facts of a note: its own by name, and what every note has."""
    chinese = note.language.startswith("zh")
    text = sms_text.carrier_safe(note.text, chinese=chinese)
    common = {
        "what": Fact(FactType.TEXT, text, note.text),
        "operator": Fact(FactType.TEXT, note.operator, note.operator),
    }
    own = {
        name: Fact(NOTE_TYPES.get(name, FactType.TEXT), value, value)
        for name, value in note.facts.items()
    }
    return {name: fact for name, fact in {**common, **own}.items() if fact.text}


def _common(bulletin: Bulletin) -> Iterator[tuple[str, Fact | None]]:
    local = localtime(bulletin.published_at)
    yield "what", read.words(bulletin.mark + read.bare(bulletin.name), bulletin)
    yield "status", read.words(bulletin.status_label, bulletin)
    yield "phrase", Fact(FactType.TEXT, phrase_of(bulletin), phrase_of(bulletin))
    yield "body", read.words(wording.in_brief(bulletin, wording.WECHAT).body, bulletin)
    yield "published", read.moment_of(bulletin.published_at, bulletin)
    yield "number", Fact(FactType.NUMBER, str(bulletin.number or 0), bulletin.number or 0)
    code = TEST_CODE if bulletin.mark else bulletin.code
    yield "code", Fact(FactType.CODE, code, code)
    yield "date", read.day_of(local.date(), bulletin)
    yield "time", Fact(FactType.TIME, f"{local:%H:%M}", local)
    yield "operator", Fact(FactType.TEXT, bulletin.operator, bulletin.operator)
    hotline = str(settings.OPERATOR_HOTLINE)
    yield "hotline", Fact(FactType.PHONE, hotline, hotline)
    if bulletin.next_update_by:
        yield "next_update", read.moment_of(bulletin.next_update_by, bulletin)
    if corrects := bulletin.document.get("corrects"):
        yield "corrected", Fact(FactType.NUMBER, str(corrects), int(corrects))


def _of_content(bulletin: Bulletin) -> Iterator[tuple[str, Fact | None]]:
    """Yield what the content says beyond its words; an answer's own facts are in its words."""
    if bulletin.kind in wording.CORRECTIONS:
        return
    content = bulletin.document.get("content") or {}
    planned = HOURS if bulletin.kind.startswith("maintenance.") else ()
    for name, key, reader in (*CONTENT, *planned):
        if content.get(key) not in (None, "", []):
            yield name, reader(content[key], bulletin)
    payload = content.get("payload") or {}
    verb = str(content.get("date_means") or payload.get("date_means") or "")
    for key in MONEY_DATES:
        if payload.get(key):
            yield BY_VERB.get(verb, "arrival_date"), read.iso_day(payload[key], bulletin)
    for name, keys, reader in PAYLOAD:
        given = next((payload[key] for key in keys if payload.get(key) not in (None, "", [])), None)
        if given is not None:
            yield name, reader(given, bulletin)
