"""The audience of a notice through both doors: entered, counted, approved, and said in public."""

from typing import Any

import pytest
from django.test import Client

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from notifications.subscribers.attributes import Attributes
from notifications.subscribers.models import Address, Subscriber
from statuspage.approvals.models import Proposal
from statuspage.notices.agents import agent_key
from statuspage.notices.models import Notice
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_address, text
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import form_of, press, publish, signed_in, words
from tests.statuspage.notices.samples import form_values, right_payload
from tests.statuspage.notices.samples import publish as said_by

pytestmark = pytest.mark.django_db

GENERAL = "/console/notices/compose/general/"
RETIREMENT = "/console/notices/compose/terminal_retirement/"
WORDS = {"title_zh": "通知", "title_en": "Notice", "body_zh": "正文", "body_en": "Text"}
BODY = {"kind": "general", "title": text("通知", "Notice"), "body": text("正文", "Text")}
NARROW = {
    "models": "D210\r\nN5",
    "cycles": "T1，D+1",
    "agent_codes": "a01/b02\nSECRET7",
    "provinces": ["44"],
}


def person(**known: Any) -> Address:
    address = make_address()
    columns = Attributes(**known).columns()
    Subscriber.objects.filter(pk=address.subscriber_id).update(**columns)
    return address


def told(statement: Statement) -> set[int | None]:
    expand(statement.number)
    return set(Delivery.objects.filter(statement=statement).values_list("address_id", flat=True))


def newest() -> Statement:
    return Statement.objects.latest("number")


class TestConsole:
    def test_the_form_takes_what_people_type(self) -> None:
        publish(signed_in(), GENERAL, **WORDS, **NARROW)
        found = newest().content["audience"]
        assert found["models"] == ["D210", "N5"]
        assert found["cycles"] == ["D+1", "T+1"]
        assert found["provinces"] == ["44"]
        assert found["agent_keys"] == sorted([agent_key("A01/B02"), agent_key("SECRET7")])
        assert Broadcast.objects.get().narrow

    @pytest.mark.parametrize(
        ("name", "typed"),
        [("models", "x" * 61), ("cycles", "tomorrow"), ("agent_codes", "A//B")],
    )
    def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
        self, name: str, typed: str
    ) -> None:
        page = press(signed_in(), GENERAL, "confirm", **WORDS, **{name: typed})
        assert form_of(page)[name] == typed
        assert '<details class="short-words" open>' in page.content.decode()
        assert not Statement.objects.exists()

    def test_it_is_folded_away_where_nothing_is_in_it(self) -> None:
        page = signed_in().get(GENERAL).content.decode()
        assert page.count("Only some of them") == 1
        assert '<details class="short-words" open>' not in page

    def test_known_models_are_named_with_their_numbers(self) -> None:
        person(terminal_models=("D210",))
        person(terminal_models=("D210", "N5"))
        assert "Known: D210 (2), N5 (1)." in words(signed_in().get(GENERAL))

    def test_the_numbers_are_shown_before_publishing(self) -> None:
        for known in ({"terminal_models": ("D210",)}, {"terminal_models": ("N5",)}, {}):
            person(**known)
        page = words(press(signed_in(), GENERAL, "confirm", **WORDS, models="D210"))
        assert "2 addresses will be notified" in page
        assert "1 matches the audience." in page
        assert "1 with unknown terminal model: notified." in page
        page = words(press(signed_in(), GENERAL, "confirm", **WORDS, agent_codes="A01"))
        assert "0 addresses will be notified" in page
        assert "3 with unknown agent: not notified." in page

    def test_an_agent_s_code_counts_before_the_details_are_complete(self) -> None:
        person(agent_code="A01/B1")
        page = words(press(signed_in(), RETIREMENT, "preview", agent_codes="A01", models="X"))
        assert "1 recipient" in page

    def test_who_approves_sees_the_codes_and_the_numbers(self, settings: Any) -> None:
        settings.FOUR_EYES_KINDS = frozenset({"general"})
        mine, _other = person(agent_code="SECRET7/B1"), person()
        press(signed_in(), GENERAL, "publish", **WORDS, agent_codes="secret7")
        proposal = Proposal.objects.get()
        approver = signed_in(Role.APPROVER)
        path = f"/console/notices/proposals/{proposal.pk}/"
        page = words(approver.get(path))
        assert "SECRET7" in page
        assert "1 matches the audience." in page
        assert "1 with unknown agent: not notified." in page
        seen = form_of(approver.get(path), "seen")["seen"]
        approver.post(path, {"step": "approve", "seen": seen})
        assert told(newest()) == {mine.pk}

    def test_staff_see_afterwards_which_agents_it_was(self) -> None:
        person(agent_code="A01/B02")
        said = said_by("general", audience={"agent_codes": ["A01"]})
        page = words(signed_in().get(f"/console/notices/{said.subject_id}/"))
        assert "Agent codes" in page
        assert "A01" in page


