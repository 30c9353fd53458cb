"""What SpamAssassin, with its own rules and without the network, thinks of our letters."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, Note
from notifications.channels.mail.letter import letter_of
from tests.notifications.channels.builders import bulletin, correction, message
from tests.tools import spamassassin

EMAIL = find_provider("email")
# It takes three seconds to start, so that it gets all letters at once.
PATIENCE_SECONDS = 300
SCORE = re.compile(r"score=(-?[\d.]+)")
CODES = {
    "zh-hans": (
        "演示支付：您的验证码是 123456",
        "您的验证码是 123456，10 分钟内有效。请勿告诉他人。",
    ),
    "en": ("DemoPay: your code is 123456", "Your code is 123456, valid for 10 minutes."),
}
MONEY = {
    "zh-hans": (
        "手续费减免公告",
        "2月20日前受影响的交易手续费全额减免，共200,000.00元，无需申请。",
    ),
    "en": ("Fee waiver", "Fees are waived 100%: 200,000.00 yuan in total, free of charge."),
}


def statements(language: str) -> Iterator[Bulletin]:
    said = partial(bulletin, language)
    yield said()
    yield said(kind="incident.resolved", status="resolved", next_update_by=None)
    name, body = MONEY[language]
    yield said(kind="notice.fee_waiver", name=name, body=body, details=("100%", "200,000.00"))
    yield said(kind="maintenance.scheduled", status="scheduled")
    yield correction(language)


def letters() -> Iterator[bytes]:
    """Yield letters to readers and codes, in both languages, as our mail server gets them."""
    for language, (subject, text) in CODES.items():
        contents: list[Content] = [EMAIL.compose(one) for one in statements(language)]
        for number, content in enumerate(contents, start=1):
            page = f"{content.data['stop_page']}{'x' * 64}/"
            sent = message("m@example.net", delivery_id=number, content=content)
            yield letter_of(replace(sent, stop_url=page)).content
        note = Note("code", language, "演示支付", text, subject)
        yield letter_of(message("m@example.net", content=EMAIL.compose_note(note))).content


@pytest.fixture
def program(settings) -> str:
    """Return the program; the sender and its links have names of the same domain."""
    settings.SITE_URL = "https://status.demopay.example"
    settings.DEFAULT_FROM_EMAIL = "status@demopay.example"
    found = spamassassin.find()
    if found is None:
        pytest.skip(f"Debian's {spamassassin.PACKAGE} is not installed: letters are not judged")
    return found


def test_no_letter_looks_like_spam(program: str, tmp_path) -> None:
    given = [*letters()]
    box = b"".join(
        b"From x@example.net Mon Nov 30 00:00:00 2026\n" + one.replace(b"\r\n", b"\n") + b"\n"
        for one in given
    )
    judged = subprocess.run(
        [program, "-L", "-x", "--mbox"],
        input=box,
        # It learns, in a folder of its own: no run depends on another.
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    ).stdout.decode()
    # Each verdict is folded over some lines.
    verdicts = re.findall(r"^X-Spam-Status: (.+(?:\n\s.+)*)", judged, re.MULTILINE)
    assert len(verdicts) == len(given)
    bad = [one for one in verdicts if float(SCORE.findall(one)[0]) > 0.0]
    assert not bad, bad
