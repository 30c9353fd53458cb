"""A start with wrong settings names all of them, and a production start refuses weak ones."""

import base64
import os
import subprocess
import sys
from datetime import time
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest

from notifications.channels import media
from statuspage.configuration import AREAS
from statuspage.console.labels import STATEMENTS
from statuspage.lib.env import Configuration, ConfigurationError
from statuspage.notices.kind import kinds
from tests.product import free_ports

ROOT = Path(__file__).resolve().parents[2]


def key(content: bytes) -> str:
    return base64.b64encode(content).decode()


PRODUCTION = {
    "DATA_DIR": os.devnull,
    "SECRET_KEY": "QxRAbtkdPQ1b7qCjLzKG1Io3X0vJrJcN5m8rYyq0r1yXH4Vw2pT",
    "ALLOWED_HOSTS": "status.example.com",
    "SITE_URL": "https://status.example.com/",
    "DATABASE_URL": "postgresql:///none",
    "REDIS_URL": "redis:///0",
    "ADDRESS_KEYS": f"k1:{key(b'a key of the addresses, 32 bytes')}",
    "ADDRESS_INDEX_KEY": "an index key of our own, long enough",
    "TRANSACTION_KEY": "a transaction key of our own, as long",
    "LOG_SIGNING_KEY": key(b"a key that signs the public log!"),
    "STAFF_SECRET_KEYS": key(b"a key of the secrets of staff !!"),
}
SECRETS = {
    *("SECRET_KEY", "LOG_SIGNING_KEY", "STAFF_SECRET_KEYS"),
    *("TRANSACTION_KEY", "ADDRESS_KEYS", "ADDRESS_INDEX_KEY"),
}
OIDC = {
    "OIDC_ISSUER": "https://login.example.com/",
    "OIDC_CLIENT_ID": "candor",
    "OIDC_CLIENT_SECRET": "c2VjcmV0",
    "OIDC_ROLES": "payments:author, ops:on-call:approver",
}


def read(**changes: str) -> dict[str, object]:
    """Return the settings of a production start with these changes."""
    with patch.dict(os.environ, {**PRODUCTION, **changes}, clear=True):
        return Configuration(AREAS).exposed()


def problems(**changes: str) -> dict[str, str]:
    """Return what such a start names, and for what reason."""
    with pytest.raises(ConfigurationError) as stop:
        read(**changes)
    return dict(stop.value.problems)


def test_production_starts_with_what_is_required():
    found = read()
    assert found["SITE_URL"] == "https://status.example.com"
    assert found["ALLOWED_HOSTS"] == ["status.example.com"]
    assert found["STAFF_SECOND_FACTOR"] == "required"
    assert found["OPERATOR_HOTLINE"] == found["SMS_SIGNATURE"] == ""
    assert found["QUIET_HOURS"] == (time(22), time(8))


def test_development_starts_with_nothing_but_engines():
    with patch.dict(os.environ, {"DEBUG": "true", "DATABASE_URL": "postgresql:///x"}, clear=True):
        os.environ |= {"REDIS_URL": "redis:///0", "PORT": "8123"}
        found = Configuration(AREAS).exposed()
    assert found["SITE_URL"] == "http://127.0.0.1:8123"
    assert found["STAFF_SECOND_FACTOR"] == "optional"
    assert found["ALIYUN_SMS_SIGN_NAME"] == found["SMS_SIGNATURE"] == "演示支付"
    assert all(found[name] for name in SECRETS)


def test_engines_that_run_are_found_through_their_file(tmp_path):
    (tmp_path / "engines.json").write_text('{"database_url": "postgresql:///a", "redis_url": ""}')
    assert problems(DATA_DIR=str(tmp_path), DATABASE_URL="", REDIS_URL="") == {
        "REDIS_URL": "is not set, and no embedded engine runs (`make run`)"
    }


def test_every_missing_variable_is_named():
    missing = problems(**dict.fromkeys(PRODUCTION, ""))
    assert set(missing) == PRODUCTION.keys() - {"DATA_DIR"}


def test_the_demonstrations_secrets_are_refused_under_any_name():
    with patch.dict(os.environ, {**PRODUCTION, "DEBUG": "true"}, clear=True):
        for name in SECRETS:
            del os.environ[name]
        found = Configuration(AREAS).exposed()
    demo = {name: str(found[name]) for name in SECRETS}
    assert problems(**demo) == dict.fromkeys(SECRETS, "still has the demonstration's value")
    beside = f"{PRODUCTION['ADDRESS_KEYS']},old{demo['ADDRESS_KEYS'].removeprefix('demo')}"
    assert "demonstration" in problems(ADDRESS_KEYS=beside)["ADDRESS_KEYS"]


