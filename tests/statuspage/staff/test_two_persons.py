"""One administrator is not two persons: what each tries, and what stops them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from statuspage.calendar.services import year_review
from statuspage.notices.services import check_second_person
from statuspage.staff import people
from statuspage.staff.invitations import link_send
from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.permissions import Act, may
from statuspage.staff.roles import Role
from statuspage.staff.second_person import (
    account_confirm,
    account_confirm_on_server,
    open_changes,
    token_confirm,
    token_refuse,
    tokens_waiting,
)
from statuspage.staff.services import password_set, token_check, token_issue
from tests.factories import make_staff
from tests.statuspage.calendar.factories import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What refuses says why; read here in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def lin(db: None) -> Staff:
    """An administrator who would like to be two."""
    return make_staff(Role.ADMIN, username="lin")


@pytest.fixture
def chen(db: None) -> Staff:
    """An honest approver."""
    return make_staff(Role.APPROVER, username="chen")


def made_by(admin: Staff, name: str = "puppet", role: str = Role.APPROVER) -> Staff:
    """Invite somebody and take the link oneself: there is no mail server."""
    made = people.account_create(username=name, email=f"{name}@x.example", role=role, by=admin)
    assert link_send(staff=made, by=admin).link
    made.refresh_from_db()
    password_set(staff=made, password="a-long-word-of-passage")
    return made


def confirm(staff: Staff, by: Staff) -> None:
    """Confirm as the page does, after looking at the last change."""
    staff.refresh_from_db()
    last = open_changes(staff).first()
    account_confirm(staff=staff, by=by, seen=last.pk if last else 0, role=staff.role)
    staff.refresh_from_db()


def cannot_confirm(staff: Staff, by: Staff) -> None:
    with pytest.raises(ValidationError):
        confirm(staff, by)
    assert not Staff.objects.get(pk=staff.pk).is_confirmed


def test_who_makes_an_approver_does_not_approve_as_that_approver(lin: Staff, chen: Staff) -> None:
    puppet = made_by(lin)
    assert not puppet.may_approve
    with pytest.raises(ValidationError, match="cannot approve"):
        check_second_person(lin, puppet)
    cannot_confirm(puppet, by=lin)
    cannot_confirm(puppet, by=puppet)
    confirm(puppet, by=chen)
    check_second_person(lin, puppet)
    assert AuditEntry.objects.get(act="account.confirmed").staff == chen


def test_two_made_by_one_do_not_confirm_each_other(lin: Staff) -> None:
    first, second = made_by(lin, "first"), made_by(lin, "second", Role.ADMIN)
    cannot_confirm(first, by=second)
    cannot_confirm(second, by=first)


def test_who_makes_an_author_does_not_approve_what_that_author_writes(
    lin: Staff, chen: Staff
) -> None:
    puppet = made_by(lin, role=Role.AUTHOR)
    with pytest.raises(ValidationError, match="made or changed the account of its author"):
        check_second_person(puppet, lin)
    check_second_person(puppet, chen)
    confirm(puppet, by=chen)
    check_second_person(puppet, lin)


def test_nor_a_calendar_year_that_the_author_entered(lin: Staff) -> None:
    puppet = made_by(lin, role=Role.AUTHOR)
    load(2025, by=puppet)
    with pytest.raises(ValidationError, match="whoever entered this year"):
        year_review(profile="domestic", year=2025, by=lin)


def test_who_resets_another_does_not_approve_as_them(lin: Staff, chen: Staff) -> None:
    people.sign_in_reset(staff=chen, by=lin)
    chen.refresh_from_db()
    assert not chen.has_usable_password()
    assert link_send(staff=chen, by=lin).link
    chen.refresh_from_db()
    password_set(staff=chen, password="a-long-word-of-passage")
    assert not chen.may_approve
    cannot_confirm(chen, by=lin)
    cannot_confirm(made_by(lin), by=chen)
    confirm(chen, by=make_staff(Role.APPROVER))
    assert chen.may_approve


def test_a_token_made_in_anothers_name_ends_when_they_get_their_account_back(
    lin: Staff, chen: Staff
) -> None:
    people.sign_in_reset(staff=chen, by=lin)
    secret = token_issue(name="in chen's name", staff=chen, by=chen)
    assert token_check(secret)
    people.sign_in_reset(staff=chen, by=lin)
    assert token_check(secret) is None


def test_nor_does_one_last_that_was_made_after_the_address_was_anothers(
    lin: Staff, chen: Staff
) -> None:
    """Lin reads mail for wei, sets a password, issues a token; wei sets another by a link."""
    wei = make_staff(username="wei", email="wei@x.example")
    before = token_issue(name="wei's", staff=wei, by=wei)
    people.email_change(staff=wei, email="lin@x.example", by=lin)
    wei.refresh_from_db()
    password_set(staff=wei, password="a-long-word-of-passage")
    secret = token_issue(name="in wei's name", staff=wei, by=wei)
    people.email_change(staff=wei, email="wei@x.example", by=lin)
    password_set(staff=Staff.objects.get(pk=wei.pk), password="another-word-of-passage")
    confirm(wei, by=chen)
    assert token_check(secret) is None
    assert token_check(before)


def test_tokens_from_before_a_reset_go_on(lin: Staff, chen: Staff) -> None:
    secret = token_issue(name="billing", staff=chen, by=chen)
    people.sign_in_reset(staff=chen, by=lin)
    assert token_check(secret)


@pytest.mark.parametrize("raised", [Role.APPROVER, Role.ADMIN])
def test_a_promotion_counts_when_another_person_confirmed_it(
    lin: Staff, chen: Staff, raised: str
) -> None:
    author = make_staff(Role.AUTHOR)
    people.role_change(staff=author, role=raised, by=lin)
    author.refresh_from_db()
    assert author.role == raised
    assert not author.may_approve
    cannot_confirm(author, by=lin)
    confirm(author, by=chen)
    assert author.may_approve


def test_a_lower_role_needs_nobody(lin: Staff) -> None:
    other = make_staff(Role.ADMIN)
    people.role_change(staff=other, role=Role.APPROVER, by=lin)
    other.refresh_from_db()
    assert other.may_approve


def test_raising_and_lowering_again_does_not_confirm(lin: Staff) -> None:
    approver = make_staff(Role.APPROVER)
    people.role_change(staff=approver, role=Role.ADMIN, by=lin)
    people.role_change(staff=approver, role=Role.APPROVER, by=lin)
    approver.refresh_from_db()
    assert not approver.may_approve


def test_who_was_disabled_and_enabled_again_waits(lin: Staff, chen: Staff) -> None:
    people.account_disable(staff=chen, by=lin)
    people.account_enable(staff=chen, by=lin)
    chen.refresh_from_db()
    assert not chen.may_approve
    assert not chen.has_usable_password()
    cannot_confirm(chen, by=lin)


def test_who_was_disabled_has_no_token_left_when_enabled_again(lin: Staff, chen: Staff) -> None:
    """Neither at once, nor when a second person confirms the account, who sees no token."""
    secrets = [
        token_issue(name="x", staff=chen, scopes=["read", "publish", *more], confirmed=True)
        for more in ([], ["alone"])
    ]
    assert all(map(token_check, secrets))
    people.account_disable(staff=chen, by=lin)
    people.account_enable(staff=chen, by=lin)
    assert not any(map(token_check, secrets))
    account_confirm_on_server(staff=Staff.objects.get(pk=chen.pk))
    assert not any(map(token_check, secrets))


def test_a_role_that_single_sign_on_raised_while_somebody_looked_is_looked_at_again(
    chen: Staff,
) -> None:
    wei = make_staff(Role.AUTHOR, confirmed_at=None)
    Staff.objects.filter(pk=wei.pk).update(role=Role.ADMIN)
    with pytest.raises(ValidationError, match="changed while you looked"):
        account_confirm(staff=wei, by=chen, seen=0, role=Role.AUTHOR)


def test_whose_address_another_changed_waits(lin: Staff, chen: Staff) -> None:
    people.email_change(staff=chen, email="lin+chen@x.example", by=lin)
    chen.refresh_from_db()
    assert not chen.may_approve
    cannot_confirm(chen, by=lin)


def test_no_address_goes_to_two_accounts(lin: Staff) -> None:
    make_staff(email="Wei@x.example")
    with pytest.raises(ValidationError, match="Another account"):
        people.account_create(username="wei2", email="wei@X.example", role=Role.AUTHOR, by=lin)


def test_nobody_is_confirmed_while_the_link_is_on_its_way(lin: Staff, chen: Staff) -> None:
    made = people.account_create(username="wei", email="w@x.example", role="approver", by=lin)
    link_send(staff=made, by=lin)
    made.refresh_from_db()
    with pytest.raises(ValidationError, match="not set a password"):
        confirm(made, by=chen)


def test_what_changed_while_somebody_looked_is_looked_at_again(lin: Staff, chen: Staff) -> None:
    wei = made_by(lin, "wei", Role.AUTHOR)
    seen = open_changes(wei).first().pk
    people.role_change(staff=wei, role=Role.ADMIN, by=lin)
    with pytest.raises(ValidationError, match="changed while you looked"):
        account_confirm(staff=wei, by=chen, seen=seen, role=Role.ADMIN)


def test_all_who_changed_it_are_one_hand(lin: Staff, chen: Staff) -> None:
    other = make_staff(Role.ADMIN)
    wei = made_by(lin, "wei")
    people.email_change(staff=wei, email="new@x.example", by=other)
    cannot_confirm(wei, by=lin)
    cannot_confirm(wei, by=other)
    confirm(wei, by=chen)


@pytest.mark.parametrize("state", [{"confirmed_at": None}, {"is_active": False}])
def test_a_second_person_is_confirmed_and_there(lin: Staff, state: dict[str, object]) -> None:
    wei = made_by(lin, "wei")
    cannot_confirm(wei, by=make_staff(Role.APPROVER, **state))
    cannot_confirm(wei, by=make_staff(Role.AUTHOR))
    cannot_confirm(wei, by=make_staff(Role.AUDITOR))


def test_confirming_twice_is_refused(lin: Staff, chen: Staff) -> None:
    wei = made_by(lin, "wei")
    confirm(wei, by=chen)
    with pytest.raises(ValidationError, match="confirmed already"):
        confirm(wei, by=make_staff(Role.ADMIN))


def test_nobody_changes_their_own_account(lin: Staff) -> None:
    for act in (people.account_disable, people.sign_in_reset, people.link_revoke):
        with pytest.raises(ValidationError, match="Another administrator"):
            act(staff=lin, by=lin)
    with pytest.raises(ValidationError, match="Another administrator"):
        people.role_change(staff=lin, role=Role.AUTHOR, by=lin)
    lin.refresh_from_db()
    assert (lin.role, lin.is_active, lin.may_approve) == (Role.ADMIN, True, True)


def test_there_is_always_an_administrator_left(lin: Staff) -> None:
    """Two administrators who disable each other: the second is refused, whatever they hold."""
    other = make_staff(Role.ADMIN)
    people.account_disable(staff=other, by=lin)
    with pytest.raises(ValidationError, match="confirmed administrators"):
        people.account_disable(staff=lin, by=other)  # as their browser still knew them
    assert may(Staff.objects.get(pk=lin.pk), Act.PEOPLE)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN])
def test_only_confirmed_administrators_change_accounts(lin: Staff, role: str) -> None:
    by = make_staff(role, confirmed_at=None if role == Role.ADMIN else timezone.now())
    with pytest.raises(ValidationError, match="confirmed administrators"):
        people.account_create(username="x", email="x@x.example", role=Role.AUTHOR, by=by)
    with pytest.raises(ValidationError, match="confirmed administrators"):
        people.account_disable(staff=lin, by=by)


@pytest.mark.parametrize(
    ("role", "change"),
    [
        (Role.AUTHOR, {"role": Role.APPROVER}),
        (Role.APPROVER, {"role": Role.ADMIN}),
        (Role.AUDITOR, {"role": Role.AUTHOR}),
    ],
)
def test_the_database_itself_unconfirms_who_is_raised_by_any_other_way(
    role: str, change: dict[str, str]
) -> None:
    staff = make_staff(role)
    Staff.objects.filter(pk=staff.pk).update(**change, confirmed_at=timezone.now())
    staff.refresh_from_db()
    assert not staff.is_confirmed


def test_the_database_itself_unconfirms_who_is_enabled_again() -> None:
    staff = make_staff(Role.APPROVER)
    for active in (False, True):
        staff.is_active = active
        staff.save()
    staff.refresh_from_db()
    assert not staff.may_approve


class TestTokens:
    """Publishing without approval takes a token that two persons wanted."""

    @staticmethod
    def issue(staff: Staff, by: Staff | None = None) -> tuple[str, ApiToken]:
        secret = token_issue(
            name="alone", staff=staff, scopes=["read", "publish", "alone"], by=by or staff
        )
        return secret, ApiToken.objects.latest("pk")

    def test_it_works_when_another_person_confirmed_it(self, lin: Staff, chen: Staff) -> None:
        secret, token = self.issue(lin)
        assert token_check(secret) is None
        with pytest.raises(ValidationError):
            token_confirm(token=token, by=lin)
        token_confirm(token=token, by=chen)
        assert token_check(secret)
        entry = AuditEntry.objects.get(act="token.confirmed")
        assert (entry.staff, entry.target) == (chen, "alone")

    def test_neither_owner_nor_issuer_confirms_it(self, lin: Staff, chen: Staff) -> None:
        _secret, token = self.issue(chen, by=lin)
        for one in (lin, chen):
            with pytest.raises(ValidationError, match="Another person decides"):
                token_confirm(token=token, by=one)
        token_confirm(token=token, by=make_staff(Role.APPROVER))

    def test_a_puppet_does_not_confirm_it(self, lin: Staff) -> None:
        _secret, token = self.issue(lin)
        with pytest.raises(ValidationError, match="cannot confirm"):
            token_confirm(token=token, by=made_by(lin))

    def test_who_changed_the_owners_account_does_not_confirm_it(
        self, lin: Staff, chen: Staff
    ) -> None:
        _secret, token = self.issue(chen)
        people.email_change(staff=chen, email="lin@x.example", by=lin)
        with pytest.raises(ValidationError, match="changed its owner"):
            token_confirm(token=token, by=lin)

    def test_it_is_refused_for_good(self, lin: Staff, chen: Staff) -> None:
        secret, token = self.issue(lin)
        token_refuse(token=token, by=chen)
        for again in (token_confirm, token_refuse):
            with pytest.raises(ValidationError, match="no longer waiting"):
                again(token=token, by=chen)
        assert token_check(secret) is None
        assert not tokens_waiting()

    def test_it_waits_a_week_and_no_longer(self, lin: Staff, chen: Staff) -> None:
        _secret, token = self.issue(lin)
        assert list(tokens_waiting()) == [token]
        ApiToken.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
        assert not tokens_waiting()
        with pytest.raises(ValidationError, match="no longer waiting"):
            token_confirm(token=token, by=chen)

    def test_an_unconfirmed_owner_publishes_nothing_alone(self, lin: Staff, chen: Staff) -> None:
        secret, token = self.issue(chen)
        token_confirm(token=token, by=lin)
        people.sign_in_reset(staff=chen, by=lin)
        found = token_check(secret)
        assert found is not None
        assert not may(found.staff, Act.PUBLISH_ALONE)

    def test_an_authors_token_is_not_confirmed_and_not_raised_later(
        self, lin: Staff, chen: Staff
    ) -> None:
        author = make_staff(Role.AUTHOR)
        secret, token = self.issue(author)
        with pytest.raises(ValidationError, match="may not approve"):
            token_confirm(token=token, by=chen)
        usual = token_issue(name="usual", staff=author, by=author)
        people.role_change(staff=author, role=Role.APPROVER, by=lin)
        confirm(author, by=chen)
        assert token_check(secret) is None
        assert "alone" not in token_check(usual).scopes

    def test_who_loses_the_right_loses_it_for_their_tokens_for_good(
        self, lin: Staff, chen: Staff
    ) -> None:
        secret, token = self.issue(chen)
        token_confirm(token=token, by=lin)
        people.role_change(staff=chen, role=Role.AUTHOR, by=lin)
        people.role_change(staff=chen, role=Role.APPROVER, by=lin)
        confirm(chen, by=make_staff(Role.ADMIN))
        assert token_check(secret).scopes == ["read", "publish"]

    def test_a_person_never_issues_a_confirmed_one(self, lin: Staff) -> None:
        with pytest.raises(TypeError):
            token_issue(name="x", staff=lin, scopes=["alone"], by=lin, confirmed=True)

    def test_the_others_work_at_once(self, lin: Staff) -> None:
        assert token_check(token_issue(name="x", staff=lin, by=lin))
