"""Subscribers: searched, looked at, imported in bulk, exported and erased on request."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from notifications.subscribers.models import (
    Address,
    Consent,
    Import,
    ImportPart,
    ImportProblem,
    Subscriber,
)
from notifications.subscribers.services.importing import IMPORTS
from notifications.subscribers.services.subscriptions import address_suppress
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from tests.factories import make_address, make_staff
from tests.statuspage.console.browser import browser_of, signed_in, words

pytestmark = pytest.mark.django_db
PATH = "/console/subscribers/"
IMPORT = f"{PATH}import/"
HEADER = "phone,language,category,consent_source\n"


@pytest.fixture
def approver(db: None) -> Client:
    return signed_in(Role.APPROVER)


def line(number: int, source: str = "contract-2024") -> str:
    return f"1380000{number:04},zh,micro,{source}\n"


def upload(client: Client, text: str, name: str = "list.csv") -> Import:
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    answer = client.post(IMPORT, {"file": file})
    assert answer.status_code == 302, words(answer)
    return Import.objects.latest("pk")


def rows(answer: HttpResponse | StreamingHttpResponse) -> list[dict[str, str]]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class TestSearch:
    """By what staff know of a number."""

    def test_the_only_one_who_looks_so_is_shown(self, author: Client) -> None:
        address = make_address("+8613812341234")
        page = author.post(PATH, {"who": "138****1234"}, follow=True)
        assert page.redirect_chain[-1][0] == f"{PATH}{address.subscriber.public_id}/"
        assert "138****1234" in words(page)
        assert "13812341234" not in words(page)

    def test_several_who_look_so_are_offered(self, author: Client) -> None:
        ids = [make_address(f"+86138{n}1234").subscriber.public_id for n in ("1234", "9999")]
        page = words(author.post(PATH, {"who": "1234"}, follow=True))
        assert all(f"{PATH}{one}/" in page for one in ids)

    def test_a_whole_number_never_stands_in_the_address(self, author: Client) -> None:
        make_address("+8613812341234")
        answer = author.post(PATH, {"who": "13812341234"})
        assert "13812341234" not in answer.headers["Location"]

    def test_whom_nobody_knows_is_said_plainly(self, author: Client) -> None:
        assert "No subscriber has this number or address." in words(
            author.post(PATH, {"who": "9999"}, follow=True)
        )

    def test_nonsense_is_refused_with_a_sentence(self, author: Client) -> None:
        answer = author.post(PATH, {"who": "who?"})
        assert answer.status_code == 400
        assert (
            "Enter the last four digits, a number such as 138****1234, or a full address."
            in words(answer)
        )


class TestOne:
    """One subscriber's page."""

    def test_the_page_shows_choices_and_consent(self, author: Client) -> None:
        upload(signed_in(Role.APPROVER), HEADER + line(1))
        IMPORTS.read_all()
        page = words(author.get(f"{PATH}{Subscriber.objects.get().public_id}/"))
        assert "contract-2024" in page
        assert "confirmed " in page
        assert "No messages sent to this address yet." in page

    def test_an_unknown_subscriber_is_not_found(self, author: Client) -> None:
        assert author.get(f"{PATH}zzz/").status_code == 404

    def test_erasing_removes_who_they_are_and_keeps_that_they_agreed(self) -> None:
        staff = make_staff(Role.APPROVER)
        browser, address = browser_of(staff), make_address("+8613812341234")
        path = f"{PATH}{address.subscriber.public_id}/erase/"
        assert "138****1234" in words(browser.get(path))
        assert Subscriber.objects.exists()
        page = browser.post(path, {"how": "hotline, ticket 4711"}, follow=True)
        assert "Erased." in words(page)
        assert not Subscriber.objects.exists()
        assert not Address.objects.exists()
        assert Consent.objects.get().source == "hotline, ticket 4711"
        entry = AuditEntry.objects.get(act="subscriber.erased")
        assert (entry.staff, entry.after["how"]) == (staff, "hotline, ticket 4711")
        assert "13812341234" not in str(entry.after)

    @pytest.mark.parametrize("how", ["13812341234 rang", "wei@example.com", "+86 138-1234-1234"])
    def test_how_they_asked_is_no_address(self, approver: Client, how: str) -> None:
        path = f"{PATH}{make_address().subscriber.public_id}/erase/"
        assert "No phone number and no e-mail address" in words(approver.post(path, {"how": how}))
        assert Subscriber.objects.exists()

    def test_without_saying_how_nothing_is_erased(self, approver: Client) -> None:
        path = f"{PATH}{make_address().subscriber.public_id}/erase/"
        assert "This field is required." in words(approver.post(path, {"how": " "}))
        assert Subscriber.objects.exists()

    def test_an_author_cannot_erase(self, author: Client) -> None:
        one = f"{PATH}{make_address().subscriber.public_id}/"
        assert "Erase" not in words(author.get(one))
        assert author.post(f"{one}erase/", {"how": "x"}).status_code == 403
        assert Subscriber.objects.exists()