def test_weak_secrets_and_open_addresses_are_refused_in_production():
    zeros = key(bytes(32))
    guessed = "is easily guessed: use random characters"
    assert problems(
        SECRET_KEY="x" * 60,
        LOG_SIGNING_KEY=f"{PRODUCTION['LOG_SIGNING_KEY']},{zeros}",
        STAFF_SECRET_KEYS=zeros,
        ADDRESS_KEYS=f"a:{zeros}",
        ADDRESS_INDEX_KEY="0" * 64,
        TRANSACTION_KEY="ab" * 32,
    ) == dict.fromkeys(SECRETS, guessed)
    assert problems(
        SECRET_KEY="x", ADDRESS_INDEX_KEY="y", TRANSACTION_KEY="z", ALLOWED_HOSTS="a.example, *",
        SITE_URL="http://status.example.com", STAFF_SECOND_FACTOR="optional",
        WEBHOOK_ALLOW_PRIVATE="true",
    ) == {
        "SECRET_KEY": "must have at least 50 characters",
        "ADDRESS_INDEX_KEY": "must have at least 32 characters",
        "TRANSACTION_KEY": "must have at least 32 characters",
        "ALLOWED_HOSTS": "must name hosts, without '*', when DEBUG is off",
        "SITE_URL": "must start with https:// when DEBUG is off",
        "STAFF_SECOND_FACTOR": "must be required when DEBUG is off",
        "WEBHOOK_ALLOW_PRIVATE": "may only be true when DEBUG is on",
    }  # fmt: skip
    for hosts in ("*.example.com", ".", ".com", "https://status.example.com", "a b.example"):
        assert "ALLOWED_HOSTS" in problems(ALLOWED_HOSTS=hosts), hosts
    for url in ("https://", "https://a b", "https://status.example.com  # ours"):
        assert problems(SITE_URL=url) == {"SITE_URL": "must name a host, and hold no spaces"}
    assert problems(SITE_URL="https://other.example") == {
        "SITE_URL": "has the host other.example, which ALLOWED_HOSTS does not name"
    }
    assert read(SITE_URL="https://a.example.com", ALLOWED_HOSTS=".example.com")
    unchanged = "postgresql://candor:password@127.0.0.1/candor"
    assert problems(DATABASE_URL=unchanged) == {
        "DATABASE_URL": "still has the password of the example"
    }
    assert "SECURITY_CONTACT" in problems(SECURITY_CONTACT="mailto:")


def test_what_is_malformed_is_named_with_what_is_wrong():
    ways = [one.name for one in media()]
    notices = [one.name for one in kinds()]
    statements = sorted([*STATEMENTS, *(f"notice.{name}" for name in notices)])
    assert problems(
        DEBUG="perhaps",
        SITE_URL="status.example.com",
        PORT="eight",
        DATABASE_URL="sqlite:///db",
        REDIS_URL="localhost:6379",
        BROKER_URL="rabbit:5672",
        LOG_FORMAT="xml",
        LOG_LEVEL="LOUD",
        LOG_SIGNING_KEY="c2hvcnQ=",
        LOG_ORIGIN="two words",
        STAFF_SECRET_KEYS="c2hvcnQ=",
        STAFF_SECOND_FACTOR="never",
        ADDRESS_KEYS="id:c2VjcmV0",
        PROMISE_FIRST_MINUTES="huge:3",
        PROMISE_UPDATE_MINUTES="minor:soon",
        REGULATOR_GENERAL="hours:2",
        REGULATOR_HOURS="first:0",
        REGULATOR_INTERRUPTIONS="huge",
        DELIVERY_TIMEOUT_SECONDS="inf",
        DELIVERY_KEEP_DAYS="30",
        QUIET_HOURS="late",
        SMS_MOMENTS="progress",
        AUDIENCE_UNKNOWN="models:maybe",
        SMS_PRICES="86:0.05",
        SMS_MONTHLY_CAP="-1",
        REGULATOR_ESCALATION="soon:staff",
        DISCLOSURE_ESCALATION="0:",
        FOUR_EYES_KINDS="delay,fee_waver",
        REVIEWED_KINDS="notice.general,incident.opend",
        DELIVERY_PREFER_DUP="pigeon",
        TWILIO_BASE_URL="api.twilio.com",
        ALIYUN_SMS_VARIABLE_LENGTH="151",
    ) == {
        "DEBUG": "must be true or false, not 'perhaps'",
        "PORT": "must be a whole number, not 'eight'",
        "SITE_URL": "is required: the public address, such as https://…",
        "DATABASE_URL": "must start with postgresql://",
        "REDIS_URL": "must start with redis://, rediss://, unix://",
        "BROKER_URL": "must start with redis://, rediss://, amqp:// or amqps://",
        "LOG_LEVEL": "must be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'",
        "LOG_FORMAT": "must be 'line' or 'json'",
        "LOG_SIGNING_KEY": "a key is 32 bytes in base64",
        "LOG_ORIGIN": "the name of a log holds neither spaces nor a plus sign",
        "STAFF_SECRET_KEYS": "must be 32 random bytes in URL-safe base64, newest first",
        "STAFF_SECOND_FACTOR": "must be required or optional",
        "PROMISE_FIRST_MINUTES": "'huge' is none of critical, major, minor, none",
        "PROMISE_UPDATE_MINUTES": "needs a whole number above 0 for minor",
        "REGULATOR_GENERAL": "'hours' is none of customers, loss, minutes, records, transactions",
        "REGULATOR_HOURS": "needs a whole number above 0 for first",
        "REGULATOR_INTERRUPTIONS": "'huge' is none of critical, major, minor, none",
        "ADDRESS_KEYS": "must be id:base64 of 32 bytes, by commas",
        "DELIVERY_TIMEOUT_SECONDS": "must be a number, not 'inf'",
        "DELIVERY_KEEP_DAYS": "must be at least 31",
        "QUIET_HOURS": "must look like 22:00-08:00",
        "SMS_MOMENTS": "'progress' is none of corrected, maintenance_begins, maintenance_planned"
        ", maintenance_updated, notice, opened, resolved, updated, worsened",
        "AUDIENCE_UNKNOWN": "must look like models:told,agent_codes:not_told, of categories"
        ", products, models, cycles, provinces, agent_codes",
        "SMS_PRICES": "needs a price for every other country, as in *:0.60",
        "SMS_MONTHLY_CAP": "must be an amount of money, not negative",
        "REGULATOR_ESCALATION": "'soon' is no whole number of minutes",
        "DISCLOSURE_ESCALATION": "names nobody for 0 minutes",
        "FOUR_EYES_KINDS": f"'fee_waver' is none of {', '.join(notices)}",
        "REVIEWED_KINDS": f"'incident.opend' is none of {', '.join(statements)}",
        "DELIVERY_PREFER_DUP": f"'pigeon' is none of {', '.join(ways)}",
        "TWILIO_BASE_URL": "must start with https:// or http://",
        "ALIYUN_SMS_VARIABLE_LENGTH": "must be at most 150",
    }


