"""What SpamAssassin, with its own rules and without the network, thinks of our letters."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, Note
from notifications.channels.mail.letter import letter_of
from notifications.delivery.alarm_texts import alarm_content
from notifications.delivery.models import Alarm
from notifications.delivery.render import bulletin_of
from notifications.subscribers.models import SignUp
from notifications.subscribers.services.codes import code_note
from sandbox.demo.seeding import TEMPLATES
from statuspage.console.examples import example_of
from statuspage.incidents.models import Template
from statuspage.statements.texts import LANGUAGES
from tests.notifications.channels.builders import bulletin, message
from tests.tools import spamassassin

pytestmark = pytest.mark.django_db
EMAIL = find_provider("email")
# It takes three seconds to start, so that it gets all letters at once.
PATIENCE_SECONDS = 300
SCORE = re.compile(r"score=(-?[\d.]+)")
ALARMS = (
    (Alarm.Kind.PROVIDER_REFUSES, "email:no_credentials"),
    (Alarm.Kind.PROVIDER_DOWN, "email"),
    (Alarm.Kind.BUDGET_SPENT, ""),
    (Alarm.Kind.MANY_FAILED, "12"),
)
MONEY = {
    "zh-hans": (
        "手续费减免公告",
        "2月20日前受影响的交易手续费全额减免，共200,000.00元，无需申请。",
    ),
    "en": ("Fee waiver", "Fees are waived 100%: 200,000.00 yuan in total, free of charge."),
}


def statements(language: str) -> Iterator[Bulletin]:
    """Yield statements of moments and kinds, and words that filters do not like.

    Each moment in one language, and its neighbours in the other: a letter takes a while.
    """
    for row in TEMPLATES[LANGUAGES.index(language) :: len(LANGUAGES)]:
        template = Template(**{name: value for name, value in row.items() if name != "components"})
        yield bulletin_of(example_of(template).document, language)
    name, body = MONEY[language]
    yield bulletin(language, kind="notice.fee_waiver", name=name, body=body, details=("100%",))
    yield bulletin(language, name=name, mark={"en": "[Test] "}.get(language, "【测试】"))


def notes(language: str) -> Iterator[Note]:
    """Yield every code, and an alarm of every kind, which has no language of its own."""
    for purpose in SignUp.Purpose:
        yield code_note(SignUp(public_id="abc", language=language, purpose=purpose), "123456")
    for kind, subject in ALARMS if language == "en" else ():
        said = alarm_content(Alarm(kind=kind, subject=subject, raised_at=timezone.now()))
        yield Note("alarm", language, "", said.text, said.subject)


def letters() -> Iterator[bytes]:
    """Yield letters to readers and codes, in both languages, as our mail server gets them."""
    for language in LANGUAGES:
        contents: list[Content] = [EMAIL.compose(one) for one in statements(language)]
        for number, content in enumerate(contents, start=1):
            page = f"{content.data['stop_page']}{'x' * 64}/"
            sent = message("m@example.net", delivery_id=number, content=content)
            yield letter_of(replace(sent, stop_url=page)).content
        for note in notes(language):
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
