"""Told once, one channel after the other: the next one only where the first definitely failed."""

from datetime import timedelta

import pytest

from notifications.channels import medium
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from notifications.delivery.audience import Audience, audience_count
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.ledger import LedgerFilter, dead_letters, deliveries_retry
from notifications.delivery.models import Delivery
from notifications.delivery.results import result_of, write_results
from notifications.subscribers.attributes import Attributes
from notifications.subscribers.models import Address, Subscriber, Subscription
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident
from tests.statuspage.notices.samples import publish

pytestmark = pytest.mark.django_db
WECHAT, SMS, MAIL = "wechat", "sms", "email"
OPENID = "oMerchant_00000000000000001"


@pytest.fixture
def merchant():
    """One who reads WeChat, then SMS, then e-mail."""
    first = make_address(OPENID, channel=WECHAT, position=0)
    owner = Subscriber.objects.get()
    owner.one_by_one = True
    owner.save()
    for position, (clear, name) in enumerate([("+8613800138001", SMS), ("a@example.com", MAIL)]):
        other = make_address(clear, channel=name, position=position + 1)
        stranger, other.subscriber = other.subscriber, owner
        other.save()
        stranger.delete()
    return first.subscriber


def tell():
    statement = open_incident()
    expand(statement.number)
    return statement


def states():
    return {one.channel: one.state for one in Delivery.objects.all()}


def meet(name, outcome):
    (claimed,), _ = claim(name, 10)
    write_results([(result_of(medium(name).leading(), claimed, outcome, database_now()), 1)])


def try_now():
    Delivery.objects.update(due_at=database_now() - timedelta(hours=1))


def test_only_the_first_address_is_told(merchant):
    tell()
    assert states() == {WECHAT: "pending"}
    assert [one.channel for one in audience_count(Audience("incident"))] == [WECHAT]


def test_who_did_not_ask_for_a_chain_is_told_by_every_channel(merchant):
    Subscriber.objects.update(one_by_one=False)
    tell()
    assert set(states()) == {WECHAT, SMS, MAIL}


def test_a_definite_failure_goes_on_to_the_next_address(merchant):
    tell()
    meet(WECHAT, Failed(Reason.NOT_A_FOLLOWER, "43004", suppress=True))
    assert states() == {WECHAT: "failed", SMS: "pending"}
    meet(SMS, Failed(Reason.UNREACHABLE, "30003"))
    assert states() == {WECHAT: "failed", SMS: "failed", MAIL: "pending"}
    meet(MAIL, Failed(Reason.BAD_ADDRESS))
    assert states() == {WECHAT: "failed", SMS: "failed", MAIL: "failed"}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Unknown(Reason.TIMEOUT), {"unknown", "pending"}),
        (NotSent(Reason.CONNECTION), {"pending"}),
        (NotSent(Reason.RATE_LIMITED, retry_after=5.0), {"pending"}),
        (Accepted("1"), {"sent"}),
    ],
)
def test_whatever_is_not_definite_tells_nobody_else(merchant, outcome, state):
    tell()
    meet(WECHAT, outcome)
    assert set(states()) == {WECHAT}
    assert states()[WECHAT] in state


def test_a_daily_quota_overflows_to_sms(merchant):
    tell()
    meet(WECHAT, NotSent(Reason.QUOTA, "45009"))
    assert states() == {WECHAT: "failed", SMS: "pending"}
    assert Delivery.objects.get(channel=WECHAT).reason == "quota"


def test_a_mail_server_that_is_away_for_long_goes_on_to_the_next_address(merchant):
    Address.objects.filter(channel=WECHAT).update(position=9)
    Address.objects.filter(channel=MAIL).update(position=0)
    tell()
    meet(MAIL, NotSent(Reason.CONNECTION))
    assert states() == {MAIL: "pending"}
    try_now()
    Delivery.objects.update(first_tried_at=database_now() - timedelta(minutes=11))
    meet(MAIL, NotSent(Reason.CONNECTION))
    assert states() == {MAIL: "failed", SMS: "pending"}


def test_a_provider_that_is_away_for_long_is_not_waited_for_where_there_is_a_next_address(merchant):
    tell()
    meet(WECHAT, NotSent(Reason.CONNECTION))
    assert states() == {WECHAT: "pending"}
    try_now()
    Delivery.objects.update(first_tried_at=database_now() - timedelta(minutes=11))
    meet(WECHAT, NotSent(Reason.CONNECTION))
    assert states() == {WECHAT: "failed", SMS: "pending"}


def test_who_may_have_been_told_is_told_nowhere_else_while_a_provider_is_away(merchant):
    tell()
    meet(WECHAT, Unknown(Reason.TIMEOUT))
    try_now()
    long_ago = database_now() - timedelta(minutes=11)
    Delivery.objects.update(state="pending", first_tried_at=long_ago)
    meet(WECHAT, NotSent(Reason.CONNECTION))
    assert set(states()) == {WECHAT}


