"""Addresses of this room."""

from django.urls import path, register_converter

from statuspage.console.converters import NumberConverter, PublicIdConverter
from statuspage.console.views import (
    account,
    audit,
    broadcasts,
    calendar,
    dashboard,
    dead_letters,
    incidents,
    ledger,
    maintenances,
    notices,
    proposals,
    quarantine,
    rules,
    session,
    signals,
    statements,
    tokens,
    transactions,
)
from statuspage.statements.services import CORRECTION, WITHDRAWAL

register_converter(NumberConverter, "number")
register_converter(PublicIdConverter, "public_id")

app_name = "console"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("login/", session.sign_in, name="login"),
    path("logout/", session.sign_out, name="logout"),
    path("login/code/", session.second_factor, name="second_factor"),
    path("account/", account.account, name="account"),
    path("account/app/", account.totp, name="totp"),
    path("account/app/remove/", account.totp_off, name="totp_off"),
    path("account/recovery-codes/", account.recovery_codes, name="recovery_codes"),
    path("account/sessions/<number:number>/", account.session_revoke, name="session_revoke"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<number:number>/revoke/", tokens.token_off, name="token_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/new/", incidents.incident_new, name="incident_new"),
    path("incidents/compose/", incidents.incident_compose, name="incident_compose"),
    path("incidents/<public_id:public_id>/", incidents.incident, name="incident"),
    path(
        "incidents/<public_id:public_id>/update/",
        incidents.incident_update,
        name="incident_update",
    ),
    path("maintenances/", maintenances.maintenance_list, name="maintenances"),
    path("maintenances/compose/", maintenances.maintenance_compose, name="maintenance_compose"),
    path("maintenances/<public_id:public_id>/", maintenances.maintenance, name="maintenance"),
    path(
        "maintenances/<public_id:public_id>/update/",
        maintenances.maintenance_update,
        name="maintenance_update",
    ),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/new/", notices.notice_new, name="notice_new"),
    path("notices/compose/<slug:kind>/", notices.notice_compose, name="notice_compose"),
    path("notices/proposals/<number:number>/", proposals.proposal, name="notice_proposal"),
    path("notices/<public_id:public_id>/", notices.notice, name="notice"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/load/", calendar.calendar_load, name="calendar_load"),
    path("calendar/review/", calendar.calendar_review, name="calendar_review"),
    path("rules/", rules.rules, name="rules"),
    path("log/", statements.log, name="log"),
    path(
        "statements/<number:number>/correct/",
        statements.answer,
        {"kind": CORRECTION},
        name="statement_correct",
    ),
    path(
        "statements/<number:number>/withdraw/",
        statements.answer,
        {"kind": WITHDRAWAL},
        name="statement_withdraw",
    ),
    path("broadcasts/<number:number>/", broadcasts.broadcast, name="broadcast"),
    path(
        "broadcasts/<number:number>/progress/",
        broadcasts.broadcast_progress,
        name="broadcast_progress",
    ),
    path(
        "broadcasts/<number:number>/export/",
        broadcasts.broadcast_export,
        name="broadcast_export",
    ),
    path("ledger/", ledger.ledger, name="ledger"),
    path("dead-letters/", dead_letters.dead_letter_list, name="dead_letters"),
    path("dead-letters/retry/", dead_letters.dead_letters_retry, name="dead_letters_retry"),
    path("dead-letters/<number:number>/", dead_letters.dead_letter, name="dead_letter"),
    path("transactions/", transactions.transaction_uploads, name="transaction_uploads"),
    path("transactions/upload/", transactions.transaction_upload, name="transaction_upload"),
    path(
        "transactions/<public_id:public_id>/",
        transactions.transaction_list,
        name="transaction_list",
    ),
    path(
        "transactions/<public_id:public_id>/problems/",
        transactions.transaction_problems,
        name="transaction_problems",
    ),
    path("signals/", signals.signal_list, name="signals"),
    path("signals/<number:number>/", signals.signal_draft, name="signal_draft"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
]
