"""What is known of merchants and agents: from lists, the API, staff, and what they say."""

import io
import json

import pytest
from django.core.exceptions import ValidationError

from notifications.subscribers.attributes import Attributes, clean_code, clean_province, split
from notifications.subscribers.models import Address, SignUp, Subscriber
from notifications.subscribers.selectors import attributes_of
from notifications.subscribers.services.importing import ImportReport, subscriber_import
from statuspage.notices.agents import agent_keys
from statuspage.settlement.rules import rule_add
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from tests.factories import make_address
from tests.notifications.subscribers.visitor import Visitor, text_of
from tests.statuspage.api.client import caller
from tests.statuspage.api.samples import subscriber as body_of
from tests.statuspage.console.browser import signed_in, words
from tests.statuspage.settlement.rules.factories import make_product

pytestmark = pytest.mark.django_db

HEADER = "phone,language,category,consent_source,products,models,cycles,agent_code,province"
FULL = "13800138000,zh,micro,contract,card;qr,D210|n5,T1、D+0,a01/b02,广东省"
KNOWN = Attributes(
    products=("card", "qr"),
    terminal_models=("D210", "N5"),
    cycles=("D+0", "T+1"),
    province="44",
    agent_code="A01/B02",
)


@pytest.fixture(autouse=True)
def _goods(db: None) -> None:
    make_product("card", "刷卡", "Card")
    make_product("qr")


def load(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> ImportReport:
    return subscriber_import(io.BytesIO("\n".join([header, *lines, ""]).encode(encoding)))


def known() -> Attributes:
    return attributes_of(Subscriber.objects.get())


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("D210;N5", ["D210", "N5"]),
        ("D210、N5｜".replace("｜", "|"), ["D210", "N5"]),
        ("D210 Pro，N5", ["D210 Pro", "N5"]),
        ("D210\nN5", ["D210", "N5"]),
        (" ; ", []),
    ],
)
def test_lists_are_separated_as_people_write_them(written: str, parts: list[str]) -> None:
    assert split(written) == parts


def test_what_is_empty_is_unknown_and_what_is_none_is_left_alone() -> None:
    columns = Attributes(products=(), agent_code="").columns()
    assert columns == {"products": None, "agent_code": "", "agent_keys": None}
    assert clean_code(" ") == clean_province(" ") == ""


class TestLists:
    def test_columns_in_english(self) -> None:
        assert load(FULL).created == 1
        assert known() == KNOWN
        assert Subscriber.objects.get().agent_keys == agent_keys("A01/B02")

    def test_columns_in_chinese_as_excel_saves_them(self) -> None:
        header = "手机号,语言,商户类别,同意方式,产品,终端型号,结算周期,代理商编码,省份"
        assert load(FULL, header=header, encoding="gb18030").created == 1
        assert known() == KNOWN

    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            ("nothing,,,,", "products"),
            (",,tomorrow,,", "cycles"),
            (",,,A//B,", "agent_code"),
            (",,,,Atlantis", "province"),
            (f",{'x' * 61},,,", "models"),
        ],
    )
    def test_what_cannot_be_is_named_by_line_and_column(self, cells: str, column: str) -> None:
        report = load(f"13800138000,zh,micro,contract,{cells}")
        assert [(one.line, one.column) for one in report.errors] == [(2, column)]

    def test_an_empty_cell_and_a_missing_column_leave_what_is_known(self) -> None:
        load(FULL)
        load("13800138000,zh,micro,contract,,,,,")
        assert known() == KNOWN
        load("13800138000,zh,micro,contract", header="phone,language,category,consent_source")
        assert known() == KNOWN

    def test_a_changed_agent_changes_its_keys(self) -> None:
        load(FULL)
        load("13800138000,zh,micro,contract,,,,A02,")
        assert known().agent_code == "A02"
        assert Subscriber.objects.get().agent_keys == agent_keys("A02")

    def test_of_an_owner_s_choice_only_the_agent_and_what_is_open_is_taken(
        self, visitor: Visitor
    ) -> None:
        visitor.subscribe(terminal_models="X9")
        report = load(FULL)
        assert (report.updated, report.skipped) == (0, 1)
        found = known()
        assert found.terminal_models == ("X9",)
        assert (found.products, found.agent_code, found.province) == (
            ("card", "qr"),
            "A01/B02",
            "44",
        )
        assert Subscriber.objects.get().category == ""

    def test_whether_an_owner_is_an_agent_is_taken_from_the_list(self, visitor: Visitor) -> None:
        visitor.subscribe()
        header = "phone,language,category,consent_source,agent"
        load("13800138000,zh,,contract,yes", header=header)
        assert Subscriber.objects.get().agent
        load("13800138000,zh,,contract,", header=header)
        assert Subscriber.objects.get().agent
        load("13800138000,zh,,contract,no", header=header)
        assert not Subscriber.objects.get().agent


