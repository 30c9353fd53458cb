"""Coming in, being slowed down, going out."""

import re

from django.test import Client

from statuspage.lib.rate_limits import forget
from statuspage.staff import attempts
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.console.browser import signed_in, words

LOGIN = "/console/login/"


def sign_in(client: Client, username: str = "lin", password: str = "secret", ip: str = "10.0.0.1"):
    values = {"username": username, "password": password, "next": "/console/log/"}
    return client.post(LOGIN, values, REMOTE_ADDR=ip, headers={"accept-language": "en"})


def test_name_and_password_lead_to_where_one_wanted_to_go(db: None, client: Client) -> None:
    make_staff(username="lin")
    asked = client.get("/console/log/")
    assert asked.headers["Location"] == "/console/login/?next=/console/log/"
    assert sign_in(client).headers["Location"] == "/console/log/"
    assert client.get("/console/log/").status_code == 200


def test_nobody_is_led_to_another_site(db: None, client: Client) -> None:
    make_staff(username="lin")
    values = {"username": "lin", "password": "secret", "next": "https://evil.example/"}
    assert client.post(LOGIN, values).headers["Location"] == "/console/"


def test_a_wrong_password_gets_a_sentence_in_both_languages(db: None, client: Client) -> None:
    make_staff(username="lin")
    assert "correct username and password" in words(sign_in(client, password="wrong"))
    values = {"username": "lin", "password": "wrong"}
    page = client.post(LOGIN, values, headers={"accept-language": "zh-CN"})
    assert "请输入" in words(page)
    assert "_auth_user_id" not in client.session


def test_the_form_comes_in_the_browsers_language(db: None, client: Client) -> None:
    english = client.get(LOGIN, headers={"accept-language": "en-GB,en;q=0.9"})
    assert '<html lang="en"' in words(english)
    chinese = client.get(LOGIN, headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-hans"' in words(chinese)


def test_the_sixth_try_has_to_wait_even_with_the_right_password(db: None, client: Client) -> None:
    make_staff(username="lin")
    for _try in range(5):
        assert "Too many tries" not in words(sign_in(client, password="wrong"))
    page = words(sign_in(client))
    assert re.search(r"Too many tries. Wait (30|2\d) seconds, then try again.", page)
    assert "_auth_user_id" not in client.session


def test_the_right_password_clears_the_count(db: None, client: Client) -> None:
    make_staff(username="lin")
    for _round in range(2):
        for _try in range(4):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        client.logout()


def test_many_failures_wait_longer(db: None) -> None:
    assert [attempts.attempt("lin", "10.0.0.1") for _try in range(5)] == [0] * 5
    assert 0 < attempts.attempt("lin", "10.0.0.1") <= 30
    forget(*(one for one in attempts._own("lin", "10.0.0.1", "") if "30" in one.rate))
    assert [attempts.attempt("lin", "10.0.0.1") for _try in range(5)] == [0] * 5
    forget(*(one for one in attempts._own("lin", "10.0.0.1", "") if "30" in one.rate))
    assert 30 < attempts.attempt("lin", "10.0.0.1") <= 15 * 60


def test_one_persons_failures_hold_up_neither_another_name_nor_another_place(
    db: None, client: Client
) -> None:
    make_staff(username="lin")
    make_staff(username="chen")
    for _try in range(6):
        sign_in(client, password="wrong")
    assert sign_in(Client(), username="chen").status_code == 302
    assert sign_in(Client(), ip="10.0.0.2").status_code == 302


def test_a_name_in_other_capitals_is_the_same_name(db: None) -> None:
    for _try in range(5):
        attempts.attempt("Lin", "10.0.0.1")
    assert attempts.attempt("LIN", "10.0.0.1") > 0


def test_a_forged_forwarding_header_does_not_help(db: None, client: Client, settings) -> None:
    make_staff(username="lin")
    settings.TRUSTED_PROXIES = 1
    for number in range(6):
        page = client.post(
            LOGIN,
            {"username": "lin", "password": "wrong"},
            headers={"x-forwarded-for": f"1.2.3.{number}, 9.9.9.9", "accept-language": "en"},
        )
    assert "Too many tries" in words(page)


def test_people_can_sign_in_while_redis_is_down(db: None, client: Client, settings) -> None:
    make_staff(username="lin")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert sign_in(client).status_code == 302


def test_an_inactive_member_of_staff_does_not_come_in(db: None, client: Client) -> None:
    make_staff(username="lin", is_active=False)
    assert sign_in(client).status_code == 200


def test_bytes_that_make_no_name_are_refused(db: None, client: Client) -> None:
    assert sign_in(client, username="a\x00b").status_code == 200
    assert sign_in(client, username="").status_code == 200


def test_signing_out_needs_a_button_press(db: None) -> None:
    staff = signed_in()
    assert staff.get("/console/logout/").status_code == 405
    assert staff.get("/console/").status_code == 200
    assert staff.post("/console/logout/").headers["Location"] == "/console/login/"
    assert staff.get("/console/").status_code == 302


def test_the_language_is_chosen_once_and_kept(db: None) -> None:
    staff = signed_in(language="en")
    assert '<html lang="en"' in words(staff.get("/console/"))
    chosen = staff.post("/i18n/setlang/", {"language": "zh-hans", "next": "/console/"})
    assert chosen.headers["Location"] == "/console/"
    assert '<html lang="zh-hans"' in words(staff.get("/console/"))
    assert '<html lang="zh-hans"' in words(staff.get("/console/log/"))


def test_a_form_from_another_site_is_refused(db: None) -> None:
    staff = Client(enforce_csrf_checks=True)
    staff.force_login(make_staff(Role.AUTHOR))
    assert staff.post("/console/incidents/compose/", {"step": "publish"}).status_code == 403


def test_htmx_is_told_to_load_the_sign_in_page_as_a_whole(db: None, client: Client) -> None:
    response = client.get("/console/broadcasts/1/progress/", headers={"hx-request": "true"})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith("/console/login/")
