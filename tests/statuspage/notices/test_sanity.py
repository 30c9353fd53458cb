"""Sanity: every kind refuses what cannot be, with a sentence; what is merely odd is confirmed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.calendar.models import CalendarYear
from statuspage.calendar.selectors import profile_of
from statuspage.notices.kind import kinds, notice_kind
from statuspage.notices.models import Product
from statuspage.settlement.rules import rule_add
from statuspage.statements.services import statement_withdraw
from tests.factories import open_incident, text
from tests.statuspage.api.client import caller
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.console.browser import press, signed_in, words
from tests.statuspage.notices.samples import (
    NATIONAL_DAY,
    ahead,
    form_values,
    publish,
    right_payload,
    world,
)

pytestmark = pytest.mark.django_db

TIMES = {"date", "moment"}
# Times that may be before or after a notice: which transactions it is about, which holiday, from
# which day a rule counts, which days of a calendar were other ones.
EITHER = {
    ("agent_policy", "effective_on"),
    ("calendar_change", "first_day"),
    ("calendar_change", "last_day"),
    ("channel_closure", "starts"),
    ("compensation", "transactions_from"),
    ("compensation", "transactions_until"),
    ("delay", "transactions_from"),
    ("delay", "transactions_until"),
    ("fee_waiver", "transactions_from"),
    ("fee_waiver", "transactions_until"),
    ("price_list", "valid_from"),
    ("limit_change", "effective_on"),
    ("replacement", "starts"),
    ("settlement_rule", "valid_from"),
}
AMOUNTS_OF_NOTHING = {("yearly_disclosure", "lost"), ("yearly_disclosure", "compensated")}
# A Sunday in a year whose calendar is known, and the moment before it.
SUNDAY, BEFORE = "2026-06-14", datetime(2026, 6, 10, 4, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def refused(kind: str, language: str = "en", **values: Any) -> dict[str, list[str]]:
    """Return why the payload with these values is refused, by field."""
    with override(language):
        with pytest.raises(ValidationError) as refusal:
            notice_kind(kind).clean(right_payload(kind) | values)
        return refusal.value.message_dict


def odd(kind: str, **values: Any) -> list[str]:
    """Return the warnings about the payload with these values."""
    found, now = notice_kind(kind), timezone.now()
    with override("en"):
        return [*found.oddities(found.clean(right_payload(kind) | values, now), now)]


def known_since_long(year: int) -> None:
    """The calendar of that year, as it was known when the year began."""
    reviewed(year)
    CalendarYear.objects.update(known_from=SINCE)


def fields_of(name: str) -> list[tuple[str, str]]:
    """Return every field that people fill in and that has such a value."""
    typed = [(kind, one) for kind in kinds() for one in kind.fields if not one.derived]
    wanted = TIMES if name == "time" else {name}
    return [(kind.name, one.name) for kind, one in typed if one.value.name in wanted]


@pytest.mark.parametrize(("kind", "name"), fields_of("time"))
def test_every_kind_refuses_a_day_that_cannot_be(kind, name):
    """A last day, a due day, an arrival in the past; what has happened, in the future."""
    world()
    field = next(one for one in notice_kind(kind).fields if one.name == name)
    if (kind, name) in EITHER:
        assert not field.ahead
        assert not field.done
        return
    assert field.ahead != field.done
    moment = timezone.now() + timedelta(days=-2 if field.ahead else 2)
    wrong = timezone.localdate(moment).isoformat() if field.value.name == "date" else moment
    said = refused(kind, **{name: wrong})
    assert name in said
    assert refused(kind, "zh-hans", **{name: wrong})[name] != said[name]


@pytest.mark.parametrize(("kind", "name"), fields_of("time"))
def test_a_year_that_cannot_be_is_refused_and_days_years_away_are_confirmed(kind, name):
    world()
    field = next(one for one in notice_kind(kind).fields if one.name == name)
    clock = "T09:00+08:00" if field.value.name == "moment" else ""
    for year in ("0001", "1999", "2101", "9999"):
        assert refused(kind, **{name: f"{year}-12-31{clock}"})[name] == [
            "The year must be from 2000 to 2100."
        ]
    with override("en"):
        for years, words in ((-4, "three years ago"), (4, "half a year away")):
            assert words in field.oddity(ahead(366 * years) + clock, timezone.now())
        assert not field.oddity(ahead(-30) + clock, timezone.now())


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("compensation", "transactions_from", {"transactions_from": None}),
        ("settlement_rule", "fallback", {"after_cutoff": "accounting_next_day"}),
        ("settlement_rule", "fallback", {"after_cutoff": None}),
        ("settlement_rule", "cutoff", {"cutoff": None}),
        ("settlement_rule", "cutoff", {"cutoff": "23:00:30"}),
        ("settlement_rule", "usual_arrival", {"usual_arrival": "10:00+00:00"}),
        ("fee_change", "old_fee", {"old_fee": "100%"}),
        ("delay", "transactions_until", {"transactions_until": "2025-02-18T00:00:00+08:00"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_nothing_is_said_that_would_change_nothing(kind, name, values):
    world()
    assert set(refused(kind, **values)) == {name}


def test_a_recovery_before_every_open_delay_is_refused_without_its_being_named():
    publish("delay")
    said = refused("recovery", restored_at="2025-02-17T09:00+08:00", delay=None)
    assert set(said) == {"restored_at"}


def test_the_time_in_effect_is_that_of_the_details():
    last = timezone.now() + timedelta(days=10)
    with override("en"), pytest.raises(ValidationError, match="say another time"):
        publish("terminal_retirement", effective_until=last)


@pytest.mark.parametrize(("kind", "name"), fields_of("amount"))
def test_every_kind_refuses_an_amount_of_zero(kind, name):
    world()
    if (kind, name) in AMOUNTS_OF_NOTHING:
        return
    assert "more than zero" in str(refused(kind, **{name: "0.00"})[name])
    assert name in refused(kind, **{name: "-5"})


@pytest.mark.parametrize(("kind", "name"), fields_of("amount"))
def test_every_kind_confirms_an_amount_of_billions(kind, name):
    world()
    field = next(one for one in notice_kind(kind).fields if one.name == name)
    with override("en"):
        assert "a billion yuan or more" in field.oddity("1000000000000.00", timezone.now())
    assert not field.oddity("999999999.99", timezone.now())


@pytest.mark.parametrize("name", ["effective_from", "effective_until"])
def test_a_time_in_effect_that_is_years_away_is_confirmed(name):
    far = timezone.now() + timedelta(days=366 * 5)
    with override("en"), pytest.raises(ValidationError, match="more than half a year away"):
        publish("general", confirmed=False, **{name: far})
    assert publish("general", confirmed=True, **{name: far})


def test_a_notice_of_an_incident_that_was_published_in_error_is_confirmed():
    opened = open_incident()
    publish("general", confirmed=False, incident_id=opened.subject_id)
    statement_withdraw(statement=opened, body=text("误发。"), author=None)
    with override("en"), pytest.raises(ValidationError, match="published in error"):
        publish("general", confirmed=False, incident_id=opened.subject_id)
    assert publish("general", confirmed=True, incident_id=opened.subject_id)


def test_a_share_of_zero_is_refused():
    assert "more than zero" in str(refused("fee_waiver", percent_waived="0")["percent_waived"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [("delay", "arrives_by"), ("fee_waiver", "credited_by"), ("compensation", "paid_by")],
)
def test_money_does_not_arrive_before_its_own_transactions(kind, name):
    times = {"transactions_from": f"{ahead(2)}T00:00+08:00"}
    until = {**times, "transactions_until": f"{ahead(6)}T00:00+08:00"}
    assert "before the last" in str(refused(kind, **until, **{name: ahead(4)})[name])
    notice_kind(kind).clean(right_payload(kind) | until | {name: ahead(5)})


def test_money_that_is_late_without_an_end_does_not_arrive_before_it_begins():
    open_end = {"transactions_from": f"{ahead(3)}T09:00+08:00", "transactions_until": None}
    assert "arrives_by" in refused("delay", **open_end, arrives_by=ahead(2))


def test_settlement_is_not_restored_before_the_first_late_transaction():
    assert "restored_at" in refused("recovery", restored_at="2025-02-17T09:00+08:00")


@pytest.mark.parametrize("kind", ["delay", "recovery"])
def test_t_plus_1_is_not_paid_on_a_sunday(kind):
    known_since_long(2026)
    rule_add(category="micro", cycle="T+1", known_from=SINCE)
    rule_add(category="industry", cycle="D+1", known_from=SINCE)
    Product.objects.create(code="fast", name=text("秒到"), profile=profile_of("domestic"))
    rule_add(category="micro", product="fast", cycle="D+0", known_from=SINCE)
    payload = {
        "delay": {"transactions_from": "2026-06-09T00:00+08:00", "arrives_by": SUNDAY},
        "recovery": {"restored_at": "2026-06-09T00:00+08:00", "backlog_by": SUNDAY},
    }[kind]
    micro = {"categories": ["micro"]}
    with (
        override("en"),
        pytest.raises(ValidationError, match=r"14 Jun \(Sun\) is no settlement workday.*T\+1"),
    ):
        publish(kind, payload, audience=micro, published_at=BEFORE)
    # Others are paid on that day.
    publish(kind, payload, published_at=BEFORE)
    publish(kind, payload, audience={"categories": ["industry"]}, published_at=BEFORE)


def test_a_holiday_schedule_refuses_t_plus_1_on_a_day_of_rest_and_money_before_its_transaction():
    world()
    right = notice_kind("holiday_schedule").clean(NATIONAL_DAY)
    number = next(i for i, one in enumerate(right["table"]["columns"]) if one["cycle"] == "T+1")
    for wrong in ("2025-10-04", "2025-09-01"):
        rows = [{**row, "arrivals": [*row["arrivals"]]} for row in right["table"]["rows"]]
        rows[3]["arrivals"][number] = wrong
        table = {**right["table"], "rows": rows}
        assert "table" in refused("holiday_schedule", table=table)


class TestRetirement:
    def test_it_has_a_lead_time_guard_as_fee_changes_have(self, settings):
        settings.RETIREMENT_NOTICE_DAYS = 45
        said = refused("terminal_retirement", last_day=ahead(44))
        assert "only 44 days ahead" in str(said["short_notice_reason"])
        notice_kind("terminal_retirement").clean(
            right_payload("terminal_retirement") | {"last_day": ahead(45)}
        )

    def test_its_reason_is_shown_on_the_page(self, client):
        reason = text("该机型存在安全漏洞。", "A flaw was found in this model.")
        payload = right_payload("terminal_retirement") | {"last_day": ahead(5)}
        said = publish("terminal_retirement", {**payload, "short_notice_reason": reason})
        page = client.get(f"/en/notices/{said.subject_id}/").content.decode()
        assert "A flaw was found in this model." in page


class TestMerelyOdd:
    def test_a_promise_more_than_half_a_year_away(self):
        assert "half a year" in odd("delay", arrives_by=ahead(400))[0]
        assert "half a year" in odd("compensation", paid_by=ahead(400))[0]
        assert odd("delay") == odd("compensation") == []

    def test_a_delay_that_is_still_to_begin(self):
        begins = {"transactions_from": f"{ahead(1)}T00:00+08:00", "transactions_until": None}
        assert "still to come" in odd("delay", **begins)[0]

    def test_more_paid_than_promised_or_before_it_was_promised(self):
        said = odd("payout_progress", amount="250000", paid_on=ahead(-3))
        assert len(said) == 2
        assert odd("payout_progress", paid_on=ahead(0)) == []

    def test_a_rule_for_transactions_of_the_past_or_of_a_very_long_cycle(self):
        world()
        assert "has passed" in odd("settlement_rule", valid_from=ahead(-1))[0]
        assert "unusually long" in " ".join(odd("settlement_rule", cycle="T+17"))

    def test_t_plus_1_from_a_sunday_on(self):
        known_since_long(2026)
        kind = notice_kind("settlement_rule")
        rule = right_payload(kind.name) | {"cycle": "T+1", "valid_from": SUNDAY}
        with override("en"):
            (said,) = kind.oddities(kind.clean(rule, BEFORE), BEFORE)
        assert "no settlement workday" in said

    def test_a_fee_that_is_very_high(self):
        assert odd("fee_change") == []
        assert "unusually high" in odd("fee_change", new_fee="38%")[0]

    def test_more_waived_of_one_than_of_all_and_the_year_before_last(self):
        of_each = {"percent_waived": None, "amount_waived": "200000"}
        assert "than in total" in odd("fee_waiver", **of_each)[0]
        assert "not last year" in odd("yearly_disclosure", year=2019)[0]

    def test_a_warning_says_the_year_that_it_is_about(self):
        world()
        assert "2011" in odd("settlement_rule", valid_from="2011-06-14")[1]

    def test_more_compensated_than_lost(self):
        assert "More was compensated" in odd("yearly_disclosure", compensated="50000")[0]

    def test_it_is_confirmed_through_the_api(self):
        api = caller()
        body = {
            "kind": "delay",
            "title": text("延迟"),
            "body": text("正文"),
            "payload": right_payload("delay") | {"arrives_by": ahead(400)},
        }
        answer = api.post("notices/", body)
        assert answer.status_code == 400
        assert "confirmed" in str(answer.json())
        assert api.post("notices/", {**body, "confirmed": True}).status_code in {201, 202}

    def test_it_is_confirmed_in_the_console(self):
        kind = notice_kind("compensation")
        values = {"title_zh": "补偿", "body_zh": "正文"}
        values |= form_values(kind, right_payload(kind.name) | {"paid_by": ahead(400)})
        path = f"/console/notices/compose/{kind.name}/"
        page = words(press(signed_in(), path, "confirm", **values))
        assert "more than half a year away" in page
        assert "Please tick the box to confirm" in page
        assert 'value="publish"' in words(
            press(signed_in(), path, "confirm", **values, confirmed="on")
        )


def test_a_closed_incident_and_a_far_time_in_effect_are_confirmed_in_the_console():
    opened, far = open_incident(), timezone.localtime() + timedelta(days=400)
    statement_withdraw(statement=opened, body=text("误发。"), author=None)
    values = {"title_zh": "公告", "body_zh": "正文", "incident": opened.subject_id}
    values |= {"effective_until": f"{far:%Y-%m-%dT09:00}"}
    path = "/console/notices/compose/general/"
    page = words(press(signed_in(), path, "confirm", **values))
    assert "published in error" in page
    assert "more than half a year away" in page
    assert 'value="publish"' in words(press(signed_in(), path, "confirm", **values, confirmed="on"))


def test_penalties_are_only_on_the_page_unless_their_author_chooses_otherwise():
    said = publish("penalty_disclosure")
    assert said.content["told"] == "nobody"
    assert "a fine of 50,000 yuan" in said.content["brief"]["en"]
