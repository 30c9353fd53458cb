"""What an alarm says to staff: what is wrong, since when, what to do, and where to look."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from notifications.channels.base import Content
from notifications.channels.media import labels as channel_labels
from notifications.channels.outcomes import Reason
from notifications.delivery.models import Alarm
from notifications.delivery.refusals import fault_of
from statuspage.lib.punctuation import in_parentheses
from statuspage.notices.kind import every_kind
from statuspage.statements.models import LogProblem
from statuspage.statements.texts import LANGUAGES, in_language

ENGINES: Final = {"database": "PostgreSQL", "redis": "Redis"}
OF_A_STATEMENT: Final = (Alarm.Kind.BROADCAST_STUCK, Alarm.Kind.MANY_FAILED)
# Their figures are the provider's code.
WITH_CODE: Final = (Alarm.Kind.PROVIDER_REFUSES, Alarm.Kind.TEMPLATE_LOST)
OF_A_TEMPLATE: Final = (Alarm.Kind.NO_TEMPLATE, Alarm.Kind.TEMPLATE_LOST)
# What waits for a template, by its kind or the part before the dot; notices have labels.
KINDS: Final[Mapping[str, Promise]] = {
    "incident": gettext_lazy("Incidents"),
    "maintenance": gettext_lazy("Maintenance"),
    "correction": gettext_lazy("Correction"),
    "withdrawal": gettext_lazy("Withdrawal"),
}
OF_A_COUNTRY: Final = (Alarm.Kind.CODES_UNENTERED, Alarm.Kind.CODES_CEILING)
ADVICE: Final[Mapping[str, Promise]] = {
    Alarm.Kind.BUDGET_NEAR: gettext_lazy("Raise SMS_MONTHLY_CAP, or expect SMS to stop."),
    Alarm.Kind.BUDGET_SPENT: gettext_lazy(
        "Raise SMS_MONTHLY_CAP and restart the workers, then retry the failed messages."
    ),
    Alarm.Kind.PROVIDER_DOWN: gettext_lazy(
        "Its messages wait and go out once it responds. Check the provider's own status page."
    ),
    Alarm.Kind.PROVIDER_REFUSES: gettext_lazy(
        "Its messages wait, or go out by the next provider, and are sent once it accepts them "
        "again. After DELIVERY_GIVE_UP_HOURS hours they fail."
    ),
    Alarm.Kind.NO_TEMPLATE: gettext_lazy(
        "Have one approved, under “Approved templates”, or set up another provider. They go out by "
        "themselves then."
    ),
    Alarm.Kind.TEMPLATE_LOST: gettext_lazy(
        "Read the provider's reason under “Approved templates”, change the text, and register it "
        "again."
    ),
    Alarm.Kind.ENGINE_AWAY: gettext_lazy(
        "Start it again. Until then nothing can be published or sent; readers still see the pages."
    ),
    Alarm.Kind.WORKERS_SILENT: gettext_lazy(
        "Start the workers and read their log. What is waiting goes out by itself."
    ),
    Alarm.Kind.BEAT_SILENT: gettext_lazy(
        "Start beat. Until then retries, receipts and scheduled maintenance are late."
    ),
    Alarm.Kind.BROADCAST_STUCK: gettext_lazy(
        "Its recipients are not being found. Check the workers and their log, then PostgreSQL."
    ),
    Alarm.Kind.CHANNEL_STUCK: gettext_lazy(
        "Check the workers, Redis, and whether the channel is set up."
    ),
    Alarm.Kind.MANY_FAILED: gettext_lazy(
        "Look at the reasons, put right what can be, then retry the failed messages."
    ),
    Alarm.Kind.CODES_UNENTERED: gettext_lazy(
        "Somebody may earn from the codes. Look up the numbers at the provider, remove the country "
        "from SMS_COUNTRIES or lower SIGNUP_CODES_COUNTRY_HOUR, and restart web and workers."
    ),
    Alarm.Kind.CODES_CEILING: gettext_lazy(
        "If that many people are subscribing, raise SIGNUP_CODES_HOUR, SIGNUP_CODES_DAY or those "
        "of the country. If not, somebody is running up the bill: see if the codes are entered."
    ),
    Alarm.Kind.PAGE_FILES: gettext_lazy(
        "Check the disk of DATA_DIR: it may be full or read-only. Until then nginx asks the web "
        "process."
    ),
    Alarm.Kind.LOG_BROKEN: gettext_lazy(
        "Somebody may have changed the database. On the server, “candor log_check” says what "
        "differs; docs/log.md says what to do. Readers see that the check failed."
    ),
    Alarm.Kind.LOG_COPY: gettext_lazy(
        "Check the disk of LOG_COPY_DIR (DATA_DIR/log). Publishing goes on without the copy."
    ),
}


# What to do about a provider that refuses, by the reason.
REPAIR: Final[Mapping[str, Promise]] = {
    Reason.NO_CREDENTIALS: gettext_lazy(
        "Check the account, its balance, the sender and the templates at the provider, and the "
        "provider's settings here."
    ),
    Reason.NOT_PERMITTED: gettext_lazy(
        "Enable the country at the provider, name another provider for it, or take it out of "
        "SMS_COUNTRIES."
    ),
    Reason.NO_TEMPLATE: gettext_lazy(
        "Compare the template at the provider with what fills it, under “Approved templates”."
    ),
    Reason.UNKNOWN_CODE: gettext_lazy("Look up the code in the provider's documentation."),
    Reason.UNAVAILABLE: gettext_lazy("Check the provider's own status page."),
}


def headline(alarm: Alarm) -> str:
    """Return the kind, and what it is about, in the active language."""
    details = [one for one in (_about(alarm), _figures(alarm)) if one]
    text = str(alarm.get_kind_display())
    return f"{text}{in_parentheses(' · '.join(details))}" if details else text


def advice(alarm: Alarm) -> str:
    """Return what to do about it, in the active language."""
    general = str(ADVICE.get(alarm.kind, ""))
    if alarm.kind != Alarm.Kind.PROVIDER_REFUSES:
        return general
    repair = str(REPAIR.get(fault_of(alarm.subject)[1], ""))
    return _("%(repair)s %(general)s") % {"repair": repair, "general": general}


def alarm_path(alarm: Alarm) -> str:
    """Return the path of the console's page on which to do it."""
    if alarm.kind == Alarm.Kind.BROADCAST_STUCK:
        return reverse("console:broadcast", args=[alarm.subject])
    if alarm.kind == Alarm.Kind.MANY_FAILED:
        return f"{reverse('console:dead_letters')}?statement={alarm.subject}"
    if alarm.kind in OF_A_TEMPLATE or fault_of(alarm.subject)[1] == Reason.NO_TEMPLATE:
        return reverse("console:provider_templates")
    if alarm.kind == Alarm.Kind.LOG_BROKEN:
        return reverse("pages:log")
    return reverse("console:dashboard")


