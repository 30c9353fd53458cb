"""Orders of providers in the settings: what is meant is taken, and every wrong one is named."""

import os
from unittest.mock import patch

import pytest
from django.core.checks import run_checks

from statuspage.configuration import AREAS
from statuspage.lib.env import Configuration, ConfigurationError

BASE = {"DEBUG": "true", "DATABASE_URL": "postgresql:///none", "REDIS_URL": "redis:///0"}
NONE_OF = "none of aliyun, cmpp, smpp, tencent, twilio"


def read(**changes: str) -> dict[str, object]:
    with patch.dict(os.environ, BASE | changes, clear=True):
        return Configuration(AREAS).exposed()


def problems(**changes: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as stop:
        read(**changes)
    return dict(stop.value.problems)


def warnings(name: str) -> list[str]:
    return [f"{one.msg} {one.hint}" for one in run_checks() if one.id == f"delivery.{name}"]


@pytest.mark.parametrize("text", ["twilio,aliyun", " Twilio , ALIYUN ", "twilio,,aliyun,"])
def test_blanks_and_capital_letters_are_taken_as_meant(text):
    assert read(SMS_PROVIDERS=text)["SMS_PROVIDERS"] == ["twilio", "aliyun"]
    assert read(SMS_PROVIDERS_86=text)["SMS_ROUTES"] == {"86": ["twilio", "aliyun"]}


def test_an_empty_order_is_none():
    found = read(SMS_PROVIDERS="", SMS_PROVIDERS_86="", SMS_PROVIDERS_852=" , ")
    assert (found["SMS_PROVIDERS"], found["SMS_ROUTES"]) == ([], {})


def test_every_wrong_variable_is_named_as_it_was_written():
    assert problems(
        SMS_PROVIDERS="pigeon,twilio,dove",
        SMS_PROVIDERS_86="cmpp,CMPP",
        SMS_PROVIDERS_852="cmpp aliyun",
        SMS_PROVIDERS_086="cmpp",
        SMS_PROVIDERS_CN="cmpp",
        SMS_PROVIDERS_="cmpp",
        SMS_PROVIDERS_1="# none yet",
        VOICE_PROVIDERS="twilio",
        VOICE_PROVIDERS_86="pigeon",
        WECHAT_PROVIDERS="wechat,wechat",
        TWILIO_FROM_999="DemoPay",
        TWILIO_FROM_44="12",
    ) == {
        "SMS_PROVIDERS": f"'pigeon', 'dove' are {NONE_OF}",
        "SMS_PROVIDERS_86": "names cmpp more than once",
        "SMS_PROVIDERS_852": f"'cmpp aliyun' is {NONE_OF}",
        **{
            f"SMS_PROVIDERS_{code}": f"'{code}' is no calling code of a country, as the end of"
            " SMS_PROVIDERS_86 is"
            for code in ("086", "CN", "")
        },
        "SMS_PROVIDERS_1": "begins with '#': put the comment on a line of its own",
        "VOICE_PROVIDERS": "'twilio' is none of aliyun_voice, twilio_voice",
        "VOICE_PROVIDERS_86": "'pigeon' is none of aliyun_voice, twilio_voice",
        "WECHAT_PROVIDERS": "names wechat more than once",
        "TWILIO_FROM_999": "'999' is no calling code of a country, as the end of TWILIO_FROM_86 is",
        "TWILIO_FROM_44": "must be a number such as +15005550006, a short code, a messaging service"
        " (MG…), or a name of up to 11 letters and digits",
    }


def test_an_order_may_stand_in_a_file(tmp_path):
    general, mainland = tmp_path / "general", tmp_path / "mainland"
    general.write_text("twilio\n")
    mainland.write_text("cmpp,aliyun\n")
    found = read(SMS_PROVIDERS_FILE=str(general), SMS_PROVIDERS_86_FILE=str(mainland))
    assert found["SMS_PROVIDERS"] == ["twilio"]
    assert found["SMS_ROUTES"] == {"86": ["cmpp", "aliyun"]}
    assert problems(
        SMS_PROVIDERS_86="cmpp",
        SMS_PROVIDERS_86_FILE=str(mainland),
        SMS_PROVIDERS_852_FILE=str(tmp_path / "none"),
    ) == {
        "SMS_PROVIDERS_86_FILE": "is set together with SMS_PROVIDERS_86: leave one empty",
        "SMS_PROVIDERS_852_FILE": "cannot be read (No such file or directory)",
    }


def test_a_provider_that_an_order_names_and_nobody_set_up_is_pointed_out(settings):
    settings.SMS_PROVIDERS, settings.SMS_ROUTES = ["smpp"], {"86": ["cmpp"]}
    settings.SMPP_HOST, settings.SMPP_SYSTEM_ID = "smpp.example.com", ""
    settings.SMPP_PASSWORD = settings.SMPP_SOURCE_ADDR = "1"
    settings.CMPP_HOST, settings.CMPP_SHARED_SECRET = "cmpp.example.com", "secret"
    settings.CMPP_SOURCE_ADDR = settings.CMPP_SRC_ID = ""
    assert [one.partition(":")[0] for one in warnings("W004")] == [
        "SMS_PROVIDERS_86 names cmpp, but CMPP_SOURCE_ADDR, CMPP_SRC_ID are empty",
        "SMS_PROVIDERS names smpp, but SMPP_SYSTEM_ID is empty",
    ]
    (nobody,) = warnings("W005")
    assert "nothing is sent to numbers that begin with +86" in nobody
    assert "SMS_PROVIDERS_86" in nobody


def test_one_that_is_set_up_in_part_is_pointed_out_where_no_order_leaves_it_out(settings):
    settings.SMS_PROVIDERS, settings.SMS_ROUTES = [], {}
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret"
    settings.TWILIO_FROM = ""
    assert "Twilio is set up in part, but TWILIO_FROM is empty" in warnings("W004")[0]
    settings.TWILIO_FROM = "+15005550006"
    assert not [one for one in warnings("W004") if "Twilio" in one]


def test_an_installation_without_wechat_or_calls_is_told_nothing(settings):
    settings.SMS_PROVIDERS, settings.SMS_ROUTES = [], {}
    settings.WECHAT_APP_ID = settings.WECHAT_SECRET = settings.WECHAT_TEMPLATE_ID = ""
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = ""
    settings.ALIYUN_SMS_ACCESS_KEY_ID = settings.ALIYUN_SMS_ACCESS_KEY_SECRET = ""
    settings.WECHAT_PROVIDERS = ["wechat"]
    assert warnings("W004") == warnings("W005") == []
