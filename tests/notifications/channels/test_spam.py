"""SpamAssassin finds nothing in our letters, by its rules alone and without asking anybody."""

import re
import shutil
import subprocess

import pytest

from notifications.channels import provider
from notifications.channels.mail.letter import letter_of
from tests.notifications.channels.builders import bulletin, message

SCORE = re.compile(r"^X-Spam-Status: \w+, score=(-?\d+(?:\.\d+)?).*?tests=([^\n]*)", re.M | re.S)


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="spamassassin is not installed")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_letter_scores_nothing(settings, language: str) -> None:
    settings.SITE_URL = "https://status.example.com"
    content = provider("email").compose(bulletin(language=language))
    letter = letter_of(message("merchant@example.com", content=content))
    done = subprocess.run(
        ["spamassassin", "-L"], input=letter.content, capture_output=True, check=True, timeout=120
    )
    found = SCORE.search(done.stdout.decode("utf-8", "replace"))
    assert found
    assert float(found[1]) <= 0.0, found[2]
