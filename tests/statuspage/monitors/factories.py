"""Rules, and monitors that report."""

from typing import Any

from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Template
from statuspage.monitors.digests import words_digest
from statuspage.monitors.intake import ReportResult, signals_take
from statuspage.monitors.matching import Report, fingerprint_of
from statuspage.monitors.models import SignalRule
from tests.factories import make_component, text

LATE = {"alertname": "PayoutsLate", "cycle": "T+1"}


def make_template(component: Component | None = None, **values: Any) -> Template:
    """Words for late payouts; the time fills itself in."""
    template = Template.objects.create(
        **{
            "use": "incident.opened",
            "title": "到账延迟",
            "name": text("T+1到账延迟", "T+1 payouts are late"),
            "body": text("{time}起到账延迟，资金安全。", "Payouts are late since {time}."),
            "impact": "major",
            **values,
        }
    )
    template.components.set([component or make_component()])
    return template


def make_rule(**values: Any) -> SignalRule:
    """Whatever is called PayoutsLate; staff confirm it unless told."""
    template = values.pop("template", None) or make_template()
    values = {"name": "到账延迟", "matchers": {"alertname": "PayoutsLate"}, **values}
    if values.get("auto_publish"):  # a second person has confirmed it
        values = {
            "confirmed_at": timezone.now(),
            "words_then": words_digest(template),
            **values,
        }
    return SignalRule.objects.create(template=template, **values)


def report(firing: bool = True, labels: dict[str, str] | None = None, **values: Any) -> Report:
    """Return a report on late payouts."""
    said = labels or LATE
    values.setdefault("fingerprint", fingerprint_of(said))
    return Report(source="batch-watch", labels=said, firing=firing, **values)


def fire(**values: Any) -> ReportResult:
    """Return a monitor reports that it fires."""
    return signals_take([report(**values)])[0]


def calm(**values: Any) -> ReportResult:
    """Return a monitor reports that it is over."""
    return signals_take([report(firing=False, **values)])[0]
