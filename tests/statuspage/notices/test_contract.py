"""What every kind of notice must do; a new one is tested here without being named."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.channels import medium
from notifications.channels.sms_text import MAX_PARTS
from notifications.delivery.render import bulletin_of
from statuspage.notices.kind import kinds, notice_kind
from statuspage.notices.models import Notice
from statuspage.statements.canonical import canonical
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES
from tests.notifications.approved import composed
from tests.statuspage.notices.samples import every_kind, publish, right_payload, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world():
    world()


@pytest.fixture
def payloads():
    """A right payload for every kind, by its name."""
    return {kind.name: right_payload(kind.name) for kind in every_kind()}


def test_every_kind_has_a_name_in_public_and_labelled_fields(subtests):
    for kind in every_kind():
        with subtests.test(kind.name), override("en"):
            assert str(kind.label)
            assert str(kind.public_name.label) in {"Disclosure", "Notice"}
            assert all(str(one.label) for one in kind.fields)
            assert notice_kind(kind.name) is kind


def test_every_kind_is_published_as_one_statement(subtests, payloads):
    for kind in every_kind():
        with subtests.test(kind.name):
            before = Statement.objects.count()
            statement = publish(kind.name, payloads[kind.name])
            assert Statement.objects.count() == before + 1
            assert statement.kind == f"notice.{kind.name}"
            payload = statement.content["payload"]
            assert set(payload) == {one.name for one in kind.fields}
            assert Notice.objects.get(public_id=statement.subject_id).payload == payload


def test_every_payload_is_canonical_and_reads_back_as_itself(subtests, payloads):
    for kind in every_kind():
        with subtests.test(kind.name):
            cleaned = kind.clean(payloads[kind.name])
            canonical(cleaned)
            assert kind.clean(cleaned) == cleaned


def test_the_log_holds_what_every_kind_says_in_every_language(subtests):
    for kind in every_kind():
        content = publish(kind.name).content
        for language in LANGUAGES:
            with subtests.test(kind.name, language=language):
                lines = content["details"][language] if kind.fields else []
                assert all(line["label"] and line["text"] for line in lines)
                for table in content.get("tables", {}).get(language, []):
                    assert table["caption"]
                    assert table["rows"]
                    assert all(len(row) == len(table["columns"]) for row in table["rows"])
                # Only words alone need no clause for messages.
                brief = content.get("brief", {}).get(language, "")
                assert bool(brief.strip()) == bool(kind.fields)


def test_what_every_kind_says_is_worked_out_again_from_the_log_alone(subtests):
    for kind in every_kind():
        with subtests.test(kind.name):
            content = publish(kind.name).content
            again = kind.derived({**content["payload"], "moved": content.get("moved", [])})
            for part, said in again.items():
                assert said == content[part]


def test_every_sms_is_short_and_says_the_clause(subtests):
    for kind in every_kind():
        statement = publish(kind.name)
        for language in LANGUAGES:
            bulletin = bulletin_of(statement.document, language)
            for provider in medium("sms").providers:
                name = provider.name
                with subtests.test(kind.name, language=language, channel=name):
                    content = provider.compose(bulletin)
                    assert content.segments < MAX_PARTS
                    assert "%(" not in content.text
                    if name == "twilio" and kind.fields:
                        # The clause stands in place of the text.
                        assert "这是公告的正文" not in content.text
                        assert str(statement.number) in content.text


def test_every_channel_can_say_every_kind_and_an_email_gives_every_detail(subtests):
    for kind in every_kind():
        statement = publish(kind.name)
        for language in LANGUAGES:
            with subtests.test(kind.name, language=language):
                bulletin = bulletin_of(statement.document, language)
                for name in ("wechat", "robot", "webhook"):
                    assert composed(medium(name).leading(), bulletin).text
                email = medium("email").leading().compose(bulletin).text
                assert email
                if language == "en":
                    for line in statement.content.get("details", {}).get("en", []):
                        assert f"{line['label']}: {line['text']}" in email


def test_a_field_that_is_missing_or_does_not_exist_is_named(subtests, payloads):
    for kind in every_kind():
        for one in (field for field in kind.fields if field.required):
            with subtests.test(kind.name, field=one.name):
                with pytest.raises(ValidationError) as refusal:
                    kind.clean({**payloads[kind.name], one.name: None})
                assert one.name in refusal.value.message_dict
        with subtests.test(kind.name, field="surprise"):
            with pytest.raises(ValidationError) as refusal:
                kind.clean({**payloads[kind.name], "surprise": 1})
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
FUZZED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
KIND = st.sampled_from(every_kind())


@settings(FUZZED, max_examples=600)
@given(kind=KIND, payload=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), VALUES))
def test_no_payload_makes_a_kind_fail_otherwise_than_by_refusing(kind, payload):
    try:
        cleaned = kind.clean(payload)
    except ValidationError:
        return
    assert set(cleaned) == {field.name for field in kind.fields}


@settings(FUZZED, max_examples=400)
@given(data=st.data())
def test_one_wrong_value_is_refused_or_can_be_published(payloads, data):
    kind = data.draw(KIND.filter(lambda one: one.fields))
    name = data.draw(st.sampled_from([one.name for one in kind.fields]))
    try:
        cleaned = kind.clean({**payloads[kind.name], name: data.draw(VALUES)})
    except ValidationError:
        return
    assert kind.clean(cleaned) == cleaned
    kind.derived(cleaned)


def test_more_than_was_promised_can_be_paid_and_approved():
    """A proposal is cleaned again when it is approved; what was worked out is worked out again."""
    kind = notice_kind("payout_progress")
    cleaned = kind.clean({**right_payload(kind.name), "amount": "99999999"})
    assert Decimal(cleaned["share_paid"]) > 100
    assert kind.clean(cleaned) == cleaned
