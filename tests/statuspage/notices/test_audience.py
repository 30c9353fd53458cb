"""The audience of a notice: what may be entered, and whom it addresses."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.lib.provinces import PROVINCE_WORDS, PROVINCES
from statuspage.notices.agents import agent_key, public_audience
from statuspage.notices.audience import (
    addresses,
    ancestry,
    clean_agent_code,
    clean_audience,
    covers,
)


def test_every_list_is_read_as_people_write_it():
    assert clean_audience(
        {
            "models": ["D210  Pro", "Ｄ210 Pro"],
            "cycles": ["t + 1", "T＋1"],
            "agent_codes": ["a01/b02/", "A02"],
            "provinces": ["广东省", "44", "Hunan"],
        }
    ) == {
        "categories": [],
        "products": [],
        "models": ["D210 Pro"],
        "cycles": ["T+1"],
        "agent_codes": ["A01/B02", "A02"],
        "provinces": ["43", "44"],
        "agents": False,
    }


def test_a_list_that_restricts_nothing_is_left_out():
    bare = {"categories": [], "products": [], "agents": False}
    assert clean_audience({"models": [], "provinces": None, "cycles": []}) == bare


@pytest.mark.parametrize(
    "wrong",
    [
        {"models": "D210"},
        {"models": [" "]},
        {"models": ["x" * 61]},
        {"models": ["a\x00b"]},
        {"models": [f"m{n}" for n in range(51)]},
        {"cycles": ["tomorrow"]},
        {"agent_codes": ["A01//B02"]},
        {"agent_codes": ["代理"]},
        {"agent_codes": [""]},
        {"agent_codes": ["A/" * 8 + "A"]},
        {"provinces": ["99"]},
        {"provinces": [44]},
        {"agent_keys": ["0" * 16]},
        {"models": {}, "colour": []},
    ],
)
def test_what_is_no_audience_is_refused(wrong):
    with pytest.raises(ValidationError):
        clean_audience(wrong)


def test_a_code_below_another_one_adds_nothing():
    given = {"agent_codes": ["A01/B02", "A01", "A011", "A02/B01/C01", "A02/B01"]}
    assert clean_audience(given)["agent_codes"] == ["A01", "A011", "A02/B01"]


@pytest.mark.parametrize(
    "written", ["a01/b02", " A01 / B02 ", "Ａ０１／Ｂ０２", "/A01/B02/", "A01/ b02 /"]
)
def test_a_code_is_read_as_people_write_it(written):
    assert clean_agent_code(written) == "A01/B02"


def test_ancestors_are_whole_levels():
    assert ancestry("A01/B02/C03") == ["A01", "A01/B02", "A01/B02/C03"]
    assert ancestry("") == []


def test_what_is_published_has_no_code_of_an_agent(settings):
    given = clean_audience({"agent_codes": ["A01", "A02"], "models": ["D210"]})
    said = public_audience(given)
    assert "agent_codes" not in said
    assert "A01" not in str(said)
    assert said["agent_keys"] == sorted([agent_key("A01"), agent_key("A02")])
    settings.TRANSACTION_KEY = "another"
    assert agent_key("A01") not in said["agent_keys"]


def test_a_cycle_counts_only_where_it_is_asked_about():
    t1 = clean_audience({"cycles": ["T+1"]})
    assert addresses(t1, "micro", "card", "T+1")
    assert not addresses(t1, "micro", "card", "D+1")
    assert addresses(t1, "micro", "card")
    assert addresses({"cycles": []}, "micro", "card", "D+1")


def test_an_old_row_without_the_new_lists_is_for_all():
    assert addresses({"categories": ["micro"]}, "micro", "card", "T+1")
    assert addresses({}, "micro", "card", "T+1")


@pytest.mark.parametrize("name", ["categories", "models", "cycles", "agent_keys", "provinces"])
def test_a_wide_audience_covers_a_narrow_one(name):
    one, both = {name: ["a"]}, {name: ["a", "b"]}
    assert covers({}, one)
    assert covers(both, one)
    assert not covers(one, both)
    assert not covers(one, {})


def test_every_province_has_its_names():
    assert len(PROVINCES) == 31
    assert PROVINCE_WORDS["内蒙古自治区"] == PROVINCE_WORDS["inner mongolia"] == "15"
    with override("zh-hans"):
        assert all(PROVINCE_WORDS[str(label)] == code for code, label in PROVINCES.items())
    with override("en"):
        assert str(PROVINCES["61"]) == "Shaanxi"
