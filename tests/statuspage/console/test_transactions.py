"""Uploading lists of affected transactions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.test import Client

from statuspage.settlement.affected.services import UPLOADS
from statuspage.settlement.models import AffectedTransaction, Upload
from statuspage.staff.roles import Role
from tests.factories import open_incident
from tests.statuspage.console.browser import form_of, signed_in, words
from tests.statuspage.settlement.affected.lists import line, many, take, text

pytestmark = pytest.mark.django_db

LIST = "/console/transactions/"


@pytest.fixture
def approver() -> Client:
    return signed_in(Role.APPROVER)


@pytest.fixture
def incident() -> str:
    return open_incident().subject_id


def send(client: Client, incident: str, content: str, mode: str = "whole"):
    file = SimpleUploadedFile("february.csv", content.encode(), "text/csv")
    given = {"incident": incident, "file": file, "mode": mode}
    return client.post(f"{LIST}upload/", given)


def test_a_list_without_its_incident_is_refused(approver: Client, incident: str) -> None:
    assert form_of(approver.get(LIST), "mode")["incident"] == ""
    page = send(approver, "", text(line()))
    assert page.status_code == 400
    assert "This field is required." in words(page)
    assert not Upload.objects.exists()


def test_from_the_file_to_what_became_of_it(approver: Client, incident: str) -> None:
    page = send(approver, incident, text(line(), line(reference="2"))).headers["Location"]
    waiting = approver.get(page)
    assert waiting["Refresh"] == "2"
    assert "Queued" in words(waiting)
    UPLOADS.read_all()
    done = approver.get(page)
    assert "Refresh" not in done
    assert "All rows were imported." in words(done)
    assert "february.csv" in words(approver.get(LIST))


def test_bad_rows_are_listed_with_line_and_reason(approver: Client, incident: str) -> None:
    page = send(approver, incident, text(line(), line(phone="x"))).headers["Location"]
    UPLOADS.read_all()
    shown = words(approver.get(page))
    assert "Nothing was imported, as you chose." in shown
    assert "Enter the last four digits of the phone on file." in shown
    assert not AffectedTransaction.objects.exists()


def test_bad_rows_can_be_downloaded(approver: Client, incident: str) -> None:
    upload = take(text(*(line(phone="x") for _ in range(120))), incident=incident)
    answer = approver.get(f"{LIST}{upload.public_id}/problems/")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Line,Column,Reason"
    assert lines[1] == "2,phone,Enter the last four digits of the phone on file."
    assert len(lines) == 121
    assert "attachment" in answer["Content-Disposition"]


def test_a_column_is_named_as_chinese_lists_head_it(chinese: Client, incident: str) -> None:
    upload = take(text(line(phone="x")), incident=incident)
    assert ">手机尾号</td>" in words(chinese.get(f"{LIST}{upload.public_id}/"))


def test_long_lists_of_bad_rows_are_paged(approver: Client, incident: str) -> None:
    upload = take(text(*(line(phone="x") for _ in range(120))), incident=incident)
    page = words(approver.get(f"{LIST}{upload.public_id}/?page=3"))
    assert "3 / 3" in page


def test_the_good_rows_of_a_bad_list_are_taken_by_choice(approver: Client, incident: str) -> None:
    page = send(approver, incident, text(*many(3), line(phone="x")), "good").headers["Location"]
    UPLOADS.read_all()
    assert "Valid rows were imported." in words(approver.get(page))
    assert AffectedTransaction.objects.count() == 3


@pytest.mark.parametrize(
    ("content", "complaint"), [("", "The submitted file is empty."), (None, "No file")]
)
def test_without_a_file_nothing_happens(
    approver: Client, incident: str, content: str | None, complaint: str
) -> None:
    given = {"incident": incident, "mode": "whole"}
    if content is not None:
        given["file"] = SimpleUploadedFile("empty.csv", content.encode())
    answer = approver.post(f"{LIST}upload/", given)
    assert answer.status_code == 400
    assert complaint in words(answer) or "required" in words(answer)
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused(approver: Client, incident: str, settings) -> None:
    settings.TRANSACTIONS_MAX_MB = 0
    answer = send(approver, incident, text(line()))
    assert answer.status_code == 400
    assert "The maximum is 0 MB." in words(answer)


def test_a_body_that_is_far_too_large_is_not_even_written_down(
    approver: Client, incident: str, settings, monkeypatch
) -> None:
    settings.TRANSACTIONS_MAX_MB = 0

    def write(*_arguments: object) -> None:
        raise AssertionError("it was written down")

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", write)
    monkeypatch.setattr(MemoryFileUploadHandler, "new_file", write)
    assert send(approver, incident, text(line()) + " " * (2 << 20)).status_code == 400
    assert not Upload.objects.exists()


def test_authors_and_auditors_look_and_do_not_upload(author: Client, incident: str) -> None:
    assert send(author, incident, text(line())).status_code == 403
    assert "Only approvers and administrators can upload lists." in words(author.get(LIST))
    assert not Upload.objects.exists()


def test_strangers_sign_in_first() -> None:
    assert Client().get(LIST).status_code == 302
    assert Client().get(f"{LIST}222222222222/problems/").status_code == 302


def test_a_list_that_is_not_there_is_not_found(approver: Client) -> None:
    assert approver.get(f"{LIST}222222222222/").status_code == 404