class TestRetirement:
    """What a notice is about decides who is told of it, unless its author says otherwise."""

    def values(self) -> dict[str, str]:
        payload = right_payload("terminal_retirement")
        from statuspage.notices.kind import notice_kind

        return WORDS | form_values(notice_kind("terminal_retirement"), payload)

    def test_it_is_told_to_those_who_have_the_model(self) -> None:
        has, _has_not = person(terminal_models=("DP-100",)), person(terminal_models=("X1",))
        unknown = person()
        publish(signed_in(), RETIREMENT, **self.values())
        assert newest().content["audience"]["models"] == ["DP-100", "DP-200"]
        assert told(newest()) == {has.pk, unknown.pk}

    def test_its_author_may_tell_everyone(self) -> None:
        person(terminal_models=("X1",))
        page = signed_in()
        publish(page, RETIREMENT, **self.values(), as_named="")
        assert "models" not in newest().content["audience"]
        assert len(told(newest())) == 1

    def test_that_choice_survives_approval(self, settings: Any) -> None:
        settings.FOUR_EYES_KINDS = frozenset({"terminal_retirement"})
        person(terminal_models=("X1",))
        press(signed_in(), RETIREMENT, "publish", **self.values(), as_named="")
        path = f"/console/notices/proposals/{Proposal.objects.get().pk}/"
        approver = signed_in(Role.APPROVER)
        seen = form_of(approver.get(path), "seen")["seen"]
        approver.post(path, {"step": "approve", "seen": seen})
        assert len(told(newest())) == 1

    def test_over_the_api_an_empty_list_is_everyone_and_none_is_as_named(self) -> None:
        api = caller()
        body = {
            **BODY,
            "kind": "terminal_retirement",
            "payload": right_payload("terminal_retirement"),
        }
        assert api.post("notices/", body).json()["audience"]["models"] == ["DP-100", "DP-200"]
        everyone = api.post("notices/", {**body, "audience": {"models": []}})
        assert everyone.json()["audience"]["models"] == []


class TestApi:
    def test_it_takes_every_dimension_and_says_no_code_of_an_agent(self) -> None:
        mine = person(
            terminal_models=("D210",), cycles=("T+1",), province="44", agent_code="SECRET7/B1"
        )
        person(terminal_models=("D210",), cycles=("T+1",), province="44", agent_code="SECRET70")
        audience = {
            "models": ["d210"],
            "cycles": ["T1"],
            "provinces": ["广东"],
            "agent_codes": ["secret7"],
        }
        answer = caller().post("notices/", {**BODY, "audience": audience})
        assert answer.status_code == 201
        assert answer.json()["audience"] == {
            "categories": [],
            "products": [],
            "models": ["d210"],
            "cycles": ["T+1"],
            "provinces": ["44"],
            "agents": False,
            "agents_named": 1,
        }
        assert "SECRET7" not in answer.content.decode().upper()
        assert told(newest()) == {mine.pk}

    @pytest.mark.parametrize(
        "audience",
        [
            {"models": ["x" * 61]},
            {"cycles": ["tomorrow"]},
            {"agent_codes": ["A//B"]},
            {"provinces": ["99"]},
            {"agent_keys": ["0" * 16]},
            {"agent_codes": [f"A{n}" for n in range(201)]},
        ],
    )
    def test_what_is_no_audience_is_refused(self, audience: Any) -> None:
        assert caller().post("notices/", {**BODY, "audience": audience}).status_code == 400
        assert not Notice.objects.exists()


class TestInPublic:
    @pytest.fixture
    def said(self) -> Statement:
        audience = {
            "categories": ["micro"],
            "models": ["D210"],
            "cycles": ["T+1"],
            "provinces": ["44"],
            "agent_codes": ["SECRET7"],
            "agents": True,
        }
        return said_by("general", audience=audience)

    @pytest.mark.parametrize(
        ("prefix", "line"),
        [
            (
                "",
                ("小微商户", "终端型号 D210", "T+1 结算", "广东", "部分代理商的商户", "代理商"),
            ),
            (
                "/en",
                (
                    "Micro merchants",
                    "Terminal models D210",
                    "Settled T+1",
                    "Guangdong",
                    "Some agents’ merchants",
                    "Agents",
                ),
            ),
        ],
    )
    def test_the_page_says_who_is_told_in_the_reader_s_language(
        self, said: Statement, client: Client, prefix: str, line: tuple[str, ...]
    ) -> None:
        page = client.get(f"{prefix}/notices/{said.subject_id}/").content.decode()
        assert ("、" if not prefix else ", ").join(line) in page

    @pytest.mark.parametrize(
        "path", ["/", "/notices/", "/history.rss", "/history.atom", "/feed.json", "/log/"]
    )
    def test_no_code_of_an_agent_is_anywhere(
        self, said: Statement, client: Client, path: str
    ) -> None:
        assert said.content["audience"]["agent_keys"]
        answer = client.get(path)
        assert answer.status_code == 200
        assert b"SECRET7" not in answer.content

    @pytest.mark.parametrize(
        ("audience", "line"),
        [({}, "<dd>Agents</dd>"), ({"agent_codes": ["A01"]}, "<dd>Some agents</dd>")],
    )
    def test_a_notice_to_agents_is_said_to_be_for_agents(
        self, client: Client, audience: Any, line: str
    ) -> None:
        said = said_by("general", told="agents", audience=audience)
        page = client.get(f"/en/notices/{said.subject_id}/").content.decode()
        assert line in page
        assert "All merchants" not in page
