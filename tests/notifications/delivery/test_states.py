"""The life of a delivery: every transition, allowed or not."""

import pytest

from notifications.delivery.states import RANK, TRANSITIONS, DeliveryState, may_follow_from

ALLOWED = {
    "pending": {
        *("sending", "superseded", "suppressed", "unconfirmed", "unknown"),
        *("sent", "delivered", "undelivered", "failed"),
    },
    "sending": {
        "sent",
        "pending",
        "failed",
        "unknown",
        "delivered",
        "undelivered",
        "suppressed",
        "unconfirmed",
    },
    "unknown": {"sent", "delivered", "undelivered", "failed", "pending"},
    # Pending: a receipt says that it was certainly not sent after all.
    "sent": {"unconfirmed", "delivered", "undelivered", "failed", "pending"},
    "unconfirmed": {"delivered", "undelivered", "failed", "pending"},
    # By people only: see test_resending.py.
    "undelivered": {"delivered", "pending"},
    "delivered": set(),
    # By people only: see test_retry.py, one test a transition.
    "failed": {"pending"},
    "superseded": set(),
    "suppressed": {"pending"},
    # After a restore: see test_holds.py.
    "held": {"pending", "suppressed", "sent", "delivered", "undelivered", "failed"},
}


def test_where_a_state_may_come_from():
    for following in DeliveryState.values:
        assert set(may_follow_from(following)) == {
            state for state, after in ALLOWED.items() if following in after
        }, following


def test_every_state_has_a_row_and_a_rank():
    assert set(TRANSITIONS) == set(RANK) == set(DeliveryState.values)


@pytest.mark.parametrize("following", ["sent", "delivered", "undelivered", "failed"])
def test_a_receipt_never_takes_a_delivery_back(following):
    assert all(RANK[before] <= RANK[following] for before in may_follow_from(following))
