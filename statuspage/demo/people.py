"""The demonstration's staff, with passwords of this machine's own, and an API token."""

import json
import secrets
from pathlib import Path
from typing import Final

from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue

PEOPLE: Final = {"author": Role.AUTHOR, "approver": Role.APPROVER, "admin": Role.ADMIN}
LABEL: Final = "demonstration"


def seed_people(path: Path) -> Staff:
    """Make sure that the staff and the token of the file exist; returns the author.

    The file is written anew, with new secrets, when it or a person is missing.
    """
    if not path.exists() or Staff.objects.filter(username__in=PEOPLE).count() < len(PEOPLE):
        _write(path)
    return Staff.objects.get(username="author")


def _write(path: Path) -> None:
    people = [
        {"username": name, "password": secrets.token_urlsafe(12), "role": str(role)}
        for name, role in PEOPLE.items()
    ]
    for person in people:
        staff, _ = Staff.objects.get_or_create(username=person["username"])
        staff.role = person["role"]
        staff.is_staff = person["role"] == Role.ADMIN
        staff.is_superuser = person["role"] == Role.ADMIN
        staff.set_password(person["password"])
        staff.save()
    ApiToken.objects.filter(name=LABEL).delete()
    token = token_issue(name=LABEL, staff=Staff.objects.get(username="admin"))
    path.touch(mode=0o600)
    path.write_text(json.dumps({"staff": people, "api_token": token}), encoding="utf-8")
