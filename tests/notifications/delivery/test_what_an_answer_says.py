"""An SMS about a withdrawal or a correction says what it changed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery.selectors import previews_of
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_component, open_incident, text

pytestmark = pytest.mark.django_db
MISTAKE = text("误发：款项尚未全部到账。", "Sent by mistake: not all payouts have arrived.")


def sms(statement: Statement, language: str = "zh-hans") -> str:
    statement.refresh_from_db()
    found = previews_of(statement.document)
    return next(
        one.content.text for one in found if one.channel.name == "sms" and one.language == language
    )


def test_a_withdrawn_resolved_says_that_the_incident_is_open_again_and_promises() -> None:
    opened = open_incident(make_component(), next_update_by=timezone.now() + timedelta(hours=2))
    said = incident_update(
        incident=incident_of(opened), status="resolved", body=text("好了。"), author=None
    )
    taken_back = statement_withdraw(statement=said, body=MISTAKE, author=None)
    # In fewer words than "下次更新不晚于": so it is one part.
    promised = r"误发：款项尚未全部到账。本事件重新打开：调查中。\S*\d\d:\d\d前更新。"
    assert re.search(promised, sms(taken_back))
    english = sms(taken_back, "en")
    assert "This incident is open again: Investigating. Next update by" in english


def test_a_withdrawn_incident_says_that_it_was_published_in_error() -> None:
    opened = open_incident(make_component())
    taken_back = statement_withdraw(statement=opened, body=text("演练误发"), author=None)
    assert "演练误发。本事件系误发，现已关闭。" in sms(taken_back)


def test_a_corrected_fact_is_in_the_sms() -> None:
    opened = open_incident(make_component(), impact="major")
    said = statement_correct(statement=opened, author=None, impact="critical")
    assert "影响程度：严重影响（原为：较大影响）。" in sms(said)


def test_a_further_update_and_a_reopening_are_called_so() -> None:
    opened = open_incident(make_component())
    labels = ("resolved", "已恢复"), ("resolved", "恢复后的进展"), ("investigating", "重新打开")
    for status, label in labels:
        said = incident_update(
            incident=incident_of(opened), status=status, body=text("见详情。"), author=None
        )
        assert label in sms(said)
