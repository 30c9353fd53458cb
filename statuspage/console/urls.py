"""URLs of the console; those of signing in are in sign_in_urls.py."""

from typing import Any

from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter, StringConverter

from statuspage.console.access import View
from statuspage.console.views import (
    account,
    audit,
    broadcasts,
    calendar,
    calendar_years,
    carrier_words,
    consents,
    contacts,
    dashboard,
    dead_letters,
    holds,
    holidays,
    incidents,
    maintenances,
    notices,
    people,
    postmortems,
    proposals,
    provider_templates,
    received,
    recipes,
    recurrences,
    regulator,
    replanning,
    resending,
    signal_rules,
    signals,
    statements,
    subscribers,
    templates,
    uploads,
)
from statuspage.statements.ids import ALPHABET, LENGTH
from statuspage.statements.services import CORRECTION, WITHDRAWAL


class NumberConverter(IntConverter):
    """A statement's number in a URL: digits that fit the database's integers."""

    regex = "[1-9][0-9]{0,17}"


class PublicIdConverter(StringConverter):
    """A public id in a URL; its form cannot be mistaken for a word such as `new`."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"


register_converter(NumberConverter, "number")
register_converter(PublicIdConverter, "public_id")


def page(route: str, view: View[Any], name: str = "", **options: str) -> URLPattern:
    """Return the path of a page, which has its view's name unless another is given."""
    return path(route, view, options, name=name or view.__name__)


def upload_pages(prefix: str, kind: str, problems: str) -> list[URLPattern]:
    """Return the paths of the two pages about an uploaded file."""
    one = f"{prefix}<public_id:public_id>/"
    return [
        page(one, uploads.progress, kind, kind=kind),
        page(f"{one}problems/", uploads.problems, problems, kind=kind),
    ]


