"""Notices: a form for every kind there is, generated from what the kind declares."""

from html import unescape

import pytest
from django.test import Client
from django.utils.translation import override

from statuspage.notices.kind import NoticeKind, kinds
from statuspage.notices.models import Notice
from statuspage.statements.models import Statement
from tests.factories import make_address, open_incident
from tests.statuspage.console.browser import form_of, press, publish, words
from tests.statuspage.notices.samples import ahead, form_values, right_payload, world

WRITTEN = {
    "title_zh": "手续费全额减免",
    "title_en": "Fees waived in full",
    "body_zh": "受影响交易的手续费全额减免,无需申请。",
    "body_en": "Fees of the transactions concerned are waived.",
}
WAIVER = "/console/notices/compose/fee_waiver/"


def filled_in(kind: NoticeKind) -> dict[str, str]:
    """Return a usable value for every field of a kind."""
    return WRITTEN | form_values(kind, right_payload(kind.name))


def test_every_kind_can_be_chosen(author: Client) -> None:
    page = words(author.get("/console/notices/new/"))
    for kind in kinds():
        assert f"/console/notices/compose/{kind.name}/" in page
        with override("en"):
            assert str(kind.label) in page


def test_every_kind_can_be_published(author: Client, subtests: pytest.Subtests) -> None:
    world()
    for kind in kinds():
        if kind.four_eyes:
            continue
        with subtests.test(kind.name):
            values = filled_in(kind) | {"confirmed": "on"}
            page = publish(author, f"/console/notices/compose/{kind.name}/", **values)
            statement = Statement.objects.latest("number")
            assert statement.kind == f"notice.{kind.name}"
            assert page.redirect_chain[0][0] == f"/console/broadcasts/{statement.number}/"
            assert set(statement.content["payload"]) == {one.name for one in kind.fields}


def test_every_field_is_shown_with_its_label(author: Client, subtests: pytest.Subtests) -> None:
    for kind in kinds():
        with subtests.test(kind.name):
            page = unescape(words(author.get(f"/console/notices/compose/{kind.name}/")))
            with override("en"):
                assert all(str(one.label) in page for one in kind.fields if not one.derived)


def test_every_required_field_is_asked_for(author: Client, subtests: pytest.Subtests) -> None:
    world()
    for kind in kinds():
        required = [one.name for one in kind.fields if one.required]
        if not required:
            continue
        with subtests.test(kind.name):
            empty = {f"payload_{one}{of}": "" for one in required for of in ("", "_zh", "_en")}
            values, said = filled_in(kind) | empty, Statement.objects.count()
            page = press(author, f"/console/notices/compose/{kind.name}/", "publish", **values)
            # Each in the summary and at the field.
            assert words(page).count("This field is required.") == 2 * len(required)
            assert form_of(page)["title_zh"] == WRITTEN["title_zh"]
            assert Statement.objects.count() == said


def test_a_schedule_of_a_past_holiday_is_confirmed_first(author: Client) -> None:
    world()
    path = "/console/notices/compose/holiday_schedule/"
    kind = next(one for one in kinds() if one.name == "holiday_schedule")
    assert "confirmed" not in form_of(author.get(path))
    page = press(author, path, "publish", **filled_in(kind))
    assert "This holiday is over (1 Oct 2025 to 8 Oct 2025)." in words(page)
    assert "Please tick the box to confirm, or change the notice." in words(page)
    assert not Statement.objects.exists()
    publish(author, path, **filled_in(kind), confirmed="on")
    assert Statement.objects.get().content["payload"]["first_day"] == "2025-10-01"


def test_times_are_beijing_time_and_shares_exact(author: Client) -> None:
    values = {
        **WRITTEN,
        "payload_transactions_from": "2025-02-18T00:00",
        "payload_transactions_until": "2025-02-21T00:00",
        "payload_percent_waived": "99.50",
        "payload_borne_by_zh": "公司承担",
        "payload_borne_by_en": "The company",
        "payload_credited_by": ahead(3),
        "payload_promised_total": "1234.5",
    }
    publish(author, WAIVER, **values)
    statement = Statement.objects.get()
    page = words(author.get(f"/console/notices/{statement.subject_id}/"))
    assert statement.content["payload"] == {
        "transactions_from": "2025-02-17T16:00:00.000Z",
        "transactions_until": "2025-02-20T16:00:00.000Z",
        # Left open: only for those that the fault affected.
        "covers": None,
        "percent_waived": "99.5",
        "borne_by": {"zh-hans": "公司承担", "en": "The company"},
        "credited_by": ahead(3),
        "amount_waived": None,
        "promised_total": "1234.50",
    }
    for shown in (
        "18 Feb 2025 to 20 Feb 2025",
        "99.5%",
        "The company",
        "1,234.50 yuan",
    ):
        assert shown in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payload_percent_waived", "101"),
        ("payload_percent_waived", "0"),
        ("payload_promised_total", "0"),
        ("payload_credited_by", "2025-03-01"),
        ("payload_percent_waived", "NaN"),
        ("payload_percent_waived", "1e-999999"),
        ("payload_percent_waived", "half"),
        ("payload_transactions_from", "0001-01-01T00:00"),
        ("payload_transactions_from", "2025-02-30T00:00"),
        ("payload_transactions_until", "2024-01-01T00:00"),
        ("payload_credited_by", "9999-12-31"),
        ("categories", "giants"),
        ("incident", "zzzzzzzzzzzz"),
        ("title_zh", "长" * 121),
        ("body_zh", "{金额}元"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(author: Client, field: str, value: str) -> None:
    kind = next(one for one in kinds() if one.name == "fee_waiver")
    page = press(author, WAIVER, "publish", **filled_in(kind) | {field: value})
    assert 'class="errors"' in words(page)
    assert 'class="error"' in words(page)
    assert not Statement.objects.exists()


def test_the_audience_decides_who_is_counted(author: Client) -> None:
    make_address(category="micro")
    make_address(category="micro")
    make_address(category="industry")
    path = "/console/notices/compose/general/"
    assert "2 addresses will be notified." in words(
        press(author, path, "confirm", **WRITTEN, categories="micro")
    )
    assert "3 addresses will be notified." in words(press(author, path, "confirm", **WRITTEN))


def test_a_notice_names_its_audience_and_incident(author: Client, chinese: Client) -> None:
    incident = open_incident()
    path = "/console/notices/compose/general/"
    both = ["micro", "industry"]
    publish(author, path, **WRITTEN, categories=both, incident=incident.subject_id)
    notice = Notice.objects.get()
    assert notice.audience == {
        "categories": ["industry", "micro"],
        "products": [],
        "agents": False,
    }
    page = words(author.get(f"/console/notices/{notice.public_id}/"))
    assert "Micro merchants" in page
    assert f"/console/incidents/{incident.subject_id}/" in page
    assert WRITTEN["title_zh"] in words(chinese.get(f"/console/notices/{notice.public_id}/"))


def test_the_list_shows_titles_in_the_readers_language(author: Client, chinese: Client) -> None:
    publish(author, "/console/notices/compose/general/", **WRITTEN)
    assert WRITTEN["title_en"] in words(author.get("/console/notices/"))
    assert WRITTEN["title_zh"] in words(chinese.get("/console/notices/"))


def test_pressing_publish_twice_makes_one_notice(author: Client) -> None:
    path = "/console/notices/compose/general/"
    form = form_of(author.get(path)) | WRITTEN | {"step": "publish"}
    author.post(path, form)
    author.post(path, form)
    assert Notice.objects.count() == 1
