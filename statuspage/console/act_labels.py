"""Labels for the acts in the audit log, in the reader's language, shown beside their codes."""

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ACTS: Final[Mapping[str, Any]] = {
    "account.confirmed": gettext_lazy("Account confirmed"),
    "account.created": gettext_lazy("Account created"),
    "account.disabled": gettext_lazy("Account disabled"),
    "account.email": gettext_lazy("E-mail address changed"),
    "account.enabled": gettext_lazy("Account enabled again"),
    "account.language": gettext_lazy("Language changed"),
    "account.link_made": gettext_lazy("Link to set a password made"),
    "account.link_revoked": gettext_lazy("Link to set a password revoked"),
    "account.reset": gettext_lazy("Sign-in reset"),
    "account.role": gettext_lazy("Role changed"),
    "entries.imported": gettext_lazy("Old notices and incidents imported"),
    "log.accepted": gettext_lazy("Break of the public log accepted"),
    "finding.confirmed": gettext_lazy("Text of a notice confirmed with a reason"),
    "provider_templates.template.answered": gettext_lazy("Provider's word on an approved template"),
    "provider_templates.template.drafted": gettext_lazy("Suggested drafts of templates added"),
    "provider_templates.template.not_taken": gettext_lazy("Template not taken for review"),
    "provider_templates.template.queued": gettext_lazy("Drafts of templates to be registered"),
    "provider_templates.template.registered": gettext_lazy("Template taken for review"),
    "recovery_codes.renewed": gettext_lazy("New recovery codes made"),
    "recurrence.edited": gettext_lazy("Recurring maintenance edited"),
    "recurrence.skipped": gettext_lazy("Date of recurring maintenance skipped"),
    "recurrence.skip_taken_back": gettext_lazy("Skipped date taken back"),
    "second_factor.added": gettext_lazy("Second factor added"),
    "second_factor.failed": gettext_lazy("Second factor failed"),
    "second_factor.removed": gettext_lazy("Second factor removed"),
    "resending.begun": gettext_lazy("Addresses reactivated, failed messages resent"),
    "session.revoked": gettext_lazy("Session signed out"),
    "sign_in_failed": gettext_lazy("Sign-in failed"),
    "signed_in": gettext_lazy("Signed in"),
    "signed_out": gettext_lazy("Signed out"),
    "staff.joined": gettext_lazy("Account created by single sign-on"),
    "password.forgotten": gettext_lazy("Link to a new password asked for"),
    "password.set": gettext_lazy("Password set"),
    "session.expired": gettext_lazy("Session ended by itself"),
    "session.unconfirmed": gettext_lazy("Session ended: not confirmed by single sign-on"),
    "staff.access_lost": gettext_lazy("Access lost at single sign-on"),
    "staff.signed_out_by_provider": gettext_lazy("Signed out by single sign-on"),
    "staff.unconfirmed": gettext_lazy("No longer confirmed by single sign-on"),
    "staff.role": gettext_lazy("Role changed by single sign-on"),
    "statement.published": gettext_lazy("Statement published"),
    "subscriber.changed": gettext_lazy("Subscriber details changed"),
    "subscriber.erased": gettext_lazy("Subscriber erased"),
    "subscribers.exported": gettext_lazy("Subscribers exported"),
    "contact.added": gettext_lazy("Own address for tests added"),
    "contact.removed": gettext_lazy("Own address for tests removed"),
    "test.sent": gettext_lazy("Test sent to oneself"),
    "consent.proved": gettext_lazy("Consent looked up"),
    "token.confirmed": gettext_lazy("API token confirmed by a second person"),
    "token.declined": gettext_lazy("API token refused by a second person"),
    "token.issued": gettext_lazy("API token issued"),
    "token.refused": gettext_lazy("API token refused"),
    "token.revoked": gettext_lazy("API token revoked"),
}
# Pages of the console that a form was sent to or a file was downloaded from.
PAGES: Final[Mapping[str, Any]] = {
    "account_change_password": gettext_lazy("Password changed"),
    "account_login": gettext_lazy("Sign-in form submitted"),
    "account_logout": gettext_lazy("Signed out"),
    "account_reauthenticate": gettext_lazy("Password given again"),
    "audit_export": gettext_lazy("Audit log exported"),
    "broadcast_export": gettext_lazy("Deliveries exported"),
    "calendar_load": gettext_lazy("Calendar loaded"),
    "calendar_review": gettext_lazy("Calendar reviewed"),
    "dead_letter": gettext_lazy("Decision on a failed message"),
    "dead_letters_retry": gettext_lazy("Failed messages sent again"),
    "dead_letters_resend": gettext_lazy("Addresses reactivated, failed messages sent again"),
    "draft_discard": gettext_lazy("Draft discarded"),
    "draft_restore": gettext_lazy("Draft restored"),
    "hold_discard": gettext_lazy("Broadcast on hold discarded"),
    "hold_look": gettext_lazy("Provider asked about a broadcast on hold"),
    "hold_release": gettext_lazy("Broadcast on hold released"),
    "incident_backfill": gettext_lazy("Past incident written"),
    "incident_compose": gettext_lazy("New incident written"),
    "incident_regulator": gettext_lazy("Regulatory reports"),
    "regulator_case": gettext_lazy("Regulatory reports of a case without a public incident"),
    "regulator_cases": gettext_lazy("Case without a public incident opened"),
    "incident_reopen": gettext_lazy("Reopening of an incident written"),
    "incident_update": gettext_lazy("Incident update written"),
    "maintenance_compose": gettext_lazy("New maintenance written"),
    "maintenance_update": gettext_lazy("Maintenance update written"),
    "maintenance_reschedule": gettext_lazy("Maintenance rescheduled"),
    "maintenance_cancel": gettext_lazy("Maintenance cancelled"),
    "mfa_activate_totp": gettext_lazy("Code app added"),
    "mfa_add_webauthn": gettext_lazy("Passkey added"),
    "mfa_authenticate": gettext_lazy("Code submitted"),
    "mfa_deactivate_totp": gettext_lazy("Code app removed"),
    "mfa_generate_recovery_codes": gettext_lazy("New recovery codes requested"),
    "mfa_reauthenticate": gettext_lazy("Code given again"),
    "mfa_reauthenticate_webauthn": gettext_lazy("Passkey shown again"),
    "mfa_remove_webauthn": gettext_lazy("Passkey removed"),
    "notice_compose": gettext_lazy("Notice written"),
    "notice_proposal": gettext_lazy("Decision on a notice"),
    "people": gettext_lazy("Someone invited"),
    "person": gettext_lazy("Account changed"),
    "person_confirm": gettext_lazy("Account confirmed"),
    "postmortem": gettext_lazy("Postmortem written"),
    "quarantine": gettext_lazy("Address reactivated"),
    "quarantine_resend": gettext_lazy("Addresses reactivated, failed messages sent again"),
    "carrier_word": gettext_lazy("Word in SMS changed"),
    "carrier_words": gettext_lazy("Word in SMS added"),
    "cycle_change": gettext_lazy("Drafts for a longer settlement cycle written"),
    "recipe": gettext_lazy("Step of prepared drafts"),
    "recurrence_end": gettext_lazy("Recurring maintenance stopped"),
    "recurrence_new": gettext_lazy("Recurring maintenance added"),
    "recurrence_edit": gettext_lazy("Recurring maintenance edited"),
    "recurrence_skip": gettext_lazy("Date of recurring maintenance skipped"),
    "recurrence_take_back": gettext_lazy("Skipped date taken back"),
    "reviews": gettext_lazy("Statement reviewed"),
    "session_revoke": gettext_lazy("Session signed out"),
    "signal_draft": gettext_lazy("Decision on a signal"),
    "statement_correct": gettext_lazy("Correction written"),
    "statement_withdraw": gettext_lazy("Withdrawal written"),
    "consents": gettext_lazy("Consent looked up"),
    "subscriber": gettext_lazy("Subscriber viewed"),
    "subscriber_erasure": gettext_lazy("Subscriber erasure requested"),
    "subscriber_known": gettext_lazy("Subscriber details changed"),
    "subscriber_export": gettext_lazy("Subscribers exported"),
    "subscriber_import": gettext_lazy("Subscriber file uploaded"),
    "subscriber_problems": gettext_lazy("Rows with errors downloaded"),
    "subscribers": gettext_lazy("Subscriber searched"),
    "switchboard": gettext_lazy("Service status changed"),
    "token_decide": gettext_lazy("Decision on an API token"),
    "token_revoke": gettext_lazy("API token revoked"),
    "contacts": gettext_lazy("Own addresses for tests"),
    "tests": gettext_lazy("Own tests"),
    "template_edit": gettext_lazy("Template written"),
    "provider_templates": gettext_lazy("Approved templates asked, drafted or registered"),
    "provider_template_new": gettext_lazy("Approved template edited"),
    "provider_template_edit": gettext_lazy("Approved template edited"),
    "template_new": gettext_lazy("Template written"),
    "template_order": gettext_lazy("Template moved"),
    "template_remove": gettext_lazy("Template deleted"),
    "tokens": gettext_lazy("API token requested"),
    "transaction_problems": gettext_lazy("Rows with errors downloaded"),
    "transaction_upload": gettext_lazy("Transaction file uploaded"),
}
# Pages of earlier releases, which the log still names.
FORMER: Final[Mapping[str, Any]] = {
    "account": gettext_lazy("My account"),
    "login": gettext_lazy("Sign-in form submitted"),
    "logout": gettext_lazy("Signed out"),
    "passkey_add": gettext_lazy("Passkey added"),
    "passkey_off": gettext_lazy("Passkey removed"),
    "passkey_options": gettext_lazy("Passkey requested"),
    "passkey_show": gettext_lazy("Signed in with a passkey"),
    "passkey_show_options": gettext_lazy("Sign-in with a passkey begun"),
    "recovery_codes": gettext_lazy("New recovery codes requested"),
    "second_factor": gettext_lazy("Code submitted"),
    "totp": gettext_lazy("Code app added"),
    "totp_off": gettext_lazy("Code app removed"),
}
CHANGES: Final[Mapping[str, Any]] = {
    "added": gettext_lazy("Added: %(what)s"),
    "changed": gettext_lazy("Changed: %(what)s"),
    "deleted": gettext_lazy("Deleted: %(what)s"),
}


def act_label(act: str) -> Any:
    """Return the label of an act, or an empty string for an act without one."""
    if act in ACTS:
        return ACTS[act]
    method, _space, page = act.rpartition(" ")
    return _request(method, page) if method else _change(act)


def _request(method: str, page: str) -> Any:
    if page.startswith("api:"):
        return _("Read over the API") if method == "GET" else _("Request to the API")
    if page.startswith("admin:"):
        return _("Reference data")
    return {**PAGES, **FORMER}.get(page.removeprefix("console:"), "")


def _change(act: str) -> Any:
    label, _dot, what = act.rpartition(".")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return ""
    return CHANGES[what] % {"what": model._meta.verbose_name} if what in CHANGES else ""