def test_addresses_signatures_and_accounts_are_checked():
    assert problems(
        ALARM_EMAILS="ops@example.com, notanemail",
        DEFAULT_FROM_EMAIL="status",
        DEFAULT_REGION="XX",
        SMS_SIGNATURE="x",
        TWILIO_ACCOUNT_SID="AC1",
    ) == {
        "ALARM_EMAILS": "'notanemail' is no e-mail address",
        "DEFAULT_FROM_EMAIL": "must hold an e-mail address",
        "DEFAULT_REGION": "must be a country of two capital letters, such as CN",
        "SMS_SIGNATURE": "must have 2 to 12 characters",
        "TWILIO_AUTH_TOKEN": "and TWILIO_ACCOUNT_SID are only of use together",
    }
    assert read(DEFAULT_FROM_EMAIL="Status <status@example.com>")


def test_senders_are_numbers_services_or_names():
    senders = ("+15005550006", "10690", "DemoPay", f"MG{'0a' * 16}")
    assert all(read(TWILIO_FROM=one)["TWILIO_FROM"] == one for one in senders)
    senders = read(TWILIO_FROM_852="DemoPay", TWILIO_FROM_44="")["TWILIO_SENDERS"]
    assert senders == {"852": "DemoPay"}
    wrong = "must be a number such as +15005550006, a short code, a messaging service (MG…), or a"
    for sender in ("TooLongForAName", "12", "支付", f"MG{'0' * 31}", "+012345678"):
        assert problems(TWILIO_FROM=sender)["TWILIO_FROM"].startswith(wrong)
    assert "is no calling code" in problems(TWILIO_FROM_999="DemoPay")["TWILIO_SENDERS"]
    assert "Asia/Shanghai" in problems(SMPP_TIME_ZONE="Beijing")["SMPP_TIME_ZONE"]


def test_a_lease_is_more_than_twice_the_timeout():
    assert read(DELIVERY_LEASE_SECONDS="31")["DELIVERY_LEASE_SECONDS"] == 31
    assert problems(DELIVERY_LEASE_SECONDS="30") == {
        "DELIVERY_LEASE_SECONDS": "must be more than twice DELIVERY_TIMEOUT_SECONDS"
    }