class TestTheirOwnWord:
    def test_it_is_asked_at_sign_up_and_holds_once_confirmed(self, visitor: Visitor) -> None:
        rule_add(category="micro", cycle="T+1")
        shown = text_of(visitor.get("/subscribe/"))
        assert "More about your business" in shown
        assert "agent_code" not in shown
        visitor.subscribe(
            products=["card"], terminal_models="d210, N5", cycles=["T+1"], province="44"
        )
        assert known() == Attributes(
            products=("card",),
            terminal_models=("D210", "N5"),
            cycles=("T+1",),
            province="44",
            agent_code="",
        )

    def test_signing_up_again_forgets_nothing(self, visitor: Visitor) -> None:
        visitor.subscribe(terminal_models="D210", province="44")
        SignUp.objects.all().delete()
        visitor.subscribe()
        assert known().terminal_models == ("D210",)
        assert known().province == "44"

    def test_nobody_says_of_themselves_whose_merchant_they_are(self, visitor: Visitor) -> None:
        visitor.subscribe(agent_code="A01", agent="on")
        assert known().agent_code == ""
        page = visitor.open_manage()
        visitor.client.post(page, {"topics": ["notice"], "language": "en", "agent_code": "A01"})
        assert known().agent_code == ""
        assert not Subscriber.objects.get().agent

    def test_they_see_their_agent_and_change_and_clear_the_rest(self, visitor: Visitor) -> None:
        visitor.subscribe()
        Subscriber.objects.update(**KNOWN.columns())
        page = visitor.open_manage()
        shown = text_of(visitor.client.get(page))
        assert "A01/B02" in shown
        assert "D210, N5" in shown
        visitor.client.post(
            page, {"topics": ["notice"], "language": "en", "terminal_models": "N5", "province": ""}
        )
        found = known()
        assert (found.terminal_models, found.province, found.products) == (("N5",), "", ())
        assert found.agent_code == "A01/B02"

    def test_what_cannot_be_is_said_and_nothing_typed_is_lost(self, visitor: Visitor) -> None:
        answer = visitor.ask(terminal_models="x" * 61)
        shown = text_of(answer)
        assert answer.status_code == 400
        assert "x" * 61 in shown
        assert "at most 60 characters" in shown
        assert '<details class="business" open>' in shown

    def test_their_copy_has_it_and_their_erasure_takes_it(self, visitor: Visitor) -> None:
        visitor.subscribe()
        Subscriber.objects.update(**KNOWN.columns())
        page = visitor.open_manage()
        data = json.loads(visitor.client.post(f"{page}data/", {"json": "1"}).content)["subscriber"]
        assert data["terminal_models"] == ["D210", "N5"]
        assert data["agent_code"] == "A01/B02"
        assert (data["province"], data["settlement_cycles"]) == ("44", ["D+0", "T+1"])
        assert "Guangdong" in text_of(visitor.client.post(f"{page}data/"))
        visitor.client.post(f"{page}erase/", {"sure": "on"})
        assert not Subscriber.objects.exists()
        assert not SignUp.objects.exclude(terminal_models=None).exists()


