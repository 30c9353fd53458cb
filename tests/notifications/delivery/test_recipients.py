"""Each dimension of an audience decides who is sent a notice, from its broadcast to the phone."""

from typing import Any

import pytest
from django.utils import timezone

from notifications.delivery.audience import audience_of
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.reach import Reach, UnknownGroup, reach_of
from notifications.subscribers.attributes import Attributes
from notifications.subscribers.models import Address, Subscriber
from statuspage.incidents.services.incidents import incident_update
from statuspage.postmortems.content import POSTMORTEM
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, statement_correct, statement_withdraw
from statuspage.statements.services import publish as statement_publish
from tests.factories import incident_of, make_address, make_component, open_incident, text
from tests.statuspage.notices.samples import publish
from tests.statuspage.settlement.rules.factories import make_product

pytestmark = pytest.mark.django_db

KNOWN: dict[str, Any] = {
    "products": ("card",),
    "terminal_models": ("D210",),
    "cycles": ("T+1",),
    "province": "44",
    "agent_code": "A01/B02",
}


def person(**known: Any) -> Address:
    """Return the address of somebody of whom this is known, and nothing else."""
    agent, category = known.pop("agent", False), known.pop("category", "")
    address = make_address(category=category)
    columns = Attributes(**known).columns()
    Subscriber.objects.filter(pk=address.subscriber_id).update(agent=agent, **columns)
    return address


def told(statement: Statement) -> set[int | None]:
    """Return the addresses that the statement's deliveries are for."""
    expand(statement.number)
    return set(Delivery.objects.filter(statement=statement).values_list("address_id", flat=True))


def notice(**audience: Any) -> Statement:
    """Publish a notice to that audience."""
    return publish("general", audience=audience)


@pytest.mark.parametrize(
    ("audience", "other"),
    [
        ({"products": ["card"]}, {"products": ("qr",)}),
        ({"models": ["d210"]}, {"terminal_models": ("N5",)}),
        ({"cycles": ["T1"]}, {"cycles": ("D+1",)}),
        ({"agent_codes": ["A01"]}, {"agent_code": "A011/B02"}),
        ({"agent_codes": ["A01/B02"]}, {"agent_code": "A01"}),
        ({"provinces": ["广东"]}, {"province": "43"}),
    ],
)
def test_only_those_who_belong_are_told(audience: Any, other: Any) -> None:
    make_product("card")
    mine, other_one = person(**KNOWN), person(**{**KNOWN, **other})
    got = told(notice(**audience))
    assert mine.pk in got
    assert other_one.pk not in got


def test_one_of_several_values_is_enough() -> None:
    both = person(terminal_models=("N5", "D210"))
    assert told(notice(models=["D210", "X9"])) == {both.pk}


def test_every_dimension_must_fit() -> None:
    mine = person(**KNOWN)
    person(**{**KNOWN, "province": "43"})
    assert told(notice(models=["D210"], provinces=["44"])) == {mine.pk}


@pytest.mark.parametrize(
    ("name", "audience", "told_by_default"),
    [
        ("categories", {"categories": ["micro"]}, True),
        ("products", {"products": ["card"]}, True),
        ("models", {"models": ["D210"]}, True),
        ("cycles", {"cycles": ["T+1"]}, True),
        ("agent_codes", {"agent_codes": ["A01"]}, False),
        ("provinces", {"provinces": ["44"]}, True),
    ],
)
def test_the_unknown_are_told_by_policy(
    settings: Any, name: str, audience: Any, told_by_default: bool
) -> None:
    make_product("card")
    nobody_knows = person()
    assert (nobody_knows.pk in told(notice(**audience))) is told_by_default
    settings.AUDIENCE_UNKNOWN = {**settings.AUDIENCE_UNKNOWN, name: not told_by_default}
    assert (nobody_knows.pk in told(notice(**audience))) is not told_by_default


def test_the_policy_is_that_of_publication() -> None:
    said = notice(agent_codes=["A01"], models=["D210"])
    assert Broadcast.objects.get(pk=said.number).left_out == ["agent_codes"]


class TestAgents:
    def test_a_notice_to_agents_reaches_no_merchant(self) -> None:
        agent, _merchant = person(agent=True, agent_code="A01"), person(agent_code="A01")
        assert told(publish("general", told="agents")) == {agent.pk}

    def test_agents_are_chosen_by_their_own_codes(self) -> None:
        above, below = person(agent=True, agent_code="A01"), person(agent=True, agent_code="A01/B1")
        person(agent=True, agent_code="A02")
        person(agent=True)
        said = publish("general", told="agents", audience={"agent_codes": ["A01"]})
        assert told(said) == {above.pk, below.pk}
        said = publish("general", told="agents", audience={"agent_codes": ["A01/B1"]})
        assert told(said) == {below.pk}

    def test_an_agent_has_merchants_of_every_kind(self) -> None:
        make_product("card")
        agent = person(agent=True, category="industry", products=("qr",))
        got = told(notice(products=["card"], models=["X1"], categories=["micro"], agents=True))
        assert got == {agent.pk}

    def test_an_agent_elsewhere_is_not_told(self) -> None:
        here, _there = person(agent=True, province="44"), person(agent=True, province="43")
        assert told(notice(provinces=["44"], agents=True)) == {here.pk}


