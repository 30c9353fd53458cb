"""Notices over the API."""

import pytest

from notifications.delivery.models import Broadcast
from statuspage.notices.kind import kinds
from statuspage.notices.models import Notice
from statuspage.staff.roles import Role
from tests.factories import make_address, open_incident, text
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller, error_of
from tests.statuspage.notices.samples import right_payload, world

pytestmark = pytest.mark.django_db

PAYLOADS = {"fee_waiver": samples.notice()["payload"]}
# Every dimension is named in an answer, also where it restricts nothing.
EVERYONE = {
    **{name: [] for name in ("categories", "products", "models", "cycles", "provinces")},
    "agents": False,
    "agents_named": 0,
}


def test_publishing_answers_with_the_whole_notice(api):
    response = api.post("notices/", samples.notice())
    assert response.status_code == 201
    answer = response.json()
    assert answer["kind"] == "fee_waiver"
    assert answer["payload"]["percent_waived"] == "100"
    assert answer["audience"] == {**EVERYONE, "categories": ["micro"]}
    assert answer["incident"] is None
    assert answer["url"].endswith(f"/notices/{answer['id']}/")
    assert api.get(f"notices/{answer['id']}/").json()["timeline"] == answer["timeline"]
    assert [one["id"] for one in api.get("notices/").json()["results"]] == [answer["id"]]


def test_only_its_audience_is_told(api):
    api.post("notices/", samples.notice())
    assert Broadcast.objects.get().categories == ["micro"]


def test_audience_left_out_is_everyone(api):
    body = samples.notice()
    del body["audience"]
    assert api.post("notices/", body).json()["audience"] == EVERYONE


def test_every_kind_is_published_or_waits_for_a_second_person(api, subtests):
    world()
    for kind in kinds():
        with subtests.test(kind.name):
            payload, notices = right_payload(kind.name), Notice.objects.count()
            answer = api.post(
                "notices/", samples.notice(kind=kind.name, payload=payload, confirmed=True)
            )
            assert answer.status_code == (202 if kind.four_eyes else 201), answer.json()
            assert answer.json()["kind"] == kind.name
            assert answer.json().get("state") == ("waiting" if kind.four_eyes else None)
            assert Notice.objects.count() == notices + (not kind.four_eyes)


def test_what_the_product_says_by_itself_is_written_by_nobody(api):
    incident = open_incident().subject_id
    body = samples.notice(kind="backlog", payload=right_payload("backlog"), incident=incident)
    assert api.post("notices/", body).status_code == 400
    assert not Notice.objects.exists()


def test_a_warning_is_confirmed_before_the_notice_is_published(api):
    world()
    body = samples.notice(kind="holiday_schedule", payload=right_payload("holiday_schedule"))
    answer = api.post("notices/", body)
    assert answer.status_code == 400
    assert "This holiday is over" in str(answer.json())
    assert not Notice.objects.exists()
    assert api.post("notices/", {**body, "confirmed": True}).status_code == 201


def test_a_notice_can_belong_to_an_incident(api):
    incident = open_incident().subject_id
    assert api.post("notices/", samples.notice(incident=incident)).json()["incident"] == incident


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "payload.transactions_from"),
        ({**PAYLOADS["fee_waiver"], "percent_waived": None}, "payload.percent_waived"),
        ({**PAYLOADS["fee_waiver"], "amount_waived": "3"}, "payload.percent_waived"),
        ({**PAYLOADS["fee_waiver"], "promised_total": 0.1}, "payload.promised_total"),
        ({**PAYLOADS["fee_waiver"], "colour": "red"}, "payload.colour"),
        ({**PAYLOADS["fee_waiver"], "percent_waived": "101"}, "payload.percent_waived"),
        ({**PAYLOADS["fee_waiver"], "percent_waived": "1e-999999"}, "payload.percent_waived"),
        ({**PAYLOADS["fee_waiver"], "credited_by": "soon"}, "payload.credited_by"),
        (
            {**PAYLOADS["fee_waiver"], "transactions_from": "0001-01-01T00:00:00+14:00"},
            "payload.transactions_from",
        ),
        (
            {**PAYLOADS["fee_waiver"], "transactions_until": "2025-02-01T00:00:00+08:00"},
            "payload.transactions_until",
        ),
        ([], "payload"),
    ],
)
def test_what_is_wrong_with_the_details_is_named_by_its_place(api, payload, field):
    response = api.post("notices/", samples.notice(payload=payload))
    assert response.status_code == 400
    assert field in error_of(response)["fields"]
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rumour"},
        {"audience": {"categories": ["giant"]}},
        {"audience": {"regions": ["north"]}},
        {"audience": "everyone"},
        {"incident": "zzzzzzzzzzzz"},
        {"incident": "x" * 13},
        {"title": text("长" * 121)},
        {"priority": 1},
    ],
)
def test_a_wrong_notice_is_refused_as_a_whole(api, change):
    response = api.post("notices/", samples.notice(**change))
    assert response.status_code == 400
    error_of(response)
    assert not Notice.objects.exists()


def test_an_unknown_notice_is_not_found(api):
    assert api.get("notices/zzzzzzzzzzzz/").status_code == 404


@pytest.mark.parametrize("audience", [{}, {"categories": []}])
def test_an_audience_that_names_nobody_is_everybody(api, audience):
    answer = api.post("notices/", {**samples.notice(), "audience": audience})
    assert answer.status_code == 201
    assert answer.json()["audience"] == EVERYONE


@pytest.mark.parametrize(
    ("audience", "field"),
    [
        ({"cycles": ["T+Q"]}, "cycles"),
        ({"provinces": ["99"]}, "provinces"),
        ({"agent_codes": ["A//B"]}, "agent_codes"),
        ({"models": [" \u200b"]}, "models"),
    ],
)
@pytest.mark.parametrize(("language", "word"), [("en", "Enter"), ("zh-hans", "请")])
def test_what_is_wrong_in_an_audience_is_named(audience, field, language, word):
    body = samples.notice(audience=audience)
    error = error_of(caller(Role.AUTHOR, language).post("notices/", body))
    ((name, messages),) = error["fields"].items()
    assert name.startswith(f"audience.{field}")
    assert word in messages[0] or "“" in messages[0]


def test_an_audience_that_nobody_belongs_to_is_pointed_out(api):
    make_address()
    published = api.post("notices/", samples.notice(audience={"agent_codes": ["NOBODY"]})).json()
    assert published["warnings"] == ["Nobody matches this audience: nobody is notified."]
    assert api.post("notices/", samples.notice()).json()["warnings"] == []
