"""Importing subscribers from a spreadsheet."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.subscribers.models import Address, Consent, Subscriber, Subscription
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services import importing
from notifications.subscribers.services.importing import ImportReport, subscriber_import
from notifications.subscribers.services.subscriptions import (
    address_suppress,
    choices_change,
    choices_of,
)
from tests.factories import make_address, make_component
from tests.notifications.subscribers.threads import until_somebody_waits
from tests.notifications.subscribers.visitor import E164, Visitor

pytestmark = pytest.mark.django_db

HEADER = "phone,language,category,consent_source"


def _import(*lines: str, header: str = HEADER) -> ImportReport:
    text = "\n".join([header, *lines]) + "\n"
    return subscriber_import(io.BytesIO(text.encode()))


def _reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in report.errors]


class TestGoodRows:
    def test_a_row_becomes_a_confirmed_subscription_to_everything(self) -> None:
        report = _import("138 0013 8000,en,micro,contract 2025")
        assert (report.created, report.updated, report.skipped, report.errors) == (1, 0, 0, [])
        address = Address.objects.get()
        assert clear_address(address) == E164
        assert address.confirmed_at is not None
        assert address.subscription.topics == ["incident", "maintenance", "notice"]
        assert address.subscription.components == []
        assert (address.subscriber.language, address.subscriber.category) == ("en", "micro")

    def test_its_consent_names_where_it_was_given(self) -> None:
        _import("13800138000,zh,micro,合同 2025-03")
        consent = Consent.objects.get()
        assert (consent.act, consent.source) == ("given", "合同 2025-03")
        assert consent.text_version == "import"

    @pytest.mark.parametrize(
        ("written", "language"),
        [
            ("zh", "zh-hans"),
            ("zh-CN", "zh-hans"),
            ("中文", "zh-hans"),
            ("EN", "en"),
            ("", "zh-hans"),
        ],
    )
    def test_languages_as_people_write_them(self, written: str, language: str) -> None:
        _import(f"13800138000,{written},micro,contract")
        assert Subscriber.objects.get().language == language

    @pytest.mark.parametrize(
        ("written", "category"),
        [
            ("micro", "micro"),
            ("Industry", "industry"),
            ("小微商户", "micro"),
            ("行业", "industry"),
            ("", ""),
        ],
    )
    def test_categories_as_people_write_them(self, written: str, category: str) -> None:
        _import(f"13800138000,zh,{written},contract")
        assert Subscriber.objects.get().category == category

    def test_optional_columns_may_stand_anywhere(self) -> None:
        component = make_component()
        _import(
            f"contract,notice;incident,13800138000,a@example.com,zh,,{component.public_id}",
            header="consent_source,Topics, PHONE ,email,language,category,components",
        )
        phone, mail = Address.objects.order_by("position")
        assert (phone.channel, mail.channel) == ("sms", "email")
        assert phone.subscriber == mail.subscriber
        for address in (phone, mail):
            assert address.subscription.topics == ["incident", "notice"]
            assert address.subscription.components == [component.public_id]

    def test_empty_lines_and_unknown_columns_are_no_errors(self) -> None:
        report = _import("", "13800138000,zh,,contract,Li Lei", " , ,,", header=f"{HEADER},name")
        assert (report.created, report.errors) == (1, [])

    def test_a_file_with_only_a_header_imports_nothing(self) -> None:
        assert _import() == ImportReport()


def test_bytes_as_chinese_excel_writes_them() -> None:
    text = f"{HEADER}\r\n13800138000,中文,小微,纸质合同\r\n"
    report = subscriber_import(io.BytesIO(text.encode("gb18030")))
    assert (report.created, report.errors) == (1, [])
    assert Consent.objects.get().source == "纸质合同"
    assert Subscriber.objects.get().category == "micro"


class TestBadRows:
    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(ValidationError) as refused:
            _import("13800138000,zh,micro", header="phone,language,category")
        assert [*refused.value.message_dict] == ["consent_source"]
        assert not Address.objects.exists()

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ("12345,zh,micro,contract", "phone"),
            (",zh,micro,contract", "phone"),
            ("13800138000,fr,micro,contract", "language"),
            ("13800138000,zh,giant,contract", "category"),
            ("13800138000,zh,micro,", "consent_source"),
            ("13800138000,zh,micro", "consent_source"),
            (f"13800138000,zh,micro,{'x' * 61}", "consent_source"),
            ("13800138000,zh,micro,a\x00b", "consent_source"),
            ("13800138000,zh,micro,contract,not mail", "email"),
            ("13800138000,zh,micro,contract,,gossip", "topics"),
            ("13800138000,zh,micro,contract,,,nothing", "components"),
        ],
    )
    def test_a_bad_value_is_reported_with_line_and_field(self, row: str, field: str) -> None:
        report = _import(
            "13900139000,zh,micro,contract", row, header=f"{HEADER},email,topics,components"
        )
        assert _reasons(report) == [(3, field)]
        assert (report.created, report.failed) == (1, 1)

    def test_every_problem_of_a_line_is_told_at_once(self) -> None:
        report = _import("12345,fr,giant,")
        assert _reasons(report) == [
            (2, "phone"),
            (2, "language"),
            (2, "category"),
            (2, "consent_source"),
        ]
        assert report.failed == 1

    def test_no_message_repeats_a_number_whatever_column_it_slipped_into(self) -> None:
        number = "13800138000"
        report = _import(
            f"1{number},{number},{number},",
            f"{number},zh,micro,contract,{number},{number},{number}",
            header=f"{HEADER},email,topics,components",
        )
        assert report.failed == 2
        assert number not in str(report)

    def test_the_list_of_errors_ends_and_the_count_goes_on(self) -> None:
        report = _import(*["12345,zh,micro,contract"] * 1500)
        assert report.failed == 1500
        assert len(report.errors) == 1000


class TestChoicesOfTheirOwn:
    def test_an_imported_number_is_updated_by_the_next_import(self) -> None:
        _import("13800138000,zh,micro,contract")
        report = _import("+86 138 0013 8000,en,industry,renewal")
        assert (report.created, report.updated, report.skipped) == (0, 1, 0)
        subscriber = Subscriber.objects.get()
        assert (subscriber.language, subscriber.category) == ("en", "industry")
        assert [one.source for one in Consent.objects.order_by("id")] == ["contract", "renewal"]

    def test_who_confirmed_by_code_is_skipped(self, visitor: Visitor) -> None:
        visitor.subscribe(topics=["notice"])
        report = _import("13800138000,zh,micro,contract")
        assert (report.created, report.updated, report.skipped) == (0, 0, 1)
        assert Subscription.objects.get().topics == ["notice"]
        assert Subscriber.objects.get().language == "en"

    def test_who_stopped_is_skipped(self) -> None:
        _import("13800138000,zh,micro,contract")
        address_suppress(channel="sms", clear_address=E164, reason="opted_out")
        report = _import("13800138000,zh,micro,contract")
        assert report.skipped == 1
        assert Address.objects.get().suppressed_at is not None

    def test_who_changed_an_imported_subscription_is_skipped(self) -> None:
        _import("13800138000,zh,micro,contract")
        subscriber = Subscriber.objects.get()
        choices_change(subscriber=subscriber, choices=choices_of(subscriber))
        assert _import("13800138000,en,industry,contract").skipped == 1
        assert Subscriber.objects.get().language == "zh-hans"

    def test_an_address_that_a_provider_gave_up_is_skipped(self) -> None:
        make_address(E164, suppressed_at=timezone.now(), suppressed_for="bad_address")
        assert _import("13800138000,zh,micro,contract").skipped == 1

    def test_a_number_that_stands_twice_in_the_file_counts_once_and_the_last_row_holds(
        self,
    ) -> None:
        report = _import("13800138000,zh,micro,contract", "+8613800138000,en,industry,renewal")
        assert (report.created, report.skipped) == (1, 1)
        assert Subscriber.objects.get().category == "industry"

    def test_a_mail_address_of_somebody_else_stays_theirs(self) -> None:
        theirs = make_address("a@example.com", "email")
        report = _import("13800138000,zh,,contract,a@example.com", header=f"{HEADER},email")
        assert report.created == 1
        theirs.refresh_from_db()
        assert theirs.subscriber.addresses.count() == 1
        assert Address.objects.count() == 2

    def test_the_next_import_adds_a_mail_address(self) -> None:
        _import("13800138000,zh,,contract")
        report = _import("13800138000,zh,,contract,a@example.com", header=f"{HEADER},email")
        assert report.updated == 1
        assert sorted(one.channel for one in Subscriber.objects.get().addresses.all()) == [
            "email",
            "sms",
        ]


class TestTheWhole:
    def test_several_batches_are_one_import(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "BATCH", 7)
        rows = [f"138001{n:05d},zh,micro,contract" for n in range(50)]
        report = _import(*rows)
        assert report.created == Address.objects.count() == Consent.objects.count() == 50
        assert Subscriber.objects.count() == Subscription.objects.count() == 50

    def test_a_thousand_rows_take_a_handful_of_queries(self) -> None:
        rows = [f"138001{n:05d},zh,micro,contract" for n in range(1000)]
        with CaptureQueriesContext(connection) as captured:
            report = _import(*rows)
        assert report.created == 1000
        assert len(captured) < 40

    def test_the_same_list_again_rewrites_no_row_and_records_consent_again(self) -> None:
        def versions() -> list[tuple[str, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT p.ctid::text, s.ctid::text FROM subscribers_subscriber p"
                    " JOIN subscribers_address a ON a.subscriber_id = p.id"
                    " JOIN subscribers_subscription s ON s.address_id = a.id ORDER BY p.id"
                )
                return list(cursor.fetchall())

        rows = ["13800138000,zh,micro,contract", "13900139000,en,,contract"]
        _import(*rows)
        before = versions()
        assert _import(*rows).updated == 2
        assert versions() == before
        assert Consent.objects.count() == 4

    def test_two_rows_with_one_mail_address_share_nothing_but_the_first(self) -> None:
        header = f"{HEADER},email"
        rows = [f"1380013800{n},zh,,contract,a@example.com" for n in range(3)]
        assert _import(*rows, header=header).created == 3
        assert Address.objects.filter(channel="email").count() == 1
        assert Consent.objects.count() == Subscription.objects.count() == 4

    def test_two_numbers_of_one_subscriber_may_both_be_in_the_list(self) -> None:
        _import("13800138000,zh,,contract", "13900139000,zh,,contract")
        first = Subscriber.objects.earliest("pk")
        Address.objects.update(subscriber=first)
        report = _import(
            *("13800138000,zh,micro,contract,a@example.com", "13900139000,zh,micro,contract,"),
            header=f"{HEADER},email",
        )
        assert (report.updated, report.created) == (2, 0)
        assert (first.addresses.count(), Consent.objects.count()) == (3, 5)


@pytest.mark.django_db(transaction=True)
def test_a_number_that_signs_up_in_the_middle_of_an_import_is_not_taken_over() -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_address(E164, topics=["notice"])
            importing_now = pool.submit(_import_and_hang_up, E164, "13900139000")
            until_somebody_waits()
        report = importing_now.result(60)
    assert (report.created, report.skipped) == (1, 1)
    assert Address.objects.filter(kind="phone").count() == Subscriber.objects.count() == 2
    # The mail address of the list does not become one of theirs either.
    assert clear_address(Address.objects.get(kind="email")) == "13900139000@example.com"
    assert Subscription.objects.filter(topics=["notice"]).count() == 1


def _import_and_hang_up(*numbers: str) -> ImportReport:
    try:
        rows = (f"{one},zh,micro,contract,{one}@example.com" for one in numbers)
        return _import(*rows, header=f"{HEADER},email")
    finally:
        connection.close()