class TestAnswers:
    def test_who_was_told_is_told_of_the_answer_whatever_is_known_of_them_since(self) -> None:
        was, is_now, never = (person(terminal_models=(one,)) for one in ("D210", "N5", "N5"))
        said = notice(models=["D210"])
        assert told(said) == {was.pk}
        for one, model in ((was, "N5"), (is_now, "D210")):
            Subscriber.objects.filter(pk=one.subscriber_id).update(terminal_models=[model])
        correction = statement_correct(statement=said, body=text("更正。"), author=None)
        assert {was.pk, is_now.pk} == told(correction)
        withdrawal = statement_withdraw(statement=correction, body=text("撤回。"), author=None)
        assert never.pk not in told(withdrawal) >= {was.pk}

    @pytest.mark.parametrize(
        ("audience", "since"),
        [
            ({"categories": ["micro"]}, {"category": "industry"}),
            ({"categories": ["micro"], "models": ["D210"]}, {"category": "industry"}),
            ({}, {"agent": True}),
            ({"provinces": ["44"]}, {"agent": True, "province": "43"}),
        ],
    )
    def test_another_category_or_becoming_an_agent_changes_nothing(
        self, audience: Any, since: Any
    ) -> None:
        had = person(**KNOWN, category="micro")
        said = notice(**audience)
        assert told(said) == {had.pk}
        Subscriber.objects.filter(pk=had.subscriber_id).update(**since)
        never = person(**KNOWN, category="industry", agent=True)
        correction = statement_correct(statement=said, body=text("更正。"), author=None)
        assert told(correction) == {had.pk}
        withdrawal = statement_withdraw(statement=correction, body=text("撤回。"), author=None)
        assert never.pk not in told(withdrawal) == {had.pk}

    def test_what_is_for_agents_never_follows_somebody_who_is_none_any_more(self) -> None:
        was, still = (person(agent=True, agent_code="A01") for _ in range(2))
        said = publish("general", told="agents", audience={"agent_codes": ["A01"]})
        assert told(said) == {was.pk, still.pk}
        Subscriber.objects.filter(pk=was.subscriber_id).update(agent=False)
        correction = statement_correct(statement=said, body=text("更正。"), author=None)
        assert told(correction) == {still.pk}

    def test_an_answer_keeps_the_policy_of_what_it_answers(self, settings: Any) -> None:
        nobody_knows = person()
        said = notice(models=["D210"])
        assert told(said) == {nobody_knows.pk}
        settings.AUDIENCE_UNKNOWN = dict.fromkeys(settings.AUDIENCE_UNKNOWN, False)
        withdrawal = statement_withdraw(statement=said, body=text("撤回。"), author=None)
        assert told(withdrawal) == {nobody_knows.pk}


def test_incidents_concern_everybody() -> None:
    everyone = {person(**KNOWN).pk, person().pk, person(agent=True).pk}
    assert told(open_incident()) == everyone


def test_one_by_one_is_told_once_or_not_at_all() -> None:
    first = person(terminal_models=("D210",))
    second = make_address("openid-7", channel="wechat")
    Address.objects.filter(pk=second.pk).update(subscriber=first.subscriber, position=1)
    Subscriber.objects.filter(pk=first.subscriber_id).update(one_by_one=True)
    assert told(notice(models=["D210"])) == {first.pk}
    assert told(notice(models=["N5"])) == set()


def test_no_code_of_an_agent_is_published() -> None:
    said = notice(agent_codes=["SECRET7"])
    assert "SECRET7" not in str(said.document)
    assert said.content["audience"]["agent_keys"]


class TestReach:
    def test_numbers_before_publishing_are_those_after(self) -> None:
        person(**KNOWN)
        person(**{**KNOWN, "province": "43"})
        person(terminal_models=("D210",), agent_code="A01")
        person(agent_code="A01")
        person(terminal_models=("D210",))
        said = notice(models=["D210"], agent_codes=["A01"], provinces=["44"])
        reach = reach_of(said.document)
        assert reach == Reach(
            1,
            (
                UnknownGroup(("agent_codes", "provinces"), told=False, count=1),
                UnknownGroup(("models", "provinces"), told=True, count=1),
                UnknownGroup(("provinces",), told=True, count=1),
            ),
        )
        assert reach.told == len(told(said))

    def test_an_agent_s_own_models_are_not_asked_about(self) -> None:
        person(agent=True)
        assert reach_of(notice(models=["D210"], agents=True).document) == Reach(1, ())

    def test_there_is_nothing_to_say_where_everyone_is_told(self) -> None:
        assert reach_of(notice().document) is None
        assert reach_of(publish("general", told="nobody", audience={"models": ["X"]}).document) is (
            None
        )

    def test_who_gets_an_answer_because_of_the_original_matches(self) -> None:
        was = person(agent_code="A01")
        said = notice(agent_codes=["A01"])
        assert told(said) == {was.pk}
        Subscriber.objects.filter(pk=was.subscriber_id).update(
            **Attributes(agent_code="").columns()
        )
        answer = statement_withdraw(statement=said, body=text("撤回。"), author=None)
        assert reach_of(answer.document) == Reach(1, ())
        assert told(answer) == {was.pk}