class TestWhatNobodyOffersAnyMore:
    """What an import knows of somebody is theirs to keep and to drop."""

    @pytest.mark.parametrize("offered", [True, False])
    def test_it_can_be_kept_and_dropped(self, visitor: Visitor, *, offered: bool) -> None:
        if offered:
            rule_add(category="micro", cycle="T+1")
        load("13800138000,zh,micro,contract,card,D210,T+1;D+0,,")
        page = visitor.open_manage()
        form = {"topics": ["notice"], "language": "en", "category": "micro", "products": ["card"]}
        for kept in (["D+0", "T+1"], ["D+0"], []):
            answer = visitor.client.post(page, {**form, "cycles": kept})
            assert answer.status_code == 302
            assert known().cycles == tuple(kept)
        assert visitor.client.post(page, {**form, "cycles": ["T+99"]}).status_code != 200
        assert known().cycles == ()


class TestApi:
    def test_it_takes_them_and_answers_with_them(self) -> None:
        api = caller(Role.APPROVER)
        sent = {
            "products": ["card"],
            "models": ["d210"],
            "cycles": ["T1"],
            "province": "广东",
            "agent": True,
            "agent_code": "a01",
        }
        answer = api.post("subscribers/", body_of(**sent)).json()
        assert {name: answer[name] for name in sent} == {
            "products": ["card"],
            "models": ["D210"],
            "cycles": ["T+1"],
            "province": "44",
            "agent": True,
            "agent_code": "A01",
        }
        again = api.post("subscribers/", body_of(models=[])).json()
        assert (again["models"], again["province"], again["agent"]) == ([], "44", True)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("products", ["none"]),
            ("models", ["x" * 61]),
            ("cycles", ["later"]),
            ("province", "99"),
            ("agent_code", "A//B"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(self, name: str, value: object) -> None:
        answer = caller(Role.APPROVER).post("subscribers/", body_of(**{name: value}))
        assert answer.status_code == 400
        assert name in answer.content.decode()
        assert not Address.objects.exists()

    def test_a_system_has_no_terminal(self) -> None:
        body = {
            "channel": "webhook",
            "address": "https://example.com/hook",
            "consent_source": "staff",
            "models": ["D210"],
        }
        assert caller(Role.APPROVER).post("subscribers/", body).status_code == 400


class TestStaff:
    def test_it_is_seen_and_changed_and_the_change_is_on_record(self) -> None:
        address = make_address()
        approver = signed_in(Role.APPROVER)
        path = f"/console/subscribers/{address.subscriber.public_id}/"
        assert "Unknown" in words(approver.get(path))
        form = {
            "category": "micro",
            "products": ["card"],
            "terminal_models": "d210",
            "province": "44",
            "agent_code": "a01/b02",
        }
        assert approver.post(f"{path}known/", form).status_code == 302
        assert known().agent_code == "A01/B02"
        assert "A01/B02" in words(approver.get(path))
        entry = AuditEntry.objects.get(act="subscriber.changed")
        assert "agent_code" in entry.after["changed"]
        assert "A01" not in json.dumps(entry.after)

    def test_a_wrong_code_is_refused_and_everything_typed_stays(self) -> None:
        address = make_address()
        approver = signed_in(Role.APPROVER)
        path = f"/console/subscribers/{address.subscriber.public_id}/known/"
        answer = approver.post(path, {"agent_code": "A//B", "terminal_models": "D210"})
        assert answer.status_code == 400
        assert "A//B" in answer.content.decode()
        assert "D210" in answer.content.decode()
        assert known() == attributes_of(Subscriber())

    def test_an_author_may_not(self) -> None:
        address = make_address()
        author = signed_in(Role.AUTHOR)
        path = f"/console/subscribers/{address.subscriber.public_id}/"
        assert author.get(f"{path}known/").status_code == 403
        assert "known/" not in author.get(path).content.decode()


@pytest.mark.parametrize(
    "written",
    ["44", "４４", "440000", "广东", "广东省", " Guangdong ", "GUANGDONG", "Guangdong Province"],
)
def test_a_province_is_read_as_people_write_it(written: str) -> None:
    assert clean_province(written) == "44"


def test_a_province_is_no_free_text() -> None:
    with pytest.raises(ValidationError):
        clean_province("Atlantis")
