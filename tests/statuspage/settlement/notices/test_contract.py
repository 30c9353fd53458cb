"""What every kind of notice must do; a new one is tested here without being named."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.channels.registry import channel
from notifications.channels.sms_text import MAX_PARTS
from notifications.delivery.render import bulletin_of
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import kinds, notice_kind
from statuspage.settlement.wording import derived
from statuspage.statements.canonical import canonical
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES
from tests.statuspage.settlement.notices.samples import (
    NEEDS_WORLD,
    every_kind,
    publish,
    right_payload,
    world,
)

pytestmark = pytest.mark.django_db
each_kind = pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)


@pytest.fixture(autouse=True)
def _world(request):
    kind = request.node.callspec.params.get("kind") if hasattr(request.node, "callspec") else None
    if kind is not None and kind.name in NEEDS_WORLD:
        world()


@each_kind
def test_it_has_a_name_in_public_and_labelled_fields(kind):
    with override("en"):
        assert str(kind.label)
        assert str(kind.form.label) in {"Disclosure", "Announcement", "Notice"}
        assert all(str(one.label) for one in kind.fields)
    assert notice_kind(kind.name) is kind


@each_kind
def test_it_is_published_as_one_statement(kind):
    payload = right_payload(kind.name)
    before = Statement.objects.count()
    statement = publish(kind.name, payload)
    assert Statement.objects.count() == before + 1
    assert statement.kind == f"notice.{kind.name}"
    assert set(statement.content["payload"]) == {one.name for one in kind.fields}
    assert (
        Notice.objects.get(public_id=statement.subject_id).payload == (statement.content["payload"])
    )


@each_kind
def test_its_payload_is_canonical_and_reads_back_as_itself(kind):
    cleaned = kind.clean(right_payload(kind.name))
    canonical(cleaned)
    assert kind.clean(cleaned) == cleaned


@each_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_holds_what_it_says_in_every_language(kind, language):
    content = publish(kind.name).content
    if kind.fields:
        lines = content["details"][language]
        assert all(line["label"] and line["text"] for line in lines)
    for table in content.get("tables", {}).get(language, []):
        assert table["caption"]
        assert table["rows"]
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    if "brief" in content:
        assert content["brief"][language].strip()


@each_kind
def test_only_words_alone_need_no_clause_for_messages(kind):
    assert ("brief" in publish(kind.name).content) == (kind.name != "general")


@each_kind
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["twilio_sms", "aliyun_sms"])
def test_its_sms_is_short_and_says_the_clause(kind, language, name):
    statement = publish(kind.name)
    content = channel(name).compose(bulletin_of(statement.document, language))
    assert content.segments < MAX_PARTS
    assert "%(" not in content.text
    if name == "twilio_sms" and kind.name != "general":
        assert "这是公告的正文" not in content.text  # the clause stands in place of the text
        assert str(statement.number) in content.text


@each_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_channel_can_say_it(kind, language):
    bulletin = bulletin_of(publish(kind.name).document, language)
    for name in ("wechat", "wecom", "email", "webhook"):
        assert channel(name).compose(bulletin).text


@each_kind
def test_an_email_gives_every_detail(kind):
    statement = publish(kind.name)
    text = channel("email").compose(bulletin_of(statement.document, "en")).text
    for line in statement.content.get("details", {}).get("en", []):
        assert f"{line['label']}: {line['text']}" in text


@each_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_says_is_worked_out_again_from_the_log_alone(kind, language):
    content = publish(kind.name).content
    again = derived(kind, {**content["payload"], "moved": content.get("moved", [])})
    for part, said in again.items():
        assert said == content[part]


@each_kind
def test_a_required_field_that_is_missing_is_named(kind):
    payload = right_payload(kind.name)
    for one in (field for field in kind.fields if field.required):
        with pytest.raises(ValidationError) as refusal:
            kind.clean({**payload, one.name: None})
        assert one.name in refusal.value.message_dict


@each_kind
def test_a_field_it_does_not_have_is_named(kind):
    with pytest.raises(ValidationError) as refusal:
        kind.clean({**right_payload(kind.name), "surprise": 1})
    assert "surprise" in refusal.value.message_dict


NAMES = sorted({field.name for kind in kinds() for field in kind.fields})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["zh-hans", "en", "rows", "percent"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@each_kind
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), VALUES))
def test_no_payload_makes_it_fail_otherwise_than_by_refusing(kind, payload):
    try:
        cleaned = kind.clean(payload)
    except ValidationError:
        return
    assert set(cleaned) == {field.name for field in kind.fields}


@each_kind
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.data())
def test_one_wrong_value_makes_it_refuse_or_publish_but_never_break(kind, data):
    payload = right_payload(kind.name)
    names = [one.name for one in kind.fields]
    if not names:
        return
    changed = {**payload, data.draw(st.sampled_from(names)): data.draw(VALUES)}
    try:
        cleaned = kind.clean(changed)
    except ValidationError:
        return
    assert kind.clean(cleaned) == cleaned
    derived(kind, cleaned)


def test_more_than_was_promised_can_be_paid_and_approved():
    """A proposal is cleaned again when it is approved; what was worked out is worked out again."""
    world()
    kind = notice_kind("payout_progress")
    cleaned = kind.clean({**right_payload(kind.name), "amount": "99999999"})
    assert Decimal(cleaned["share_paid"]) > 100
    assert kind.clean(cleaned) == cleaned