app_name = "console"
urlpatterns = [
    page("", dashboard.dashboard),
    page("account/contacts/", contacts.contacts),
    page("account/tests/", contacts.tests),
    page("account/sessions/<number:number>/", account.session_revoke),
    page("tokens/", account.tokens),
    page("tokens/<number:number>/revoke/", account.token_off, "token_revoke"),
    page("tokens/<number:number>/decide/", people.token_decide),
    page("people/", people.people),
    page("people/<number:number>/", people.person),
    page("people/<number:number>/confirm/", people.person_confirm),
    page("welcome/<str:uid>/<str:token>/", people.welcome),
    page("audit/", audit.audit),
    page("audit/export/", audit.audit_export),
    page("consents/", consents.consents),
    page("drafts/", proposals.drafts),
    page("drafts/<number:number>/discard/", proposals.discard_draft, "draft_discard"),
    page("drafts/<number:number>/restore/", proposals.restore_draft, "draft_restore"),
    page("incidents/", incidents.incident_list, "incidents"),
    page("incidents/new/", incidents.incident_new),
    page("incidents/compose/", incidents.incident_compose),
    page("incidents/backfill/", incidents.incident_backfill),
    page("incidents/<public_id:public_id>/", incidents.incident),
    page("incidents/<public_id:public_id>/update/", incidents.incident_update),
    page("incidents/<public_id:public_id>/resolve/", incidents.incident_resolve),
    page("incidents/<public_id:public_id>/reopen/", incidents.incident_reopen),
    page("incidents/<public_id:public_id>/postmortem/", postmortems.postmortem),
    page("incidents/<public_id:public_id>/regulator/", regulator.regulator, "incident_regulator"),
    page("regulator/", regulator.regulator_cases),
    page("regulator/<public_id:public_id>/", regulator.regulator_case),
    page("components/", incidents.switchboard),
    page("recipes/", recipes.recipe_list, "recipes"),
    page("recipes/cycle-change/", recipes.cycle_change),
    page("recipes/<number:number>/", recipes.recipe),
    page("maintenances/", maintenances.maintenance_list, "maintenances"),
    page("maintenances/calendar/", maintenances.maintenance_calendar),
    page("maintenances/recurring/new/", recurrences.recurrence_new),
    page("maintenances/recurring/<number:number>/", recurrences.recurrence_edit),
    page("maintenances/recurring/<number:number>/stop/", recurrences.recurrence_end),
    page("maintenances/recurring/<number:number>/<str:day>/skip/", recurrences.recurrence_skip),
    page(
        "maintenances/recurring/<number:number>/<str:day>/take-back/",
        recurrences.recurrence_take_back,
    ),
    page("maintenances/compose/", maintenances.maintenance_compose),
    page("maintenances/<public_id:public_id>/", maintenances.maintenance),
    page("maintenances/<public_id:public_id>/update/", maintenances.maintenance_update),
    page("maintenances/<public_id:public_id>/reschedule/", replanning.maintenance_reschedule),
    page("maintenances/<public_id:public_id>/cancel/", replanning.maintenance_cancel),
    page("notices/", notices.notice_list, "notices"),
    page("notices/new/", notices.notice_new),
    page("notices/compose/<slug:kind>/", notices.notice_compose),
    page("notices/proposals/<number:number>/", proposals.proposal, "notice_proposal"),
    page("notices/<public_id:public_id>/", notices.notice),
    page("message-templates/", provider_templates.provider_templates),
    page("message-templates/new/", provider_templates.provider_template_new),
    page("message-templates/<number:number>/", provider_templates.provider_template_edit),
    page("templates/", templates.template_list, "templates"),
    page("templates/new/", templates.template_new),
    page("templates/<number:number>/", templates.template_edit),
    page("templates/<number:number>/move/", templates.template_order),
    page("templates/<number:number>/delete/", templates.template_remove),
    page("reviews/", statements.reviews),
    page("calendar/", calendar.calendar),
    page("calendar/load/", calendar_years.calendar_load),
    page("calendar/review/", calendar_years.calendar_review),
    page("rules/", calendar.rules),
    page("holidays/", holidays.holiday_list, "holidays"),
    page("log/", statements.log),
    page(
        "statements/<number:number>/correct/",
        statements.answer,
        "statement_correct",
        kind=CORRECTION,
    ),
    page(
        "statements/<number:number>/withdraw/",
        statements.answer,
        "statement_withdraw",
        kind=WITHDRAWAL,
    ),
    page("broadcasts/<number:number>/", broadcasts.broadcast),
    page("broadcasts/<number:number>/progress/", broadcasts.broadcast_progress),
    page("broadcasts/<number:number>/export/", broadcasts.broadcast_export),
    page("ledger/", broadcasts.ledger),
    page("held/", holds.held_list, "held"),
    page("held/<number:number>/", holds.held_broadcast),
    page("held/<number:number>/look/", holds.hold_look),
    page("held/<number:number>/release/", holds.hold_release),
    page("held/<number:number>/discard/", holds.hold_discard),
    page("dead-letters/", dead_letters.dead_letter_list, "dead_letters"),
    page("dead-letters/retry/", dead_letters.dead_letters_retry),
    page("dead-letters/reactivate/", resending.dead_letters_resend),
    page("dead-letters/<number:number>/", dead_letters.dead_letter),
    page("transactions/", uploads.transaction_uploads),
    page("transactions/upload/", uploads.transaction_upload),
    *upload_pages("transactions/", "transaction_list", "transaction_problems"),
    page("subscribers/", subscribers.subscribers),
    page("subscribers/export/", subscribers.subscriber_export),
    page("subscribers/import/", uploads.subscriber_import),
    *upload_pages("subscribers/imports/", "subscriber_upload", "subscriber_problems"),
    page("subscribers/<public_id:public_id>/", subscribers.subscriber),
    page("subscribers/<public_id:public_id>/known/", subscribers.subscriber_known),
    page("subscribers/<public_id:public_id>/erase/", subscribers.subscriber_erasure),
    page("signals/", signals.signal_list, "signals"),
    page("signals/<number:number>/", signals.signal_draft),
    page("signals/rules/", signal_rules.signal_rules),
    page("signals/rules/new/", signal_rules.signal_rule_new),
    page("signals/rules/<number:number>/", signal_rules.signal_rule),
    page("signals/rules/<number:number>/confirm/", signal_rules.signal_rule_confirm),
    page("quarantine/", dead_letters.quarantine),
    page("quarantine/<slug:reason>/reactivate/", resending.quarantine_resend),
    page("received/", received.received_texts),
    page("words/", carrier_words.carrier_word_list, "carrier_words"),
    page("words/<number:number>/", carrier_words.carrier_word),
]
