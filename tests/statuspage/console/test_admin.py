"""The admin: reference data, for administrators, and nothing that was said in public."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from notifications.carrier_words.models import CarrierWord
from notifications.delivery.models import Broadcast, Delivery, Receipt
from statuspage.components.models import Component, ComponentGroup
from statuspage.console.admin_site import ReferenceDataSite
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance
from statuspage.notices.models import Notice, Product
from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_component, make_group, make_staff, open_incident
from tests.statuspage.console.browser import browser_of, signed_in, words

REFERENCE_DATA = {CarrierWord, Component, ComponentGroup, Product}
SAID = [Statement, Incident, AffectedComponent, Maintenance, Notice, Broadcast, Delivery, Receipt]
NAMED = {"name_zh": "扫码支付", "name_en": "QR payments", "position": "1"}


@pytest.fixture
def administrator(db: None) -> Client:
    return signed_in(Role.ADMIN)


def test_only_reference_data_is_registered() -> None:
    assert set(admin.site._registry) == REFERENCE_DATA


@pytest.mark.parametrize("model", SAID, ids=lambda model: model.__name__)
def test_nothing_that_was_said_can_be_reached(administrator: Client, model: type) -> None:
    statement = open_incident()
    label = apps.get_app_config(model._meta.app_label).label
    root = f"/admin/{label}/{model._meta.model_name}/"
    for path in (root, f"{root}add/", f"{root}1/change/", f"{root}1/delete/"):
        assert administrator.get(path).status_code == 404
        assert administrator.post(path, {"name": "x"}).status_code == 404
    assert Statement.objects.get().sha256 == statement.sha256


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMIN}))
def test_other_roles_are_told_that_it_is_not_for_them(db: None, role: str) -> None:
    component = make_component()
    staff = browser_of(make_staff(role, is_staff=True, is_superuser=True))
    for path in ("/admin/", f"/admin/components/component/{component.pk}/change/"):
        response = staff.get(path, follow=True)
        assert response.status_code == 403
        assert "Administrators only" in words(response)


def test_strangers_sign_in_at_the_console_where_guessing_is_slowed(
    client: Client, db: None
) -> None:
    response = client.get("/admin/components/component/", follow=True)
    assert response.request["PATH_INFO"] == "/console/login/"
    values = {"username": "lin", "password": "guess"}
    assert client.post("/admin/login/", values).status_code == 302


def test_after_signing_in_an_administrator_lands_where_they_were_going(
    client: Client, db: None
) -> None:
    make_staff(Role.ADMIN, username="lin")
    page = client.get("/admin/components/component/", follow=True)
    values = {"username": "lin", "password": "secret"}
    target = page.request["QUERY_STRING"]
    landed = client.post(f"/console/login/?{target}", values)
    assert landed.headers["Location"] == "/admin/components/component/"


@pytest.mark.parametrize(("language", "sentence"), [("en", "Reference data"), ("zh-hans", "站点")])
def test_the_admin_speaks_the_readers_language(db: None, language: str, sentence: str) -> None:
    assert sentence in words(signed_in(Role.ADMIN, language).get("/admin/"))


def test_a_component_is_added_with_names_in_two_inputs(administrator: Client) -> None:
    group = make_group()
    values = {**NAMED, "group": group.pk, "visible": "on", "showcase": "on"}
    response = administrator.post("/admin/components/component/add/", values)
    assert response.status_code == 302
    component = Component.objects.get()
    assert component.name == {"zh-hans": "扫码支付", "en": "QR payments"}
    assert component.description == {}
    page = words(administrator.get(f"/admin/components/component/{component.pk}/change/"))
    assert 'name="name_zh" value="扫码支付"' in page
    assert 'name="name_en" value="QR payments"' in page


def test_a_component_without_a_chinese_name_is_refused(administrator: Client) -> None:
    page = administrator.post("/admin/components/component/add/", NAMED | {"name_zh": ""})
    assert "The Chinese text (zh-hans) is required." in words(page)
    assert not Component.objects.exists()


def test_whose_payouts_depend_on_a_component_is_set_here_and_audited(
    administrator: Client,
) -> None:
    component = make_component()
    path = f"/admin/components/component/{component.pk}/change/"
    values = {**NAMED, "visible": "on", "pays_out": "on", "pays_out_to": ["micro"]}
    assert administrator.post(path, values).status_code == 302
    component.refresh_from_db()
    assert (component.pays_out, component.pays_out_to) == (True, ["micro"])
    entry = AuditEntry.objects.get(act="components.component.changed")
    assert entry.after["pays_out"] is True
    assert entry.after["pays_out_to"] == ["micro"]
    administrator.post(path, {**values, "pays_out_to": ["nobody"]})
    component.refresh_from_db()
    assert component.pays_out_to == ["micro"]


def test_the_state_of_a_component_cannot_be_set_here(administrator: Client) -> None:
    component = make_component()
    path = f"/admin/components/component/{component.pk}/change/"
    administrator.post(path, {**NAMED, "status": "major_outage", "visible": "on"})
    component.refresh_from_db()
    assert component.name["en"] == "QR payments"
    assert component.status == "operational"


def test_a_component_is_hidden_and_never_deleted(administrator: Client) -> None:
    component = make_component()
    root = f"/admin/components/component/{component.pk}"
    assert administrator.post(f"{root}/delete/", {"post": "yes"}).status_code == 403
    values = {"action": "delete_selected", "_selected_action": component.pk, "post": "yes"}
    administrator.post("/admin/components/component/", values)
    administrator.post(f"{root}/change/", NAMED)
    component.refresh_from_db()
    assert component.visible is False


def test_a_group_with_components_is_not_deleted(administrator: Client) -> None:
    group = make_group()
    make_component(group=group)
    path = f"/admin/components/componentgroup/{group.pk}/delete/"
    page = words(administrator.post(path, {"post": "yes"}))
    assert "Cannot delete" in page
    assert ComponentGroup.objects.filter(pk=group.pk).exists()


def test_an_empty_group_is_renamed_and_deleted(administrator: Client) -> None:
    group = make_group()
    path = f"/admin/components/componentgroup/{group.pk}"
    administrator.post(f"{path}/change/", NAMED)
    group.refresh_from_db()
    assert group.name == {"zh-hans": "扫码支付", "en": "QR payments"}
    administrator.post(f"{path}/delete/", {"post": "yes"})
    assert not ComponentGroup.objects.exists()


@pytest.mark.parametrize("model", ["staff/staff", "staff/apitoken", "auth/group"])
def test_accounts_and_tokens_have_no_page_here(administrator: Client, model: str) -> None:
    for path in ("", "add/", "1/change/", "1/password/"):
        assert administrator.get(f"/admin/{model}/{path}").status_code == 404
        assert administrator.post(f"/admin/{model}/{path}", {"role": "admin"}).status_code == 404


def test_what_another_package_registers_is_not_offered() -> None:
    site = ReferenceDataSite()
    site.register(Staff)
    site.register(ApiToken, admin.ModelAdmin)
    assert not site._registry


def test_no_password_is_set_here(administrator: Client) -> None:
    for method in (administrator.get, administrator.post):
        assert method("/admin/password_change/").headers["Location"] == "/console/account/"