class TestImport:
    """Files, read by a worker."""

    def test_a_file_is_taken_in_at_once_and_read_by_a_worker(self, approver: Client) -> None:
        found = upload(approver, HEADER + line(1) + line(2))
        page = approver.get(f"{PATH}imports/{found.public_id}/")
        assert "Queued" in words(page)
        assert page.headers["Refresh"] == "2"
        assert not Subscriber.objects.exists()
        IMPORTS.read_all()
        page = approver.get(f"{PATH}imports/{found.public_id}/")
        assert "The whole file has been read." in words(page)
        assert "Refresh" not in page.headers
        assert Subscriber.objects.count() == 2
        assert found.name in words(approver.get(PATH))

    def test_bad_lines_are_listed_by_line_and_stop_no_other(self, approver: Client) -> None:
        text = HEADER + line(1) + "123,zh,micro,contract\n" + line(2, "") + line(3)
        found = upload(approver, text)
        IMPORTS.read_all()
        assert Subscriber.objects.count() == 2
        page = words(approver.get(f"{PATH}imports/{found.public_id}/"))
        assert "consent_source" in page
        problems = rows(approver.get(f"{PATH}imports/{found.public_id}/problems/"))
        assert [(one["Line"], one["Column"]) for one in problems] == [
            ("3", "phone"),
            ("4", "consent_source"),
        ]

    def test_problems_are_told_in_the_readers_language(self, approver: Client) -> None:
        found = upload(approver, HEADER + "13800000001,zh,giant,contract\n")
        IMPORTS.read_all()
        path = f"{PATH}imports/{found.public_id}/"
        assert "Enter micro or industry" in words(approver.get(path))
        chinese = words(signed_in(Role.APPROVER, "zh-hans").get(path))
        assert "Enter micro or industry" not in chinese

    def test_a_choice_of_the_merchants_is_left_alone(self, approver: Client) -> None:
        address = make_address("+8613800000001", language="zh-hans")
        address_suppress(channel="sms", clear_address="+8613800000001", reason="unsubscribed")
        upload(approver, HEADER + "13800000001,en,industry,contract\n")
        IMPORTS.read_all()
        address.refresh_from_db()
        assert address.suppressed_at is not None
        assert address.subscriber.language == "zh-hans"
        assert Import.objects.get().skipped == 1

    def test_the_file_is_encrypted_while_it_waits_and_gone_afterwards(
        self, approver: Client
    ) -> None:
        upload(approver, HEADER + line(1))
        assert b"1380000" not in bytes(ImportPart.objects.get().data)
        IMPORTS.read_all()
        assert not ImportPart.objects.exists()

    def test_a_file_that_is_no_list_says_what_is_missing(self, approver: Client) -> None:
        found = upload(approver, "name,age\nx,1\n")
        IMPORTS.read_all()
        page = words(approver.get(f"{PATH}imports/{found.public_id}/"))
        assert "Not a subscriber list" in page
        assert set(ImportProblem.objects.values_list("column", flat=True)) == {
            "phone",
            "language",
            "category",
            "consent_source",
        }

    def test_an_enormous_file_is_refused(self, approver: Client, settings) -> None:
        settings.IMPORT_MAX_MB = 1
        answer = approver.post(IMPORT, {"file": SimpleUploadedFile("a.csv", b"x" * (2 << 20))})
        assert answer.status_code == 400
        assert "too large" in words(answer)
        assert not Import.objects.exists()

    def test_an_author_cannot_import(self, author: Client) -> None:
        assert author.post(IMPORT, {}).status_code == 403

    def test_rows_are_written_in_sets(
        self, approver: Client, django_assert_max_num_queries
    ) -> None:
        upload(approver, HEADER + "".join(line(n) for n in range(2000)))
        with django_assert_max_num_queries(60):
            IMPORTS.read_all()
        assert Import.objects.get().created == 2000


class TestExport:
    """Everybody as a spreadsheet."""

    def test_addresses_are_masked(self, author: Client) -> None:
        make_address("+8613812341234")
        (found,) = rows(author.get(f"{PATH}export/"))
        assert (found["address"], found["language"]) == ("138****1234", "zh-hans")
        assert AuditEntry.objects.filter(act="GET console:subscriber_export").count() == 1

    def test_an_administrator_who_says_why_gets_them_in_clear(self) -> None:
        make_address("+8613812341234")
        admin = make_staff(Role.ADMIN)
        (found,) = rows(browser_of(admin).post(f"{PATH}export/", {"reason": "change of provider"}))
        assert found["address"] == "'+8613812341234"
        entry = AuditEntry.objects.get(act="subscribers.exported")
        assert (entry.staff, entry.after["reason"]) == (admin, "change of provider")

    def test_without_a_reason_nothing_leaves(self) -> None:
        make_address("+8613812341234")
        answer = signed_in(Role.ADMIN).post(f"{PATH}export/", {"reason": " "}, follow=True)
        assert "Enter why you need the full addresses." in words(answer)

    @pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.AUDITOR])
    def test_nobody_else_gets_them_in_clear(self, role: str) -> None:
        make_address("+8613812341234")
        answer = signed_in(role).post(f"{PATH}export/", {"reason": "x"})
        assert answer.status_code == 403
        assert "Download CSV (full addresses)" not in words(signed_in(role).get(PATH))

    def test_what_people_typed_is_no_formula(self, approver: Client, author: Client) -> None:
        upload(approver, HEADER + line(1, "=1+1"))
        IMPORTS.read_all()
        (found,) = rows(author.get(f"{PATH}export/"))
        assert found["consent_source"] == "'=1+1"


def test_numbers_that_get_no_sms_are_counted_for_staff(author: Client) -> None:
    assert "SMS_COUNTRIES" not in words(author.get(PATH))
    make_address("+85261234567")
    assert "SMS_COUNTRIES" in words(author.get(PATH))
