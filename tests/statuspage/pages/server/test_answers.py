"""What the page server says over the wire."""

import pytest
from django.test import Client

from statuspage.pages.rendering.due import shared_pages
from tests.factories import make_staff
from tests.statuspage.pages.server.site import Site

# The page server asks the database nothing; Django, with which it is compared, does.
pytestmark = pytest.mark.django_db

OWN = {
    *("etag", "last-modified", "vary", "content-length", "content-encoding"),
    # Of a request that Django answered, and of no other.
    "x-request-id",
}


def test_every_page_is_what_django_says_byte_for_byte(news: Site) -> None:
    client = Client(headers={"Host": "127.0.0.1:8000"})
    for address in [*shared_pages(), *news.paths]:
        ours, django = news.get(address), client.get(address)
        assert ours.status == django.status_code == 200, address
        assert ours.body == django.content, address
        theirs = {name.lower(): value for name, value in django.items()}
        for headers in (ours.headers, theirs):
            policy = headers["content-security-policy"].split("; ")
            headers["content-security-policy"] = "; ".join(sorted(policy))
        for name in ours.headers.keys() ^ theirs.keys() | ours.headers.keys() & theirs.keys():
            if name not in OWN:
                assert ours.headers.get(name) == theirs.get(name), (address, name)
    assert news.asked == []


def test_compressed_pages_are_the_same_pages(news: Site) -> None:
    for address in shared_pages():
        plain = news.get(address)
        assert "content-encoding" not in plain.headers
        tags = {plain.headers["etag"]}
        for coding in ("gzip", "br"):
            packed = news.get(address, accept_encoding=coding)
            assert packed.headers["content-encoding"] == coding
            assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
            assert int(packed.headers["content-length"]) == len(packed.body)
            assert packed.text == plain.text
            tags.add(packed.headers["etag"])
        assert len(tags) == 3, "each compression has a tag of its own"


def test_head_is_told_the_same_without_a_body(news: Site) -> None:
    got, headed = news.get("/"), news.get("/", "HEAD")
    assert (headed.status, headed.headers, headed.body) == (200, got.headers, b"")


@pytest.mark.parametrize("write", ["{}", "W/{}", '"other", {}', "*", '"other" , W/{}'])
def test_who_has_the_page_gets_304(news: Site, write: str) -> None:
    page = news.get("/", accept_encoding="br")
    tags = write.format(page.headers["etag"])
    again = news.get("/", accept_encoding="br", if_none_match=tags)
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary", "last-modified"):
        assert again.headers[name] == page.headers[name]
    assert "content-length" not in again.headers


def test_a_304_of_the_api_can_be_read_from_another_site(news: Site) -> None:
    page = news.get("/api/v2/summary.json")
    again = news.get("/api/v2/summary.json", if_none_match=page.headers["etag"])
    assert again.status == 304
    assert again.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("tags", ['"other"', "nonsense", "", '"', ",,,"])
def test_who_has_another_page_gets_it_whole(news: Site, tags: str) -> None:
    dated = news.get("/").headers["last-modified"]
    # The tag decides, whatever the date says.
    answer = news.get("/", if_none_match=tags, if_modified_since=dated)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("date", "status"),
    [
        (None, 304),
        ("Tue, 01 Jan 2030 00:00:00 GMT", 304),
        ("Tue, 01 Jan 2019 00:00:00 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_a_date_decides_where_there_is_no_tag(news: Site, date: str | None, status: int) -> None:
    asked = news.get("/").headers["last-modified"] if date is None else date
    assert news.get("/", if_modified_since=asked).status == status


@pytest.mark.parametrize(
    ("address", "method"),
    [
        ("/", "POST"),
        ("/api/v2/summary.json", "OPTIONS"),
        ("/?x=1", "GET"),
        ("/api/v2/summary.json?lang=en&x=1", "GET"),
        ("/subscribe/", "GET"),
        ("/console/", "GET"),
        ("/nothing/", "GET"),
    ],
)
def test_all_else_goes_to_django(news: Site, address: str, method: str) -> None:
    assert news.get(address, method).body == b"by Django"


def test_a_foreign_host_is_left_to_django_to_refuse(news: Site) -> None:
    assert news.get("/", host="evil.example").body == b"by Django"
    assert news.get("/", host="localhost:1").body != b"by Django"


def test_plain_http_is_left_to_django_to_redirect(news: Site, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    secure = Site()
    secure.memory.answers = news.memory.answers
    assert secure.get("/").body == b"by Django"
    assert secure.get("/", x_forwarded_proto="https").body == b"by Django"  # a stranger's word
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    behind = Site()
    behind.memory.answers = news.memory.answers
    assert behind.get("/", x_forwarded_proto="https").body != b"by Django"
    assert behind.get("/", x_forwarded_proto="http").body == b"by Django"


def test_cookies_change_nothing(news: Site) -> None:
    client = Client()
    client.force_login(make_staff())
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    for spoken in (cookie, "django_language=en"):
        assert news.get("/", cookie=spoken) == news.get("/")
    # Django agrees: what a member of staff is shown is what everybody is.
    for address in news.paths:
        assert client.get(address).content == news.get(address).body


def test_nothing_of_a_person_is_in_any_answer(news: Site) -> None:
    for answer in map(news.get, news.memory.pages):
        assert "set-cookie" not in answer.headers
        assert "csrfmiddlewaretoken" not in answer.text
