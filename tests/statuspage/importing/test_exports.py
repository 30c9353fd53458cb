"""The exports of Statuspage, Cachet and cState."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from statuspage.importing.entries import LeftOut, NoticeEntry, Reading, Refused, Unusable
from statuspage.importing.formats import guessed
from tests.statuspage.importing.readings import (
    BEIJING,
    CHINESE,
    DATA,
    ENGLISH,
    by_key,
    entries,
    incident,
    reason,
    said,
)

PUBLIC = DATA / "statuspage-public.json"


def test_statuspage_gives_then_statuses_times_and_the_states_of_each_update() -> None:
    found = incident(entries("statuspage", PUBLIC, ENGLISH), "pg1/inc9")
    assert said(found, "en") == [
        (
            "09-04 02:05",
            "investigating",
            "One in three payments fails.\nSee help (https://www.example.com/help).",
        ),
        ("09-04 02:40", "monitoring", "Monitoring"),
        ("09-04 03:10", "resolved", "Payments work again."),
    ]
    assert (found.impact, f"{found.started_at:%H:%M}") == ("major", "02:00")
    assert [one.components for one in found.updates] == [
        {"QR payments": "partial_outage"},
        {"QR payments": "degraded_performance"},
        {},
    ]
    assert "postmortem" in found.remark


def test_what_gives_one_time_lasts_a_minute_and_says_so() -> None:
    found = incident(entries("statuspage", PUBLIC, ENGLISH), "pg1/inc8")
    assert (found.updates[-1].at - found.started_at).total_seconds() == 60
    assert "no end" in found.remark
    assert found.components == {"Merchant portal": "degraded_performance"}


def test_an_open_incident_is_refused_and_a_maintenance_left_out() -> None:
    found = by_key(entries("statuspage", PUBLIC))
    assert isinstance(found["pg1/inc7"], Refused)
    assert "still open" in found["pg1/inc7"].reason
    assert isinstance(found["pg1/mnt1"], LeftOut)


def test_the_management_api_of_statuspage_gives_a_bare_list() -> None:
    found = entries("statuspage", DATA / "statuspage-management.json")
    nine = incident(found, "pg1/inc9")
    assert [line[:2] for line in said(nine)] == [
        ("09-04 10:05", "investigating"),
        ("09-04 11:10", "resolved"),
    ]
    assert nine.impact == "critical"
    assert nine.components == {"QR payments": "major_outage"}
    assert isinstance(by_key(found)["pg1/mnt1"], LeftOut)


def test_english_stands_in_chinese_too_and_the_text_says_so() -> None:
    found = incident(entries("statuspage", PUBLIC, ENGLISH), "pg1/inc9")
    assert found.name == {"zh-hans": "QR payments failing", "en": "QR payments failing"}
    assert found.updates[-1].body == {
        "zh-hans": "（原文为英文）\nPayments work again.",
        "en": "Payments work again.",
    }
    assert found.updates[1].body["zh-hans"] == "监控中"


def test_a_chinese_export_has_chinese_alone() -> None:
    found = incident(entries("statuspage", PUBLIC, CHINESE), "pg1/inc9")
    assert found.name == {"zh-hans": "QR payments failing"}


def test_a_title_that_is_too_long_stands_whole_before_the_text(tmp_path: Path) -> None:
    row = json.loads(PUBLIC.read_text())["incidents"][0] | {"name": "长" * 200}
    (tmp_path / "a.json").write_text(json.dumps([row]))
    found = incident(entries("statuspage", tmp_path), "pg1/inc9")
    assert len(found.name["zh-hans"]) == 120
    assert found.updates[0].body["zh-hans"].startswith("长" * 200 + "\n\nOne in three")


def test_cachet_2_gives_its_message_and_its_updates() -> None:
    found = incident(entries("cachet", DATA / "cachet-2.json"), "1")
    assert said(found) == [
        ("04-01 09:00", "investigating", "部分到账延迟。"),
        ("04-01 10:30", "monitoring", "正在补划。"),
        ("04-01 12:00", "resolved", "已全部到账。"),
    ]
    assert found.components == {"component 3": "degraded_performance"}
    assert "impact not in the source: minor" in found.remark


def test_cachet_2_gives_the_names_of_components_in_a_file_of_their_own(tmp_path: Path) -> None:
    for name in ("cachet-2.json", "cachet-2-components.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    found = incident(entries("cachet", tmp_path, Reading(BEIJING, impact="critical")), "1")
    assert found.components == {"T+1 结算": "major_outage"}


def test_cachet_2_with_a_message_alone_lasts_until_it_was_fixed() -> None:
    found = incident(entries("cachet", DATA / "cachet-2.json"), "2")
    assert said(found) == [("05-01 09:40", "resolved", "短信曾延迟。")]
    assert f"{found.started_at:%H:%M}" == "09:00"


def test_what_cachet_hid_or_scheduled_is_left_out() -> None:
    found = by_key(entries("cachet", DATA / "cachet-2.json"))
    assert isinstance(found["3"], LeftOut)
    assert isinstance(found["4"], LeftOut)


def test_cachet_3_gives_json_api() -> None:
    found = incident(
        entries("cachet", DATA / "cachet-3.json"), "3b7c0c5e-0000-4000-8000-000000000007"
    )
    assert said(found) == [
        ("03-01 08:00", "investigating", "Payments fail."),
        ("03-01 08:50", "resolved", "Fixed."),
    ]
    assert found.components == {"QR payments": "degraded_performance"}


def test_cachet_3_without_the_updates_is_refused(tmp_path: Path) -> None:
    data = json.loads((DATA / "cachet-3.json").read_text()) | {"included": []}
    (tmp_path / "a.json").write_text(json.dumps(data))
    assert "?include=updates" in reason("cachet", tmp_path)


def test_cstate_gives_an_update_for_each_time_in_its_text() -> None:
    found = incident(entries("cstate", DATA / "cstate", ENGLISH), "2023-02-cards.md")
    assert said(found, "en") == [
        ("02-03 04:00", "investigating", "Some cards are declined."),
        (
            "02-03 04:40",
            "identified",
            "The processor is back; we are checking (https://www.example.com/check).",
        ),
        ("02-03 04:58", "resolved", "Cards are accepted again."),
    ]
    assert found.components == {"Card payments": "major_outage"}
    assert found.impact == "critical"


def test_cstate_without_times_ends_when_the_page_says() -> None:
    found = incident(entries("cstate", DATA / "cstate", ENGLISH), "2023-03-portal.md")
    assert said(found) == [
        ("03-01 01:00", "investigating", "（原文为英文）\nThe portal is slow."),
        ("03-01 02:00", "resolved", "已恢复"),
    ]


def test_what_is_assumed_of_times_is_said(tmp_path: Path) -> None:
    row = json.loads((DATA / "statuspage-management.json").read_text())[0]
    odd = {"started_at": "2023-09-04T11:00:00+08:00", "resolved_at": "2023-09-05T00:00:00+08:00"}
    (tmp_path / "a.json").write_text(json.dumps([row | odd]))
    remark = incident(entries("statuspage", tmp_path), "pg1/inc9").remark
    assert "its start is that of its first update" in remark
    assert "its end is that of its last update" in remark


def test_what_was_said_after_the_end_moves_no_end(tmp_path: Path) -> None:
    row = json.loads((DATA / "statuspage-management.json").read_text())[0]
    later = {"status": "resolved", "body": "All paid.", "display_at": "2023-09-06T10:00:00+08:00"}
    row["incident_updates"].insert(0, later)
    (tmp_path / "a.json").write_text(json.dumps([row]))
    found = incident(entries("statuspage", tmp_path), "pg1/inc9")
    assert said(found)[-1] == ("09-04 11:10", "resolved", "Payments work again.\n\nAll paid.")
    assert "after its end" in found.remark


def test_pages_of_cstate_that_are_no_issues_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "about.md").write_text("---\ntitle: About\n---\nUs.\n")
    (tmp_path / "notes.md").write_text("Nothing.\n")
    assert {type(one) for one in entries("cstate", tmp_path)} == {LeftOut}


def test_cstate_gives_informational_posts_as_notices_and_leaves_drafts_out() -> None:
    found = by_key(entries("cstate", DATA / "cstate"))
    notice = found["2023-04-office.md"]
    assert isinstance(notice, NoticeEntry)
    assert (notice.kind, notice.published_on) == ("general", date(2023, 4, 1))
    assert isinstance(found["2023-05-draft.md"], LeftOut)
    assert isinstance(found["2023-06-open.md"], Refused)


FORMATS = {
    "statuspage-public.json": "statuspage",
    "statuspage-management.json": "statuspage",
    "cachet-2.json": "cachet",
    "cachet-3.json": "cachet",
    "cstate": "cstate",
    "cstate/content/issues/2023-04-office.md": "cstate",
    "../../../docs/examples/import": "markdown",
}


@pytest.mark.parametrize(("name", "form"), FORMATS.items(), ids=FORMATS)
def test_the_format_is_guessed_where_it_is_plain(name: str, form: str) -> None:
    assert guessed(DATA / name) == form


def test_an_empty_folder_has_no_format(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="--format"):
        guessed(tmp_path)


ODD: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "not JSON, line 1"),
    "too deep": ("[" * 100_000, "not JSON"),
    "no object": ("[1]", "has no id"),
    "no updates": ('[{"id": "a", "name": "b", "incident_updates": []}]', "there is no date"),
    "no title": (
        '[{"id": "a", "created_at": "2024-01-01", "incident_updates": []}]',
        "has no title",
    ),
    "odd status": (
        '[{"id": "a", "name": "b", "created_at": "2024-01-01", "incident_updates":'
        ' [{"status": "gone", "created_at": "2024-01-01"}]}]',
        "“gone” is not a status",
    ),
    "odd date": ('[{"id": "a", "name": "b", "created_at": 17e8, "incident_updates": []}]', "date"),
}


@pytest.mark.parametrize(("text", "wanted"), ODD.values(), ids=ODD)
def test_odd_json_is_refused_with_its_reason(tmp_path: Path, text: str, wanted: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert wanted in reason("statuspage", tmp_path)


def test_a_list_that_is_none_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"incidents": [], "scheduled_maintenances": 5}')
    assert entries("statuspage", tmp_path) == []


def test_cstate_is_read_from_toml_and_from_quoted_values_too(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        '+++\ntitle = "Cards"\ndate = 2023-02-03T04:00:00Z\nresolved = "true"\n'
        'severity = "down"\nsection = "issue"\n+++\n'
        "*Resolved* - Over. {{< track 2023-02-03T05:00:00Z >}}\n"
    )
    assert said(incident(entries("cstate", tmp_path), "a.md")) == [
        ("02-03 05:00", "resolved", "Over.")
    ]


def test_an_export_without_incidents_has_no_entries(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"incidents": []}')
    assert entries("statuspage", tmp_path) == []
