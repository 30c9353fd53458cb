"""Bad configuration stops the start with one line that names the setting."""

import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "status.example.com",
    "SITE_URL": "https://status.example.com",
    "DATABASE_URL": "postgresql:///none",
    "REDIS_URL": "redis:///0",
    "ADDRESS_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ADDRESS_INDEX_KEY": "y" * 40,
    "TRANSACTION_KEY": "t" * 40,
    "LOG_SIGNING_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "STAFF_SECRET_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}


IMPORT = "import statuspage.settings as s"


def start(tmp_path, code=IMPORT, **changes):
    environment = {**PRODUCTION, "DATA_DIR": str(tmp_path), **changes}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_everything_set(tmp_path):
    done = start(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "demo-secret-key-never-in-production-0123456789abcdef"),
        ("ADDRESS_KEYS", None),
        ("ADDRESS_KEYS", "demo:ZGVtby1hZGRyZXNzLWtleS0zMi1ieXRlcy1sb25nISE="),
        ("ADDRESS_INDEX_KEY", "demo-blind-index-key-never-in-production"),
        ("TRANSACTION_KEY", "demo-transaction-key-never-in-production"),
        ("LOG_SIGNING_KEY", None),
        ("LOG_SIGNING_KEY", "ZGVtby1sb2cta2V5LW5ldmVyLWluLXByb2R1Y3Rpb24="),
        ("STAFF_SECRET_KEYS", None),
        ("STAFF_SECRET_KEYS", "ZGVtby1zdGFmZi1zZWNyZXQta2V5LW5vdC1pbi1wcm8="),
        ("STAFF_SECOND_FACTOR", "optional"),
        ("STAFF_SECOND_FACTOR", "never"),
        ("ALLOWED_HOSTS", None),
        ("SITE_URL", None),
        ("SITE_URL", "status.example.com"),
        ("DATABASE_URL", None),
        ("DATABASE_URL", "sqlite:///db"),
        ("REDIS_URL", None),
        ("BROKER_URL", "rabbit:5672"),
        ("DEBUG", "perhaps"),
        ("PORT", "eight"),
        ("WEBHOOK_ALLOW_PRIVATE", "true"),
        ("DELIVERY_LEASE_SECONDS", "1"),
        ("DELIVERY_LEASE_SECONDS", "30"),
        ("REGULATOR_GENERAL", "hours:2"),
        ("REGULATOR_HOURS", "first:soon"),
        ("REGULATOR_INTERRUPTIONS", "huge"),
        ("REGULATOR_ESCALATION", "soon:staff"),
        ("DISCLOSURE_ESCALATION", "0:"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(tmp_path, name, value):
    done = start(tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"candor: setting {name}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("broker", "told"),
    [
        (None, "redis:///0 classic"),
        ("amqp://queue.example.com//", "amqp://queue.example.com// quorum"),
    ],
)
def test_hints_go_through_redis_unless_a_broker_is_named(tmp_path, broker, told):
    code = f"{IMPORT}; print(s.CELERY_BROKER_URL, s.CELERY_TASK_DEFAULT_QUEUE_TYPE)"
    assert start(tmp_path, code, BROKER_URL=broker).stdout.strip() == told