def test_single_sign_on_needs_all_of_its_settings():
    found = read(**OIDC, PASSWORD_SIGN_IN="false")
    assert found["OIDC_ROLES"] == {"payments": "author", "ops:on-call": "approver"}
    assert found["OIDC_ISSUER"] == "https://login.example.com/"
    assert problems(OIDC_ISSUER="https://login.example.com") == {
        "OIDC_CLIENT_ID": "is required with OIDC_ISSUER",
        "OIDC_CLIENT_SECRET": "is required with OIDC_ISSUER",
        "OIDC_ROLES": "is required with OIDC_ISSUER, as in staff:author",
    }
    assert problems(**{**OIDC, "OIDC_ISSUER": "http://login.example.com"}) == {
        "OIDC_ISSUER": "must start with https://"
    }
    assert "does not end in" in problems(**{**OIDC, "OIDC_ROLES": "payments:boss"})["OIDC_ROLES"]
    assert [*problems(PASSWORD_SIGN_IN="no")] == ["PASSWORD_SIGN_IN"]


def test_lists_and_amounts_are_read():
    found = read(
        FOUR_EYES_KINDS="",
        QUIET_HOURS="",
        SMS_MONTHLY_CAP="12.50",
        SMS_PRICES="86:0.05, *:0.60",
        PROMISE_FIRST_MINUTES="critical: 5",
        PROMISE_ESCALATION="",
    )
    assert found["FOUR_EYES_KINDS"] == frozenset()
    assert found["QUIET_HOURS"] is None
    assert found["SMS_MONTHLY_CAP"] == Decimal("12.50")
    assert found["SMS_PRICES"] == {"86": Decimal("0.05"), "*": Decimal("0.60")}
    assert found["PROMISE_FIRST_MINUTES"] == {"critical": 5}
    assert found["PROMISE_ESCALATION"] == []


def start(*command: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Start one of the product's programs in production with these changes."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


GRANIAN = ("-m", "granian", "--interface", "rsgi", "statuspage.rsgi:application", "--port")


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("-m", "celery", "-A", "statuspage", "worker"),
        (*GRANIAN, str(free_ports()[0])),
    ],
    ids=["manage.py", "celery", "granian"],
)
def test_every_program_names_all_problems_without_a_traceback(command):
    done = start(*command, SECRET_KEY="x", PORT="eight", QUIET_HOURS="# all night", REDIS_URL="")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("candor: ")] == [
        "candor: setting SECRET_KEY: must have at least 50 characters",
        "candor: setting PORT: must be a whole number, not 'eight'",
        "candor: setting REDIS_URL: is not set, and no embedded engine runs (`make run`)",
        "candor: setting QUIET_HOURS: begins with '#': put the comment on a line of its own",
    ]


@pytest.mark.parametrize(
    ("broker", "told"),
    [
        ("", "redis:///0 classic"),
        ("amqp://queue.example.com//", "amqp://queue.example.com// quorum"),
    ],
)
def test_hints_go_through_redis_unless_a_broker_is_named(broker, told):
    code = (
        "import statuspage.settings as s; print(s.CELERY_BROKER_URL,"
        " s.CELERY_TASK_DEFAULT_QUEUE_TYPE, s.LOG_ORIGIN, s.DEBUG)"
    )
    done = start("-c", code, BROKER_URL=broker)
    assert (done.stdout.strip(), done.stderr) == (f"{told} status.example.com/log False", "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("thing1=what,thing1=body", "thing1 appears twice"),
        ("thing1", "must look like"),
        ("Thing1=what", "must look like"),
        ("=what", "must look like"),
    ],
)
def test_a_map_of_wechats_fields_that_cannot_be_read_is_refused(given, said):
    assert said in problems(WECHAT_TEMPLATE_FIELDS=given)["WECHAT_TEMPLATE_FIELDS"]


def test_a_callback_of_wechat_needs_a_signed_body_or_a_choice():
    token, name = {"WECHAT_CALLBACK_TOKEN": "0f7b2c9d4e61a835"}, "WECHAT_ENCODING_AES_KEY"
    key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    assert "is required with WECHAT_CALLBACK_TOKEN" in problems(**token)[name]
    assert "43 letters" in problems(**token, WECHAT_ENCODING_AES_KEY=key[1:])[name]
    both = {"WECHAT_ENCODING_AES_KEY": key, "WECHAT_CALLBACK_PLAIN": "true"}
    assert "choose one" in problems(**token, **both)[name]
    assert read(**token, WECHAT_ENCODING_AES_KEY=key)[name] == key
    # While it is changed, callbacks of both are on their way.
    assert read(**token, WECHAT_ENCODING_AES_KEY=f"{key},{key[::-1]}")[name]
    for wrong in (f"{key},", f"{key},{key[1:]}", f"{key},{key},{key}"):
        assert "43 letters" in problems(**token, WECHAT_ENCODING_AES_KEY=wrong)[name]
    assert read(**token, WECHAT_CALLBACK_PLAIN="true")["WECHAT_CALLBACK_PLAIN"] is True
