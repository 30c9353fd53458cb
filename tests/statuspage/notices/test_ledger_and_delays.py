"""What notices add up to: money promised and paid, payouts late and recovered."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from statuspage.settlement.arrival.delays import delays, open_delays
from statuspage.settlement.ledger import commitment_of, commitments
from statuspage.settlement.models import Commitment, Payment
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import open_incident, text
from tests.statuspage.notices.samples import ahead, publish, right_payload

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 2, 19, 4, tzinfo=UTC)


class TestLedger:
    def test_a_waiver_opens_an_account(self):
        account = commitment_of(publish("fee_waiver").subject_id)
        due = date.fromisoformat(ahead(7))
        assert (account.promised, account.due) == (Decimal("100000.00"), due)
        assert (account.paid, account.share, account.paid_on) == (Decimal(0), Decimal(0), None)

    def test_payments_add_up_and_each_says_how_far_it_brings_it(self):
        waiver = publish("fee_waiver").subject_id
        payment = {"of": waiver, "amount": "40000", "paid_on": "2025-02-26"}
        publish("payout_progress", payment)
        last = publish("payout_progress", payment | {"amount": "60000", "paid_on": "2025-03-02"})
        assert last.content["payload"]["share_paid"] == "100.00"
        assert last.content["payload"]["paid_so_far"] == "100000.00"
        account = commitment_of(waiver)
        assert account.paid_on == date(2025, 3, 2)
        assert not account.late(date.fromisoformat(ahead(8)))

    def test_a_promise_is_late_once_its_day_has_passed(self):
        account = commitment_of(publish("compensation").subject_id)
        assert not account.late(date.fromisoformat(ahead(30)))
        assert account.late(date.fromisoformat(ahead(31)))

    def test_without_a_total_there_is_no_share(self):
        waiver = publish("fee_waiver", right_payload("fee_waiver") | {"promised_total": None})
        payment = {"of": waiver.subject_id, "amount": "1", "paid_on": "2025-02-26"}
        said = publish("payout_progress", payment)
        assert said.content["payload"]["share_paid"] is None
        assert commitment_of(waiver.subject_id).share is None

    def test_a_withdrawn_payment_does_not_count(self):
        said = publish("payout_progress")
        waiver = said.content["payload"]["of"]
        assert commitment_of(waiver).share == Decimal("40.00")
        statement_withdraw(statement=said, body=text("误报"), author=None)
        assert commitment_of(waiver).share == Decimal("0.00")

    def test_a_withdrawn_promise_takes_no_payments(self):
        waiver = publish("fee_waiver")
        statement_withdraw(statement=waiver, body=text("误发"), author=None)
        assert not commitments()
        payment = {"of": waiver.subject_id, "amount": "1", "paid_on": "2025-02-26"}
        with pytest.raises(ValidationError) as refusal:
            publish("payout_progress", payment)
        assert set(refusal.value.message_dict) == {"of"}

    def test_the_ledger_is_what_the_log_says(self):
        waiver = publish("fee_waiver").subject_id
        for amount in ("10000.01", "20000.02"):
            publish("payout_progress", {"of": waiver, "amount": amount, "paid_on": "2025-02-26"})
        said = Statement.objects.filter(kind="notice.payout_progress")
        by_log = sum(Decimal(one.content["payload"]["amount"]) for one in said)
        assert commitment_of(waiver).paid == by_log == Decimal("30000.03")

    @pytest.mark.parametrize("model", [Commitment, Payment])
    def test_its_rows_are_never_changed(self, model):
        publish("payout_progress" if model is Payment else "fee_waiver")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            model.objects.get().delete()


class TestDelay:
    def test_a_recovery_ends_the_delay_it_names(self):
        first = publish("delay")
        other = publish("delay")
        assert len(open_delays()) == 2
        publish(
            "recovery",
            right_payload("general")
            | {"restored_at": "2025-02-21T15:30:00+08:00", "delay": first.subject_id},
        )
        assert [one.notice.public_id for one in open_delays()] == [other.subject_id]

    def test_a_recovery_of_an_incident_ends_the_incidents_delays(self):
        incident = open_incident().subject_id
        publish("delay", incident_id=incident)
        stays = publish("delay")
        restored = {"restored_at": "2025-02-21T15:30:00+08:00"}
        publish("recovery", restored, incident_id=incident)
        assert [one.notice.public_id for one in open_delays()] == [stays.subject_id]

    def test_a_recovery_for_some_does_not_end_a_delay_for_all(self):
        publish("delay")
        restored = {"restored_at": "2025-02-21T15:30:00+08:00"}
        publish("recovery", restored, audience={"categories": ["micro"]})
        assert len(open_delays()) == 1
        publish("recovery", restored)
        assert open_delays() == []

    def test_what_was_open_yesterday_is_still_known(self):
        early = datetime(2025, 2, 21, tzinfo=UTC)
        publish("delay", published_at=early)
        publish(
            "recovery",
            {"restored_at": "2025-02-21T15:30:00+08:00"},
            published_at=early + timedelta(hours=8),
        )
        assert delays(early - timedelta(minutes=1)) == []
        assert len(open_delays(early + timedelta(hours=1))) == 1
        assert open_delays(early + timedelta(hours=9)) == []

    def test_a_withdrawn_recovery_leaves_the_delay_open(self):
        publish("delay")
        ended = publish("recovery", {"restored_at": "2025-02-21T15:30:00+08:00"})
        statement_withdraw(statement=ended, body=text("误发"), author=None)
        assert len(open_delays()) == 1

    def test_it_covers_its_audience_and_times(self):
        publish("delay", audience={"categories": ["micro"]})
        (delay,) = open_delays()
        assert delay.covers("micro", "", NOON)
        assert not delay.covers("industry", "", NOON)
        assert not delay.covers("micro", "", NOON - timedelta(days=2))
        assert not delay.covers("micro", "", NOON + timedelta(days=3))
        assert delay.arrives_by == date.fromisoformat(ahead(2))

    def test_a_recovery_without_a_delay_that_is_open_names_none(self):
        waiver = publish("fee_waiver").subject_id
        restored = {"restored_at": "2025-02-21T15:30:00+08:00", "delay": waiver}
        with pytest.raises(ValidationError):
            publish("recovery", restored)