def alarm_content(alarm: Alarm) -> Content:
    """Compose the message about an alarm that is open."""
    template = gettext_lazy("[%(operator)s] Alarm: %(what)s")

    def what(_language: str) -> str:
        since = _("since %(moment)s") % {"moment": _clock(alarm)}
        return f"{headline(alarm)} · {since}\n{advice(alarm)}"

    return staff_content(template, what, alarm_path(alarm))


def over_content(alarm: Alarm) -> Content:
    """Compose the message about an alarm that is over."""
    template = gettext_lazy("[%(operator)s] Over: %(what)s")

    def what(_language: str) -> str:
        begun = _("began %(moment)s") % {"moment": _clock(alarm)}
        return f"{headline(alarm)} · {begun}"

    return staff_content(template, what, alarm_path(alarm))


def staff_content(
    template: str | Promise,
    what: Callable[[str], str],
    path: str,
    languages: Sequence[str] = LANGUAGES,
) -> Content:
    """Compose a message in these languages, by default in both, with a link to the console.

    The first line is an e-mail's subject.
    """
    texts = []
    for language in languages:
        with override(language):
            operator = in_language(settings.OPERATOR_NAME, language)
            texts.append(str(template) % {"operator": operator, "what": what(language)})
    return Content(
        text="\n".join([*texts, settings.SITE_URL + path]), subject=texts[0].splitlines()[0]
    )


def _about(alarm: Alarm) -> str:
    if alarm.kind in OF_A_STATEMENT:
        return _("No. %(number)s") % {"number": alarm.subject}
    if alarm.kind in OF_A_COUNTRY:
        return f"+{alarm.subject}" if alarm.subject else ""
    if alarm.kind in OF_A_TEMPLATE:
        return _template_said(alarm.subject)
    labels = ENGINES | {name: str(label) for name, label in channel_labels().items()}
    labels |= {one.value: str(one.label) for one in LogProblem}
    refuses = alarm.kind == Alarm.Kind.PROVIDER_REFUSES
    subject = fault_of(alarm.subject)[0] if refuses else alarm.subject
    return str(labels.get(subject, subject))


def _template_said(subject: str) -> str:
    """Return the provider, and the kind of statement or the template's id, if it is one alone."""
    provider, colon, what = subject.partition(":")
    labels = {f"notice.{one.name}": str(one.label) for one in every_kind()}
    labels |= {name: str(label) for name, label in KINDS.items()}
    said = labels.get(what) or labels.get(what.partition(".")[0], what)
    label = str(channel_labels().get(provider, provider))
    return f"{label} · {said}" if colon else label


def _figures(alarm: Alarm) -> str:
    if not alarm.figures:
        return ""
    if alarm.kind in WITH_CODE and ":" in alarm.subject:
        return _("code %(code)s") % {"code": alarm.figures}
    failed, tried = alarm.figures.split("/")
    if alarm.kind in OF_A_TEMPLATE:
        return _("%(lost)s of %(all)s templates") % {"lost": failed, "all": tried}
    return _("%(failed)s of %(tried)s") % {"failed": failed, "tried": tried}


def _clock(alarm: Alarm) -> str:
    return f"{timezone.localtime(alarm.raised_at):%m-%d %H:%M}"
