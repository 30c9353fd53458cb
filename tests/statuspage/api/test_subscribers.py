"""Adding subscribers, one by one and as a file."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.services.addresses import address_is_known
from statuspage.api.views import subscribers
from statuspage.staff.roles import Role
from tests.factories import make_address, open_incident
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of

pytestmark = pytest.mark.django_db

IMPORT = "subscribers/import/"


@pytest.fixture
def api(db: None) -> Caller:
    """Return a system whose owner may add subscribers, as at the console."""
    return caller(Role.APPROVER)


def test_an_added_number_is_confirmed_masked_and_has_its_consent(api):
    response = api.post("subscribers/", samples.subscriber())
    assert response.status_code == 201
    answer = response.json()
    assert answer["address"] == "138****1234"
    assert answer["category"] == "micro"
    assert answer["topics"] == ["incident", "maintenance", "notice"]
    assert answer["confirmed_at"] is not None
    assert "secret" not in answer
    assert "13800001234" not in response.content.decode()
    assert Consent.objects.get().source == "contract-2024"


def test_an_added_number_is_told_what_happens_next(api, component):
    from notifications.delivery.broadcasts import expand

    api.post("subscribers/", samples.subscriber())
    number = open_incident(component).number
    expand(number)
    assert api.get(f"broadcasts/{number}/").json()["total"] == 1


def test_topics_and_components_can_be_chosen(api, component):
    body = samples.subscriber(topics=["notice"], components=[component.public_id])
    answer = api.post("subscribers/", body).json()
    assert answer["topics"] == ["notice"]
    assert answer["components"] == [component.public_id]


def test_adding_a_number_again_changes_its_choices_and_adds_none(api):
    api.post("subscribers/", samples.subscriber())
    answer = api.post("subscribers/", samples.subscriber(language="en", topics=["notice"])).json()
    assert answer["language"] == "en"
    assert answer["topics"] == ["notice"]
    assert Address.objects.count() == 1


@pytest.mark.parametrize(
    "again", ["ops@qq.com", "OPS@QQ.com，", "ｏｐｓ@qq.com", "o\u200bps@qq.com"]
)
def test_one_mailbox_is_one_subscription_however_it_is_typed(api, again):
    first = api.post("subscribers/", samples.subscriber(channel="email", address="Ops@qq.com"))
    second = api.post("subscribers/", samples.subscriber(channel="email", address=again))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Address.objects.count() == 1


@pytest.mark.parametrize(
    "host", ["①②⑦.0.0.1", "127。0。0。1", "ｌｏｃａｌｈｏｓｔ", "8.8.8.8", "a.com."]
)
def test_a_webhook_to_a_riddle_of_a_host_is_refused(api, settings, host):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    body = samples.subscriber(channel="webhook", address=f"https://{host}/hook")
    del body["category"]
    response = api.post("subscribers/", body)
    assert response.status_code == 400
    assert "ASCII" in str(response.json())
    assert not Address.objects.exists()


@pytest.mark.parametrize("number", ["+881612345678", "+85261234567", "13491234567"])
def test_a_number_that_may_get_no_sms_is_refused_with_what_to_do(api, number):
    response = api.post("subscribers/", samples.subscriber(address=number))
    assert response.status_code == 400
    assert "+86" in str(response.json())
    file = f"phone,language,category,consent_source\n{number},en,,contract\n"
    assert api.call("POST", IMPORT, file, "text/csv").json()["failed"] == 1
    assert not Address.objects.exists()


def test_a_webhook_gets_its_signing_secret_this_once(api):
    body = samples.subscriber(channel="webhook", address="https://example.com/hook")
    del body["category"]
    answer = api.post("subscribers/", body).json()
    assert answer["secret"].startswith("whsec_")
    assert answer["address"] == "example.com/***"
    assert api.post("subscribers/", body).json()["secret"] != answer["secret"]


def test_a_webhook_has_no_category(api):
    body = samples.subscriber(channel="webhook", address="https://example.com/hook")
    response = api.post("subscribers/", body)
    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == ["category"]


def test_what_its_owner_decided_stands(api):
    address = make_address("+8613800001234")
    Consent.objects.create(
        address=address, act=Consent.Act.WITHDRAWN, source="web", text_version="2025-01"
    )
    response = api.post("subscribers/", samples.subscriber())
    assert response.status_code == 409
    assert error_of(response)["code"] == "owner_decided"


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "pigeon"},
        {"channel": ""},
        {"address": "12345"},
        {"address": ""},
        {"address": "x" * 501},
        {"address": "01012345678"},
        {"language": "fr"},
        {"category": "giant"},
        {"topics": ["gossip"]},
        {"topics": []},
        {"components": ["zzzzzzzzzzzz"]},
        {"consent_source": ""},
        {"consent_source": "x" * 61},
        {"password": "x"},
    ],
)
def test_a_wrong_subscriber_is_refused_and_nobody_is_added(api, change):
    response = api.post("subscribers/", samples.subscriber(**change))
    assert response.status_code == 400
    error_of(response)
    assert not Subscriber.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_number_added_twice_at_once_is_there_once(api, monkeypatch):
    looked = threading.Barrier(4)
    token = api.headers["Authorization"].removeprefix("Bearer ")

    def nobody_knows_it_yet(**address: str) -> bool:
        # All of them have looked before one of them adds it, however slow the machine.
        known = address_is_known(**address)
        looked.wait(timeout=60)
        return known

    monkeypatch.setattr(subscribers, "address_is_known", nobody_knows_it_yet)

    def add(_: int) -> int:
        try:
            return Caller(token).post("subscribers/", samples.subscriber()).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(add, range(4)))
    assert set(answers) == {201}
    assert Address.objects.count() == 1


def test_a_csv_body_is_imported_and_counted(api):
    response = api.call("POST", IMPORT, samples.CSV, "text/csv")
    assert response.status_code == 200
    assert response.json() == {
        "created": 2,
        "updated": 0,
        "skipped": 0,
        "failed": 0,
        "errors": [],
    }
    assert set(Address.objects.values_list("masked", flat=True)) == {"138****1234", "139****5678"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_files_are_read_as_spreadsheets_write_them(api, encoding):
    body = "phone,language,category,consent_source\n13800001234,中文,小微商户,合同\n"
    response = api.call("POST", IMPORT, body.encode(encoding), "text/csv")
    assert response.json()["created"] == 1
    assert Consent.objects.get().source == "合同"


def test_an_uploaded_file_is_imported_too(api):
    body = (
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{samples.CSV}\r\n--b--\r\n"
    )
    response = api.call("POST", IMPORT, body, "multipart/form-data; boundary=b")
    assert response.json()["created"] == 2


def test_a_bad_line_is_reported_by_number_and_field_and_stops_no_other(api):
    body = samples.CSV + "12345,zh,giant,contract\n13700009999,zh,micro,\n"
    report = api.call("POST", IMPORT, body, "text/csv").json()
    assert report["created"] == 2
    assert report["failed"] == 2
    where = [(one["line"], one["field"]) for one in report["errors"]]
    assert where == [(4, "phone"), (4, "category"), (5, "consent_source")]
    assert "12345" not in str(report["errors"])


def test_a_missing_column_refuses_the_whole_file(api):
    response = api.call("POST", IMPORT, "phone,language\n13800001234,zh\n", "text/csv")
    assert response.status_code == 400
    assert set(error_of(response)["fields"]) == {"category", "consent_source"}
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"\x00\x01\x02", b"\xff\xfe\x00", b"PK\x03\x04", b'"', b"," * 200_000]
)
def test_what_is_no_csv_of_subscribers_is_refused(api, body):
    response = api.call("POST", IMPORT, body, "text/csv")
    assert response.status_code == 400
    error_of(response)


def test_odd_bytes_in_a_line_make_that_line_unusable_only(api):
    body = samples.CSV.encode() + b"\x00\x00,zh,micro,\x00\n\xff\xfe\xfa,\xff,,\n"
    response = api.call("POST", IMPORT, body, "text/csv")
    assert response.status_code == 200
    assert response.json()["created"] == 2
    assert response.json()["failed"] >= 1


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", "{}", 415),
        ("multipart/form-data; boundary=b", "--b--\r\n", 400),
        ("multipart/form-data", "x", 400),
        (
            "multipart/form-data; boundary=b",
            '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n',
            400,
        ),
        (
            "multipart/form-data; boundary=b",
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="f{i}"\r\n\r\nx\r\n'
                for i in range(1100)
            )
            + "--b--\r\n",
            400,
        ),
    ],
)
def test_a_form_without_a_file_is_refused(api, content_type, body, status):
    response = api.call("POST", IMPORT, body, content_type)
    assert response.status_code == status
    error_of(response)


def test_a_file_beyond_the_limit_is_refused_unread(api):
    response = api.call("POST", IMPORT, b"x" * 20_000_001, "text/csv")
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


def test_a_file_larger_than_any_json_body_is_read(api):
    padding = " " * 5_500
    lines = "".join(f"1380000{i:04d},zh{padding},micro,{'长' * 55}\n" for i in range(200))
    body = "phone,language,category,consent_source\n" + lines
    assert len(body) > 1_048_576
    assert api.call("POST", IMPORT, body, "text/csv").json()["created"] == 200
