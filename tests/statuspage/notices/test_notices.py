"""Notices: every kind declares its fields; publishing checks them and says them once."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from statuspage.notices.audience import addresses, clean_audience
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.notices.services import notice_publish
from statuspage.notices.values import PERCENT
from statuspage.statements.models import Statement
from tests.factories import open_incident, text

WAIVER = {
    "transactions_from": "2025-02-20T00:00:00+08:00",
    "transactions_until": "2025-02-21T00:00:00+08:00",
    "percent_waived": "100",
    "borne_by": text("本公司", "The company"),
    "credited_by": "2025-02-24",
}


def publish(**values):
    return notice_publish(
        **{
            "kind": "fee_waiver",
            "title": text("手续费全额减免", "Fees are waived"),
            "body": text("无需申请", "No request is needed"),
            "payload": WAIVER,
            "author": None,
            "published_at": datetime(2025, 2, 21, 8, tzinfo=UTC),
            **values,
        }
    )


@pytest.mark.django_db
def test_a_notice_is_one_statement_with_everything_in_it():
    statement = publish(audience={"categories": ["micro"]})
    assert statement.kind == "notice.fee_waiver"
    assert statement.content["payload"] == {
        "transactions_from": "2025-02-19T16:00:00.000Z",
        "transactions_until": "2025-02-20T16:00:00.000Z",
        "percent_waived": "100",
        "borne_by": {"zh-hans": "本公司", "en": "The company"},
        "credited_by": "2025-02-24",
        "amount_waived": None,
        "covers": None,
        "promised_total": None,
    }
    assert statement.content["audience"] == {
        "categories": ["micro"],
        "products": [],
        "agents": False,
    }
    notice = Notice.objects.get()
    assert (notice.public_id, notice.payload) == (
        statement.subject_id,
        statement.content["payload"],
    )
    assert list(notices()) == [notice]


@pytest.mark.django_db
def test_a_notice_can_belong_to_an_incident():
    incident = open_incident().subject_id
    statement = publish(incident_id=incident)
    assert statement.content["incident"] == incident
    assert notices().get(incident_id=incident).public_id == statement.subject_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nosuchkind"},
        {"kind": None},
        {"title": text("题" * 121)},
        {"body": {"en": "only English"}},
        {"payload": {}},
        {"payload": {**WAIVER, "percent_waived": "101"}},
        {"payload": {**WAIVER, "percent_waived": "NaN"}},
        {"payload": {**WAIVER, "transactions_from": "yesterday"}},
        {"payload": {**WAIVER, "transactions_until": "2025-02-19T00:00:00+08:00"}},
        {"payload": {**WAIVER, "credited_by": "2025-02-30"}},
        {"payload": {**WAIVER, "borne_by": "us"}},
        {"payload": {**WAIVER, "surprise": 1}},
        {"payload": ["percent_waived"]},
        {"audience": {"categories": ["giants"]}},
        {"audience": {"categories": "micro"}},
        {"audience": {"cities": ["Shanghai"]}},
        {"audience": ["micro"]},
        {"incident_id": "nosuchthing"},
    ],
)
def test_what_is_not_usable_is_refused_and_says_nothing(wrong):
    with pytest.raises(ValidationError):
        publish(**wrong)
    assert not Statement.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_errors_name_every_field_that_is_wrong():
    with pytest.raises(ValidationError) as refusal:
        publish(payload={"percent_waived": "lots", "surprise": 1})
    assert set(refusal.value.message_dict) == {
        "transactions_from",
        "transactions_until",
        "percent_waived",
        "surprise",
    }


@pytest.mark.django_db
def test_a_time_without_an_offset_is_shanghais():
    statement = publish(payload={**WAIVER, "transactions_from": "2025-02-20T08:00"})
    assert statement.content["payload"]["transactions_from"] == "2025-02-20T00:00:00.000Z"


@pytest.mark.django_db
def test_a_delay_may_say_that_the_date_is_not_known_yet():
    statement = publish(kind="delay", payload={"transactions_from": "2025-02-20T08:00:00+08:00"})
    assert statement.content["payload"]["arrives_by"] is None


@pytest.mark.django_db
def test_a_recovery_says_from_when_on():
    statement = publish(kind="recovery", payload={"restored_at": "2025-02-21T15:30:00+08:00"})
    assert statement.content["payload"] == {
        "restored_at": "2025-02-21T07:30:00.000Z",
        "backlog_by": None,
        "delay": None,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["delete", "save"])
def test_a_published_notice_cannot_be_changed_or_deleted(act):
    publish(kind="general", payload={})
    notice = Notice.objects.get()
    notice.title = text("别的")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        getattr(notice, act)()
    assert str(Notice.objects.get()) == "手续费全额减免"


@given(st.decimals(0, 100, places=3))
def test_a_percentage_keeps_its_exact_value(percent):
    assert float(str(PERCENT.read(str(percent)))) == float(percent)


EVERYONE = {"categories": [], "products": [], "agents": False}


def test_no_audience_means_everyone():
    assert clean_audience(None) == clean_audience({}) == EVERYONE


def test_an_audience_is_sorted_and_names_nobody_twice():
    cleaned = clean_audience(
        {"categories": ["micro", "industry", "micro"], "products": ["qr", "card"], "agents": True}
    )
    assert cleaned == {
        "categories": ["industry", "micro"],
        "products": ["card", "qr"],
        "agents": True,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": "yes"},
        {"products": "qr"},
        {"products": [1]},
        {"products": ["q r"]},
        {"products": ["x" * 31]},
        {"products": [f"p{n}" for n in range(51)]},
    ],
)
def test_what_is_no_audience_is_refused(wrong):
    with pytest.raises(ValidationError):
        clean_audience(wrong)


def test_an_audience_is_everyone_whom_it_does_not_leave_out():
    micro_qr = clean_audience({"categories": ["micro"], "products": ["qr"]})
    assert addresses(clean_audience(None), "industry", "card")
    assert addresses(micro_qr, "micro", "qr")
    assert not addresses(micro_qr, "industry", "qr")
    assert not addresses(micro_qr, "micro", "card")


@pytest.mark.django_db
def test_a_product_that_there_is_not_is_refused():
    with pytest.raises(ValidationError, match="hovercraft"):
        publish(audience={"products": ["hovercraft"]})


@pytest.mark.django_db
def test_a_notice_holds_from_when_to_when_it_says():
    begins, ends = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
    statement = publish(effective_from=begins, effective_until=ends)
    assert statement.content["effective_from"] == "2025-03-01T00:00:00.000Z"
    assert statement.content["effective_until"] == "2025-04-01T00:00:00.000Z"
    notice = Notice.objects.get()
    assert (notice.effective_from, notice.effective_until) == (begins, ends)


@pytest.mark.django_db
def test_a_notice_cannot_end_before_it_begins():
    with pytest.raises(ValidationError) as refusal:
        publish(
            effective_from=datetime(2025, 3, 2, tzinfo=UTC),
            effective_until=datetime(2025, 3, 1, tzinfo=UTC),
        )
    assert set(refusal.value.message_dict) == {"effective_until"}
