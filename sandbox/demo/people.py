"""The demonstration's staff with an API token, and a few subscribers."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Final

from notifications.subscribers.attributes import NOTHING_SAID, Attributes
from notifications.subscribers.models import ALL_TOPICS
from notifications.subscribers.services.addresses import address_add
from sandbox.up.demo import DEMO_FOLLOWER
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.roles import Role
from statuspage.staff.second_person import account_confirm_on_server
from statuspage.staff.services import token_issue

STAFF: Final = {"author": Role.AUTHOR, "approver": Role.APPROVER, "admin": Role.ADMIN}
LABEL: Final = "demonstration"
# Numbers of the form used in every Chinese example; the simulator is the only phone they ring.
MICRO: Final = Attributes(cycles=("T+1",), terminal_models=("D210",), province="44")
INDUSTRY: Final = Attributes(cycles=("D+1",), terminal_models=("N5",), province="31")
# The others have not said what they use: an operator knows it of some only.
SUBSCRIBERS: Final = (
    ("sms", "13800138001", "zh-hans", "micro", replace(MICRO, agent_code="A01/B02")),
    ("sms", "13800138002", "zh-hans", "micro", NOTHING_SAID),
    ("sms", "13800138003", "zh-hans", "industry", replace(INDUSTRY, agent_code="A01")),
    ("sms", "13800138004", "en", "industry", INDUSTRY),
    ("email", "agent@example.com", "zh-hans", "", NOTHING_SAID),
    ("wechat", DEMO_FOLLOWER, "zh-hans", "micro", MICRO),
)


def seed_staff(path: Path) -> Staff:
    """Make sure that the staff and the token of the file exist; returns the author.

    The file is written again, with new passwords, when it or a person is missing.
    """
    if not path.exists() or Staff.objects.filter(username__in=STAFF).count() < len(STAFF):
        _write(path)
    return Staff.objects.get(username="author")


def seed_subscribers() -> None:
    """Add them as an operator's import would, with the consent that allows it.

    They joined after the crisis, so that the next statement reaches someone.
    """
    for channel, raw, language, category, attributes in SUBSCRIBERS:
        address_add(
            channel=channel,
            raw=raw,
            language=language,
            category=category,
            topics=[*ALL_TOPICS],
            components=[],
            attributes=attributes,
            source=LABEL,
        )


def _write(path: Path) -> None:
    people = [
        {"username": name, "password": secrets.token_urlsafe(12), "role": str(role)}
        for name, role in STAFF.items()
    ]
    for person in people:
        staff, _ = Staff.objects.get_or_create(username=person["username"])
        staff.role = person["role"]
        staff.is_staff = staff.is_superuser = person["role"] == Role.ADMIN
        staff.set_password(person["password"])
        staff.save()
        account_confirm_on_server(staff=staff)
    ApiToken.objects.filter(name=LABEL).delete()
    token = token_issue(name=LABEL, staff=Staff.objects.get(username="admin"), confirmed=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"staff": people, "api_token": token}), encoding="utf-8")
