"""Notices: every kind declares its fields; publishing checks them and says them once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from statuspage.settlement.audience import clean_audience
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import kinds, notice_kind
from statuspage.settlement.notices.base import read_percent
from statuspage.settlement.selectors import notices, notices_of_incident, recent_notices
from statuspage.settlement.services import notice_publish
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
    }
    assert statement.content["audience"] == {"categories": ["micro"]}
    notice = Notice.objects.get()
    assert (notice.public_id, notice.payload) == (
        statement.subject_id,
        statement.content["payload"],
    )
    assert list(notices()) == list(recent_notices()) == [notice]


@pytest.mark.django_db
def test_a_notice_can_belong_to_an_incident():
    incident = open_incident().subject_id
    statement = publish(incident_id=incident)
    assert statement.content["incident"] == incident
    assert [one.public_id for one in notices_of_incident(incident)] == [statement.subject_id]


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
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["delete", "save"])
def test_a_published_notice_cannot_be_changed_or_deleted(act):
    publish()
    notice = Notice.objects.get()
    notice.title = text("别的")
    with pytest.raises(DatabaseError, match="what was said stays said"), transaction.atomic():
        getattr(notice, act)()
    assert str(Notice.objects.get()) == "手续费全额减免"


def test_every_kind_has_a_label_and_labelled_fields():
    assert {"general", "delay", "recovery", "fee_waiver"} <= {kind.name for kind in kinds()}
    for kind in kinds():
        assert str(kind.label)
        assert all(str(field.label) for field in kind.fields)
        assert notice_kind(kind.name) is kind


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@given(
    payload=st.dictionaries(
        st.sampled_from(sorted({field.name for kind in kinds() for field in kind.fields}))
        | st.text(max_size=5),
        st.none() | st.text(max_size=30) | st.integers() | st.floats() | st.lists(st.none()),
    )
)
def test_no_payload_makes_a_kind_fail_otherwise_than_by_refusing(kind, payload):
    try:
        cleaned = kind.clean(payload)
    except ValidationError:
        return
    assert set(cleaned) == {field.name for field in kind.fields}


@given(st.decimals(0, 100, places=3))
def test_a_percentage_keeps_its_exact_value(percent):
    assert float(str(read_percent(str(percent)))) == float(percent)


def test_no_audience_means_everyone():
    assert clean_audience(None) == clean_audience({}) == {"categories": []}
    assert clean_audience({"categories": ["micro", "industry", "micro"]}) == {
        "categories": ["industry", "micro"]
    }
