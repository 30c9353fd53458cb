"""Every address of signing in and of one's own account: who gets what; none is left out."""

from typing import Final

import pytest
from django.test import Client
from django.urls import reverse

from statuspage.console.sign_in_urls import urlpatterns
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of

# What a stranger gets, and what every member of staff gets, by GET and by POST.
LOGIN: Final = "the sign-in page"
OPEN, MACHINE = (200, 200), (405, 404)
DECISIONS: Final = {
    "account_login": (OPEN, (302, 302)),
    "account_logout": ((405, 302), (405, 302)),
    "mfa_authenticate": ((302, 302), (302, 302)),
    "oidc_login": ((302, 302), (302, 302)),
    "oidc_again": (LOGIN, (302, 302)),
    "oidc_back": ((302, 302), (302, 302)),
    "oidc_logout": (MACHINE, MACHINE),
    "account_reset_password": (OPEN, OPEN),
    "account_reset_password_done": (OPEN, OPEN),
    "account_reset_password_from_key": ((410, 410), (410, 410)),
    "mfa_index": (LOGIN, (200, 200)),
    "account_change_password": (LOGIN, (200, 400)),
    "mfa_activate_totp": (LOGIN, (200, 200)),
    "mfa_deactivate_totp": (LOGIN, (405, 302)),
    "mfa_generate_recovery_codes": (LOGIN, (405, 302)),
    "mfa_add_webauthn": (LOGIN, (200, 200)),
    "mfa_remove_webauthn": (LOGIN, (405, 404)),
    "account_reauthenticate": (LOGIN, (200, 200)),
    # There is none yet: it leads to the password.
    "mfa_reauthenticate": (LOGIN, (302, 302)),
    "mfa_reauthenticate_webauthn": (LOGIN, (302, 302)),
}
ARGUMENTS: Final = {
    "mfa_remove_webauthn": [1],
    "account_reset_password_from_key": ["1", "set"],
}


def path_of(name: str) -> str:
    return reverse(name, args=ARGUMENTS.get(name))


def test_every_address_is_decided() -> None:
    assert {str(one.name) for one in urlpatterns} == set(DECISIONS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers(db: None, method: str, subtests: pytest.Subtests) -> None:
    for name, (expected, _staff) in DECISIONS.items():
        with subtests.test(page=name):
            answer = getattr(Client(), method)(path_of(name))
            if expected == LOGIN:
                assert answer.headers["Location"] == f"/console/login/?next={path_of(name)}"
            else:
                assert answer.status_code == expected[method == "post"]


@pytest.mark.parametrize("role", Role.values)
def test_staff_of_every_role(db: None, role: str, subtests: pytest.Subtests) -> None:
    staff = make_staff(role)
    for name, (_stranger, expected) in DECISIONS.items():
        for method, status in zip(("get", "post"), expected, strict=True):
            with subtests.test(page=name, method=method):
                answer = getattr(browser_of(staff), method)(path_of(name))
                assert answer.status_code == status
                assert answer.headers["Cache-Control"].startswith(("max-age=0", "no-store"))
