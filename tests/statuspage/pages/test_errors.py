"""Error pages: a clear sentence in the reader's language, and a way on."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from statuspage import urls as site
from statuspage.pages import http as errors
from tests.statuspage.pages.story import words_of


def _crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the disk is on fire")


def _forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def _write(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("CREATE TABLE written (id int)")
    raise AssertionError("it was written")


def _suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("../../etc/passwd")


urlpatterns = [
    path("crash/", _crash),
    path("en/crash/", _crash),
    path("forbid/", _forbid),
    path("suspect/", _suspect),
    path("write/", _write),
    *site.urlpatterns,
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

WITH_FAILURES = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture
def stranger() -> Client:
    """Return a client that gets the error page rather than the exception."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/nothing/", "/en/nothing/", "/en/incidents/a/b/", "/x.php"])
def test_an_unknown_address_is_a_friendly_404(stranger: Client, address: str) -> None:
    response = stranger.get(address)
    assert response.status_code == 404
    assert "404" in words_of(response)
    assert 'class="button button-primary"' in response.content.decode()


def test_the_404_is_in_the_addresss_language(stranger: Client) -> None:
    response = stranger.get("/en/nothing/")
    assert "Nothing we published is ever deleted: you can find it in the history." in words_of(
        response
    )
    assert '<html lang="en">' in response.content.decode()
    assert '<html lang="zh-hans">' in stranger.get("/nothing/").content.decode()


def test_the_404_leads_to_the_same_languages_pages(stranger: Client) -> None:
    html = stranger.get("/en/nothing/").content.decode()
    assert 'href="/en/"' in html
    assert 'href="/en/history/"' in html


@WITH_FAILURES
@pytest.mark.filterwarnings("ignore")
def test_a_crash_is_a_500_that_tells_the_reader_what_to_do(stranger: Client) -> None:
    response = stranger.get("/crash/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "the disk is on fire" not in html
    assert "400-000-0000" in html


@pytest.mark.django_db
def test_the_500_page_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0), override("en"):
        response = errors.server_error(RequestFactory().get("/en/"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in words_of(response)
    assert "If it is urgent, call 400-000-0000." in words_of(response)


@WITH_FAILURES
@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_is_a_503(stranger: Client) -> None:
    response = stranger.get("/write/")
    assert response.status_code == 503
    assert response["Retry-After"]


@WITH_FAILURES
def test_what_is_forbidden_is_a_403(stranger: Client) -> None:
    response = stranger.get("/forbid/")
    assert response.status_code == 403
    assert "403" in words_of(response)


@WITH_FAILURES
def test_a_suspicious_request_is_a_400_that_repeats_nothing(stranger: Client) -> None:
    response = stranger.get("/suspect/")
    assert response.status_code == 400
    assert "passwd" not in response.content.decode()


def test_a_wrong_host_is_a_400(stranger: Client) -> None:
    response = stranger.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_cookie_is_told_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/en/subscribe/", {"phone": "13800001234"})
    assert response.status_code == 403
    page = words_of(response)
    assert "Please submit the form again" in page
    assert "CSRF" not in page


@pytest.mark.parametrize("view", [errors.bad_request, errors.permission_denied])
@pytest.mark.parametrize(("language", "tag"), [("zh-hans", "zh-hans"), ("en", "en")])
def test_each_error_page_exists_in_both_languages(
    rf: RequestFactory, view: object, language: str, tag: str
) -> None:
    with override(language):
        response = view(rf.get("/"), Exception())  # type: ignore[operator]
    assert f'<html lang="{tag}">' in response.content.decode()


def test_errors_are_not_for_search_engines(stranger: Client) -> None:
    assert '<meta name="robots" content="noindex">' in stranger.get("/nothing/").content.decode()