class TestVersions:
    """Whoever read any version of a statement reads every answer to it."""

    def test_a_second_correction_reaches_who_was_told_only_the_first(self) -> None:
        said, between = notice(models=["D210"]), person(terminal_models=("D210",))
        told(said)  # before they came to belong, for `between` is added after it was opened
        first = statement_correct(statement=said, body=text("更正一。"), author=None)
        assert told(first) == {between.pk}
        Subscriber.objects.filter(pk=between.subscriber_id).update(terminal_models=["N5"])
        now = person(terminal_models=("D210",))
        never = person(terminal_models=("N5",))
        second = statement_correct(statement=said, body=text("更正二。"), author=None)
        assert told(second) == {between.pk, now.pk}
        Subscriber.objects.filter(pk=now.subscriber_id).update(terminal_models=["N5"])
        withdrawal = statement_withdraw(statement=said, body=text("撤回。"), author=None)
        assert told(withdrawal) == {between.pk, now.pk}
        assert never.pk not in told(withdrawal)

    def test_the_correction_of_a_correction_reaches_who_was_told_the_original(self) -> None:
        was = person(terminal_models=("D210",))
        said = notice(models=["D210"])
        assert told(said) == {was.pk}
        first = statement_correct(statement=said, body=text("更正一。"), author=None)
        # Nobody has looked for its recipients yet: what it says is replaced before it leaves.
        Subscriber.objects.filter(pk=was.subscriber_id).update(terminal_models=["N5"])
        second = statement_correct(statement=first, body=text("更正二。"), author=None)
        assert told(second) == {was.pk}
        assert told(statement_withdraw(statement=second, body=text("撤回。"), author=None)) == {
            was.pk
        }

    def test_at_another_address_where_the_first_one_is_stopped_since(self) -> None:
        was = person(terminal_models=("D210",))
        said = notice(models=["D210"])
        assert told(said) == {was.pk}
        other = make_address("openid-8", channel="wechat")
        Address.objects.filter(pk=other.pk).update(subscriber=was.subscriber, position=1)
        Address.objects.filter(pk=was.pk).update(suppressed_at=timezone.now())
        Subscriber.objects.filter(pk=was.subscriber_id).update(terminal_models=["N5"])
        assert told(statement_withdraw(statement=said, body=text("撤回。"), author=None)) == {
            other.pk
        }

    def test_who_stopped_is_not_told(self) -> None:
        was = person(terminal_models=("D210",))
        said = notice(models=["D210"])
        assert told(said) == {was.pk}
        Address.objects.filter(pk=was.pk).update(suppressed_at=timezone.now())
        assert not told(statement_withdraw(statement=said, body=text("撤回。"), author=None))


class TestTheEnd:
    """Whoever was told that it began is told that it is over."""

    def test_whatever_is_known_of_them_since(self) -> None:
        was = person(**KNOWN)
        incident = open_incident()
        assert told(incident) == {was.pk}
        Subscriber.objects.filter(pk=was.subscriber_id).update(
            category="industry", agent=True, **Attributes(province="43", agent_code="Z1").columns()
        )
        over = incident_update(
            incident=incident_of(incident), status="resolved", body=text("已恢复。"), author=None
        )
        assert told(over) == {was.pk}

    def test_what_began_for_everyone_ends_for_everyone(self) -> None:
        of_others = make_address(components=[make_component().public_id])
        hidden, shown = make_component(visible=False), make_component()
        incident = open_incident(hidden)
        assert of_others.pk in told(incident)
        update = {"status": "identified", "components": {shown.public_id: "major_outage"}}
        incident_update(incident=incident_of(incident), body=text("原因。"), author=None, **update)
        over = incident_update(
            incident=incident_of(incident), status="resolved", body=text("已恢复。"), author=None
        )
        assert of_others.pk in told(over)

    def test_a_postmortem_goes_to_who_was_told_of_its_incident(self) -> None:
        mine = make_component()
        concerned = make_address("openid-9", channel="wechat", components=[mine.public_id])
        others = [make_component().public_id]
        make_address("openid-10", channel="wechat", components=others)
        incident = open_incident(mine)
        over = {"status": "resolved", "body": text("已恢复。"), "author": None}
        incident_update(incident=incident_of(incident), **over)
        assert told(said_afterwards(incident)) == {concerned.pk}


def said_afterwards(incident: Statement) -> Statement:
    """Publish what a postmortem says; it names no component itself."""
    content = {**incident.content, "components": [], "status": "postmortem"}
    subject = Subject("incident", incident.subject_id)
    return statement_publish(kind=POSTMORTEM, subject=subject, content=content, author=None)


def test_an_example_of_an_answer_answers_nothing() -> None:
    said = notice(models=["D210"])
    example = {**said.document, "kind": "correction", "corrects": 999, "number": 1000}
    assert audience_of(example).follows == ()
