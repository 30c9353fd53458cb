"""Previews over the API: what would be sent, by whom and in which words, and nothing of it is."""

from typing import Any

import pytest

from notifications.delivery.models import Broadcast
from notifications.delivery.states import Moment
from statuspage.approvals.models import Proposal
from statuspage.incidents.models import Incident, Maintenance
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_address, text
from tests.notifications.approved import approve
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller, error_of

pytestmark = pytest.mark.django_db
ABROAD = "+85251234567"


def sms(answer: dict[str, Any], language: str = "zh-hans") -> dict[str, Any]:
    [found] = [
        one for one in answer["messages"] if (one["medium"], one["language"]) == ("sms", language)
    ]
    return found


@pytest.fixture
def clouds(settings: Any) -> None:
    """Both clouds are set up, Aliyun in front, and Twilio behind them."""
    settings.SMS_PROVIDERS = ["aliyun", "tencent", "twilio"]
    settings.SMS_COUNTRIES = settings.SMS_COUNTRIES | {"HK"}
    for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SIGN_NAME"):
        setattr(settings, f"ALIYUN_SMS_{name}", "演示支付")
    for name in ("SECRET_ID", "SECRET_KEY", "SDK_APP_ID", "SIGN_NAME"):
        setattr(settings, f"TENCENT_SMS_{name}", "演示支付")
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret"
    settings.TWILIO_FROM = "+15005550006"


def test_it_publishes_nothing_and_counts_whom_it_would_reach(api, component):
    make_address()
    response = api.post("previews/incidents/", samples.incident(component))
    assert response.status_code == 200
    answer = response.json()
    assert (answer["kind"], answer["needs_approval"]) == ("incident.opened", False)
    assert answer["recipients"] == sms(answer)["recipients"] == 1
    letter = next(one for one in answer["messages"] if one["medium"] == "email")
    [text] = letter["routes"][0]["texts"]
    assert text["parts"] == [text["text"]]  # only an SMS is sent in parts
    for model in (Statement, Incident, Broadcast):
        assert not model.objects.exists()


def test_it_shows_the_text_of_every_provider_and_who_sends_it(api, component, clouds):
    approve("tencent")
    make_address()
    make_address(ABROAD)
    said = sms(api.post("previews/incidents/", samples.incident(component)).json())
    home, abroad = said["routes"]
    assert [(one["provider"], one["sends"], one["lacks_template"]) for one in home["texts"]] == [
        ("aliyun", False, True),
        ("tencent", True, False),
        ("twilio", False, False),
    ]
    assert home["texts"][1]["text"].startswith("【演示支付】服务异常通知：")
    assert "".join(home["texts"][1]["parts"]) == home["texts"][1]["text"]
    assert (home["recipients"], abroad["recipients"]) == (1, 1)
    assert abroad["abroad"] is True
    # Readers of both languages have a template of their own abroad.
    assert [one["provider"] for one in abroad["texts"] if one["sends"]] == ["tencent"]
    assert any("Alibaba Cloud" in one for one in said["notes"])


def test_what_is_then_published_goes_out_in_these_words(api, component, clouds):
    from notifications.verification.models import SentText

    approve("aliyun")
    seen = sms(api.post("previews/incidents/", samples.incident(component)).json())
    api.post("incidents/", samples.incident(component))
    [sent] = [one["text"] for one in seen["routes"][0]["texts"] if one["sends"]]
    kept = SentText.objects.get(channel="aliyun", language="zh-hans", abroad=False)
    assert kept.text == sent


@pytest.mark.parametrize("name", ["maintenance", "notice"])
def test_everything_that_is_published_can_be_previewed(api, component, name):
    path = f"{name}s/"
    body = {"maintenance": samples.maintenance, "notice": lambda _one: samples.notice()}[name]
    assert api.post(f"previews/{path}", body(component)).status_code == 200
    assert not Statement.objects.exists()
    assert api.post(path, body(component)).status_code == 201


def test_updates_and_answers_are_previewed_and_their_subject_stays_as_it_is(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    update = samples.update(status="resolved")
    update.pop("components", None)
    seen = api.post(f"previews/incidents/{opened['id']}/updates/", update)
    assert seen.json()["kind"].startswith("incident.")
    for path, body in [
        ("corrections", {"body": text("更正：只有一家银行。", "Only one bank.")}),
        ("withdrawals", {"body": text("发布有误。", "Published by mistake.")}),
    ]:
        answer = api.post(f"previews/statements/{opened['statement']}/{path}/", body)
        assert answer.status_code == 200
    assert Statement.objects.count() == 1
    assert Incident.objects.get().status == "investigating"


def test_maintenance_is_previewed_through_its_whole_life(api, component):
    planned = api.post("maintenances/", samples.maintenance(component)).json()
    at = f"previews/maintenances/{planned['id']}"
    bodies = {
        "updates": {"status": "in_progress", "body": text("已开始。")},
        "cancellations": {"body": text("取消。")},
        "reschedulings": {"body": text("改期。"), "scheduled_until": samples.in_hours(200)},
    }
    for path, body in bodies.items():
        assert api.post(f"{at}/{path}/", body).status_code == 200, path
    assert Maintenance.objects.get().status == "scheduled"


def test_what_would_be_refused_is_refused(api, component):
    broken = samples.incident(component, impact="huge")
    assert api.post("previews/incidents/", broken).status_code == 400
    assert api.post("previews/incidents/nothere/updates/", samples.update()).status_code == 404
    assert api.get("previews/incidents/").status_code == 405


def test_what_takes_two_is_previewed_and_not_submitted(api, settings):
    settings.FOUR_EYES_KINDS = ["fee_waiver"]
    answer = api.post("previews/notices/", samples.notice()).json()
    assert answer["needs_approval"] is True
    assert answer["kind"] == "notice.fee_waiver"
    assert not Proposal.objects.exists()


def test_whoever_may_not_publish_may_not_preview(component):
    response = caller(Role.AUDITOR).post("previews/incidents/", samples.incident(component))
    assert response.status_code == 403
    assert error_of(response)


def test_answers_to_maintenance_and_corrections_have_warnings(api, component, settings):
    settings.SMS_MOMENTS = {*settings.SMS_MOMENTS, Moment.MAINTENANCE_PLANNED}
    name = text("POS机系统维护，详见 https://example.com/a", "Maintenance")
    planned = api.post("maintenances/", samples.maintenance(component, name=name)).json()
    assert any("https://example.com/a" in one for one in planned["warnings"])
    opened = api.post("incidents/", samples.incident(component)).json()
    body = {"body": text("更正：详见 https://example.com/b", "See")}
    corrected = api.post(f"statements/{opened['statement']}/corrections/", body).json()
    assert any("https://example.com/b" in one for one in corrected["warnings"])


def test_a_publication_that_waits_for_a_template_says_so(api, component, clouds, settings):
    settings.SMS_PROVIDERS = ["aliyun"]
    answer = api.post("incidents/", samples.incident(component)).json()
    assert any(
        "No approved template yet at Alibaba Cloud: it waits" in one for one in answer["warnings"]
    )
