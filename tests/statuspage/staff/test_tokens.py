"""API tokens: only their hash is kept, and they end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from statuspage.staff.models import ApiToken
from statuspage.staff.roles import Role
from statuspage.staff.services import token_check, token_issue
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_a_token_signs_in_its_member_of_staff():
    staff = make_staff()
    secret = token_issue(name="monitoring", staff=staff)
    token = token_check(secret)
    assert (token.staff, str(token)) == (staff, "monitoring")


def test_the_secret_is_not_kept():
    secret = token_issue(name="monitoring", staff=make_staff())
    row = ApiToken.objects.values().get()
    assert all(secret not in str(value) for value in row.values())


@pytest.mark.parametrize("secret", ["", "candor_", "candor_wrong", "x" * 500, "\x00"])
def test_any_other_secret_opens_nothing(secret):
    token_issue(name="monitoring", staff=make_staff())
    assert token_check(secret) is None


def test_an_expired_token_opens_nothing():
    soon = timezone.now() + timedelta(minutes=5)
    secret = token_issue(name="short", staff=make_staff(), expires_at=soon)
    assert token_check(secret)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert token_check(secret) is None


def test_no_token_is_for_ever():
    token_issue(name="no end named", staff=make_staff())
    left = ApiToken.objects.get().expires_at - timezone.now()
    assert timedelta(days=365) < left <= timedelta(days=366)


def test_the_token_of_someone_who_left_opens_nothing():
    secret = token_issue(name="monitoring", staff=make_staff(is_active=False))
    assert token_check(secret) is None


def test_last_use_is_recorded_but_not_on_every_request(django_assert_num_queries):
    secret = token_issue(name="monitoring", staff=make_staff())
    token_check(secret)
    used = ApiToken.objects.get().last_used_at
    assert used
    with django_assert_num_queries(1):
        token_check(secret)
    assert ApiToken.objects.get().last_used_at == used


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.AUTHOR, True), (Role.APPROVER, True), (Role.ADMIN, True), (Role.AUDITOR, False)],
)
def test_only_active_writers_may_publish(role, may):
    assert make_staff(role=role).may_publish is may
    assert make_staff(role=role, is_active=False).may_publish is False