def test_a_letter_without_a_next_address_waits_for_its_server(merchant):
    Address.objects.exclude(channel=MAIL).delete()
    tell()
    meet(MAIL, NotSent(Reason.CONNECTION))
    try_now()
    Delivery.objects.update(first_tried_at=database_now() - timedelta(minutes=11))
    meet(MAIL, NotSent(Reason.CONNECTION))
    assert states() == {MAIL: "pending"}


def test_a_quota_without_a_next_address_waits(merchant):
    Address.objects.exclude(channel=WECHAT).delete()
    tell()
    meet(WECHAT, NotSent(Reason.QUOTA, "45009"))
    assert states() == {WECHAT: "pending"}


def test_who_unfollowed_before_it_was_sent_is_told_by_sms(merchant):
    tell()
    Address.objects.filter(channel=WECHAT).update(suppressed_at="2025-01-01T00:00Z")
    assert claim(WECHAT, 10) == ([], 1)
    assert states() == {WECHAT: "suppressed", SMS: "pending"}


def test_a_stopped_address_is_passed_over(merchant):
    Address.objects.filter(channel=WECHAT).update(suppressed_at="2025-01-01T00:00Z")
    tell()
    assert states() == {SMS: "pending"}
    Address.objects.filter(channel=MAIL).update(suppressed_at="2025-01-01T00:00Z")
    meet(SMS, Failed(Reason.UNREACHABLE))
    assert states() == {SMS: "failed"}


def test_an_address_that_wants_other_things_is_passed_over(merchant):
    Subscription.objects.filter(address__channel=SMS).update(topics=["notice"])
    tell()
    meet(WECHAT, Failed(Reason.BLOCKED))
    assert states() == {WECHAT: "failed", MAIL: "pending"}


def test_a_failure_that_is_written_twice_tells_the_next_address_once(merchant):
    tell()
    (claimed,), _ = claim(WECHAT, 10)
    result = result_of(medium(WECHAT).leading(), claimed, Failed(Reason.BLOCKED), database_now())
    write_results([(result, 1)])
    write_results([(result, 1)])
    assert Delivery.objects.filter(channel=SMS).count() == 1


def test_the_failure_of_who_asked_for_no_chain_concerns_nobody_else():
    make_address(OPENID, channel=WECHAT)
    make_address()
    tell()
    meet(WECHAT, Failed(Reason.BLOCKED))
    assert Delivery.objects.count() == 2


class TestWhoWasChosenStaysChosen:
    """What is known of them may change between the failed SMS and what follows it."""

    EVERYTHING = {
        "category": "industry",
        "products": ["qr"],
        "terminal_models": ["N5"],
        "cycles": ["D+1"],
        "agent_keys": ["0" * 16],
        "province": "43",
        "agent": True,
    }

    @pytest.fixture
    def told(self, merchant):
        Subscriber.objects.update(
            category="micro",
            **Attributes(
                terminal_models=("D210",), cycles=("T+1",), province="44", agent_code="A01"
            ).columns(),
        )
        audience = {
            "categories": ["micro"],
            "models": ["D210"],
            "cycles": ["T+1"],
            "provinces": ["44"],
            "agent_codes": ["A01"],
        }
        expand(publish("general", audience=audience).number)
        assert states() == {WECHAT: "pending"}

    @pytest.mark.usefixtures("told")
    @pytest.mark.parametrize("name", EVERYTHING)
    def test_for_the_next_address(self, name):
        Subscriber.objects.update(**{name: self.EVERYTHING[name]})
        meet(WECHAT, Failed(Reason.BLOCKED))
        assert states() == {WECHAT: "failed", SMS: "pending"}
        meet(SMS, Failed(Reason.UNREACHABLE))
        assert states()[MAIL] == "pending"

    @pytest.mark.usefixtures("told")
    def test_for_the_next_try_and_a_revived_message(self):
        meet(WECHAT, NotSent(Reason.CONNECTION))
        Subscriber.objects.update(**self.EVERYTHING)
        try_now()
        Address.objects.exclude(channel=WECHAT).delete()
        meet(WECHAT, Failed(Reason.BLOCKED))
        assert deliveries_retry(dead_letters(LedgerFilter())) == 1
        try_now()
        meet(WECHAT, Accepted("1"))
        assert states() == {WECHAT: "sent"}

    @pytest.mark.usefixtures("told")
    def test_unless_they_stopped(self):
        Subscriber.objects.update(**self.EVERYTHING)
        Address.objects.filter(channel=SMS).update(suppressed_at=database_now())
        Subscription.objects.filter(address__channel=MAIL).update(topics=["incident"])
        meet(WECHAT, Failed(Reason.BLOCKED))
        assert states() == {WECHAT: "failed"}


def test_what_is_for_agents_alone_is_sent_to_none_who_is_none_any_more(merchant):
    Subscriber.objects.update(agent=True)
    expand(publish("general", told="agents").number)
    meet(WECHAT, NotSent(Reason.CONNECTION))
    try_now()
    Subscriber.objects.update(agent=False)
    assert claim(WECHAT, 10) == ([], 1)
    assert states() == {WECHAT: "suppressed"}
