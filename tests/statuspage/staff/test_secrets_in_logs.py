"""Nothing secret and nobody's number is in any log record, whatever is done with them."""

import logging
import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
PASSWORD, NUMBER, MAIL = "correct horse battery", "13812345678", "somebody@shop.example"


def test_secrets_and_addresses_stay_out_of_the_logs(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    staff = make_staff(Role.ADMIN, username="lin")
    staff.set_password(PASSWORD)
    staff.save()
    token = token_issue(staff=staff, name="machine")
    seed = generate_totp_secret()
    TOTP.activate(staff, seed)
    codes = RecoveryCodes.activate(staff).generate_codes()
    assert codes
    client = Client()
    for password in (PASSWORD, f"{PASSWORD}!"):
        client.post("/console/login/", {"username": "lin", "password": password})
        client.post("/console/login/code/", {"code": codes[0]})
    for secret in (token, f"{token}x"):
        client.get("/api/v1/incidents/", headers={"authorization": f"Bearer {secret}"})
    client.post("/subscribe/", {"address": NUMBER, "channel": "sms", "consent": "on"})
    client.post("/subscribe/", {"address": MAIL, "channel": "email", "consent": "on"})
    for path in ("twilio/status/1/", "wechat/", "alertmanager/"):
        client.post(f"/hooks/{path}", {"To": f"+86{NUMBER}", "MessageSid": "SM1"})
    client.get(f"/console/subscribers/?q={NUMBER}")
    logging.getLogger("candor").error("the log is read")

    told = "\n".join(f"{one.getMessage()} {vars(one)}" for one in caplog.records)
    assert "the log is read" in told
    secrets = (PASSWORD, token, seed, *codes, NUMBER, MAIL, settings.SECRET_KEY)
    for secret in (*secrets, settings.TWILIO_AUTH_TOKEN or "no token is set"):
        found = re.search(f".{{0,80}}{re.escape(secret)}", told)
        assert found is None, found
